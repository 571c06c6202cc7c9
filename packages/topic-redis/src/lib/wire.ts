// A message as bytes. Must not know: Redis.
//
//   0      1      2      3           11          17
//   | 0xFF | 0x54 | flags | origin (8) | number (6) | [ length of the key (4) | key ] | data ...
//
// The first byte is in no UTF-8 text: whatever does not begin so was published by somebody else, and is the data itself.
import { isUtf8 } from 'node:buffer';

/** A message that has come. */
export interface Received {
  readonly data: string | Uint8Array;
  readonly key: string | undefined;
  /** Who published it, and its number there; null for messages of others. */
  readonly stamp: Stamp | null;
}

/** Tells a message from all others; those of one origin are numbered upwards. */
export interface Stamp {
  readonly origin: string;
  readonly number: number;
}

const MARK = 0x54ff;
const IS_TEXT = 1;
const HAS_KEY = 2;
const ORIGIN_AT = 3;
const NUMBER_AT = 11;
const HEAD_BYTES = 17;
const NO_BYTES = Buffer.alloc(0);

/** The bytes of a message. @param origin 8 bytes as latin1. */
export function encodeMessage(
  data: string | Uint8Array,
  key: string | undefined,
  { origin, number }: Stamp,
): Buffer {
  const keyBytes = key === undefined ? NO_BYTES : Buffer.from(key);
  const dataAt = HEAD_BYTES + (key === undefined ? 0 : 4 + keyBytes.length);
  const isText = typeof data === 'string';
  const bytes = Buffer.allocUnsafe(dataAt + (isText ? Buffer.byteLength(data) : data.length));
  bytes.writeUInt16LE(MARK, 0);
  bytes[2] = (isText ? IS_TEXT : 0) | (key === undefined ? 0 : HAS_KEY);
  bytes.write(origin, ORIGIN_AT, 'latin1');
  bytes.writeUIntBE(number, NUMBER_AT, 6);
  if (key !== undefined) {
    bytes.writeUInt32BE(keyBytes.length, HEAD_BYTES);
    bytes.set(keyBytes, HEAD_BYTES + 4);
  }
  if (isText) bytes.write(data, dataAt);
  else bytes.set(data, dataAt);
  return bytes;
}

/** The message again; null for what has our mark and is none of ours. */
export function decodeMessage(bytes: Buffer): Received | null {
  if (bytes.length < 2 || bytes.readUInt16LE(0) !== MARK) {
    return {
      data: isUtf8(bytes) ? bytes.toString() : Buffer.from(bytes),
      key: undefined,
      stamp: null,
    };
  }
  const flags = bytes[2] ?? -1;
  if (bytes.length < HEAD_BYTES || (flags & ~(IS_TEXT | HAS_KEY)) !== 0) return null;
  const stamp = {
    origin: bytes.toString('latin1', ORIGIN_AT, NUMBER_AT),
    number: bytes.readUIntBE(NUMBER_AT, 6),
  };
  let at = HEAD_BYTES;
  let key: string | undefined;
  if ((flags & HAS_KEY) !== 0) {
    if (bytes.length < at + 4) return null;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    key = bytes.toString('utf8', at + 4, end);
    at = end;
  }
  // A copy: what comes from the socket is part of something larger.
  const data =
    (flags & IS_TEXT) !== 0 ? bytes.toString('utf8', at) : Buffer.from(bytes.subarray(at));
  return { data, key, stamp };
}
