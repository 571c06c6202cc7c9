// A message as the frame that says it. Owns: when it is compressed, masked, or goes as text. Must not know: connections.
// HOT: `pnpm bench websocket`
import { asciiFrame, clientFrame, OPCODE, serverFrame } from '../protocol/frame-writer.ts';
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
