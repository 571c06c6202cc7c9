// Frames on their way out (RFC 6455 §5.2). Owns: the head of a frame, masking what a client sends. Must not know: connections.
// HOT: `pnpm bench websocket`
import { freshMask, maskInto } from './mask.ts';

/** What a frame is (RFC 6455 §11.8). */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The number of an opcode. */
export type Opcode = (typeof OPCODE)[keyof typeof OPCODE];

const FIN = 0x80;
const RSV1 = 0x40;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const TWO_TO_32 = 4_294_967_296;

/**
 * A frame of a server, ready to be sent to any number of clients: text of one byte a character where it is that, bytes
 * otherwise. Nobody changes it any more.
 */
export type EncodedFrame = string | Buffer;

/** The heads of short messages, by their length. */
const SHORT_TEXT = shortHeads(OPCODE.text);

function shortHeads(opcode: Opcode): readonly string[] {
  return Array.from({ length: LENGTH_16 }, (_, size) => String.fromCharCode(FIN | opcode, size));
}

/** The head of a server's frame as text of one byte a character. */
export function frameHead(opcode: Opcode, size: number, isCompressed: boolean): string {
  const first = FIN | (isCompressed ? RSV1 : 0) | opcode;
  if (size < LENGTH_16) return String.fromCharCode(first, size);
  if (size < 65_536) return String.fromCharCode(first, LENGTH_16, size >> 8, size & 0xff);
  const high = Math.floor(size / TWO_TO_32);
  return String.fromCharCode(first, LENGTH_64, ...bytesOf(high), ...bytesOf(size % TWO_TO_32));
}

function bytesOf(word: number): number[] {
  return [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
}

/** A server's frame of text, if every character is one byte of UTF-8; else null. */
export function asciiFrame(text: string): string | null {
  const size = text.length;
  if (size < LENGTH_16) {
    for (let at = 0; at < size; at++) if (text.charCodeAt(at) > 0x7f) return null;
    return (SHORT_TEXT[size] ?? '') + text;
  }
  return Buffer.byteLength(text) === size ? frameHead(OPCODE.text, size, false) + text : null;
}

/** A server's frame as bytes. */
export function serverFrame(opcode: Opcode, payload: Uint8Array, isCompressed = false): Buffer {
  const head = frameHead(opcode, payload.byteLength, isCompressed);
  const frame = Buffer.allocUnsafe(head.length + payload.byteLength);
  frame.write(head, 'latin1');
  frame.set(payload, head.length);
  return frame;
}

/** A client's frame: its payload is masked (WSK-14, 31). */
export function clientFrame(
  opcode: Opcode,
  payload: Uint8Array,
  isCompressed = false,
  mask: number = freshMask(),
): Buffer {
  const size = payload.byteLength;
  const head = frameHead(opcode, size, isCompressed);
  const maskAt = head.length;
  const frame = Buffer.allocUnsafe(maskAt + 4 + size);
  frame.write(head, 'latin1');
  frame[1]! |= MASKED;
  frame.writeInt32LE(mask, maskAt);
  maskInto(frame, maskAt + 4, payload, 0, size, mask);
  return frame;
}
