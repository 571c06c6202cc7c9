// The table of what is refused and what is taken, and how its bytes are written.
import { rotateMask } from '../../src/lib/protocol/mask.ts';
import type { CollectOptions } from '../collect.ts';

/** One case: what comes, where the RFC speaks of it, the bytes, and the events that they give; `! 1002` for an error. */
export type Row = readonly [what: string, section: string, bytes: Buffer, outcome: string];

/** Cases of one kind. */
export interface Chapter {
  readonly title: string;
  readonly options: CollectOptions;
  readonly rows: readonly Row[];
}

/** How a frame is wrong, or not. */
export interface FrameOptions {
  readonly mask?: number | null;
  readonly isFinal?: boolean;
  /** 4 is RSV1, 2 RSV2, 1 RSV3. */
  readonly reserved?: number;
  /** In how many bytes the length is said; the fewest by default. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** The length that is said; the payload's by default. */
  readonly length?: number;
}

export const TEXT = 1;
export const BINARY = 2;
export const CONTINUATION = 0;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** The bytes of a frame, written another way than the code under test does it. */
export function frame(
  opcode: number,
  payload: string | Buffer,
  { mask = 0x12345678, isFinal = true, reserved = 0, lengthBytes, length }: FrameOptions = {},
): Buffer {
  const body = Buffer.from(payload as string);
  const said = length ?? body.length;
  const bytes = lengthBytes ?? (said < 126 ? 0 : said < 65_536 ? 2 : 8);
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const short = bytes === 0 ? said : bytes === 2 ? 126 : 127;
  const extended = Buffer.alloc(bytes);
  if (bytes === 2) extended.writeUInt16BE(said);
  if (bytes === 8) extended.writeBigUInt64BE(BigInt(said));
  const head = Buffer.concat([Buffer.of(first, short | (mask === null ? 0 : 0x80)), extended]);
  if (mask === null) return Buffer.concat([head, body]);
  const key = Buffer.alloc(4);
  key.writeInt32LE(mask);
  const masked = body.map((byte, at) => byte ^ (rotateMask(mask, at) & 0xff));
  return Buffer.concat([head, key, masked]);
}

/** Several frames, one behind the other. */
export function frames(...all: readonly Buffer[]): Buffer {
  return Buffer.concat(all);
}

/** The body of a close frame. */
export function closing(code: number, reason: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(reason as string);
  return Buffer.concat([Buffer.of(code >> 8, code & 0xff), bytes]);
}

/** The bytes that hexadecimal digits stand for. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex');
}
