// A message as the frame that says it. Owns: when it is compressed, masked, or goes as text. Must not know: connections.
// HOT: `pnpm bench websocket`
import {
  asciiFrame,
  clientFrame,
  frameHead,
  OPCODE,
  serverFrame,
} from '../protocol/frame-writer.ts';
import type { Transport } from '@typhoon/ioloop';
import type { EncodedFrame, Opcode } from '../protocol/frame-writer.ts';
import type { ConnectionProfile } from './connection-profile.ts';

/** The frame of a message on connections with this profile; of a server's the same for all of them, unless they remember. */
export function messageFrame(
  profile: ConnectionProfile,
  message: string | Uint8Array,
  isText: boolean,
): EncodedFrame {
  const { deflate, isClient } = profile;
  const opcode = isText ? OPCODE.text : OPCODE.binary;
  if (deflate !== null) {
    const size = typeof message === 'string' ? Buffer.byteLength(message) : message.byteLength;
    if (size >= deflate.deflater.thresholdBytes) {
      return frameOf(profile, opcode, deflate.deflater.deflate(bytesOf(message)), true);
    }
  }
  const frame = isText && !isClient && typeof message === 'string' ? asciiFrame(message) : null;
  return frame ?? frameOf(profile, opcode, bytesOf(message));
}

/** Sends a server's message, uncompressed; answers how many bytes that was. */
export function writePlain(
  transport: Transport,
  message: string | Uint8Array,
  isText: boolean,
): number {
  const frame = isText && typeof message === 'string' ? asciiFrame(message) : null;
  if (frame !== null) {
    transport.writeLatin1(frame);
    return frame.length;
  }
  const payload = bytesOf(message);
  const opcode = isText ? OPCODE.text : OPCODE.binary;
  if (payload.byteLength < LARGE_BYTES) {
    transport.write(serverFrame(opcode, payload));
  } else {
    transport.writeLatin1(frameHead(opcode, payload.byteLength, false));
    transport.write(payload);
  }
  return payload.byteLength;
}

/** A payload of so many bytes is not copied behind its head. */
const LARGE_BYTES = 4096;
/** Frames up to that size go out as text, which costs a transport less than bytes do. */
const SHORT_BYTES = 4096;

/** A frame that many connections send. */
export function sharedFrame(frame: EncodedFrame): EncodedFrame {
  return typeof frame === 'string' || frame.length > SHORT_BYTES ? frame : frame.toString('latin1');
}

/** A frame of either side. */
export function frameOf(
  { isClient }: ConnectionProfile,
  opcode: Opcode,
  payload: Uint8Array,
  isCompressed = false,
): Buffer {
  return isClient
    ? clientFrame(opcode, payload, isCompressed)
    : serverFrame(opcode, payload, isCompressed);
}

function bytesOf(message: string | Uint8Array): Uint8Array {
  return typeof message === 'string' ? Buffer.from(message) : message;
}
