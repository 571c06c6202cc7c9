// The proof that the other end speaks WebSocket (RFC 6455 §4.2.2).
import { createHash, randomBytes } from 'node:crypto';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Sixteen bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/** The value of Sec-WebSocket-Accept that belongs to a key (WSK-3, 30). */
export function acceptKey(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/** Whether a client may send that as its key. */
export function isKey(key: string): boolean {
  return KEY.test(key);
}

/** A key that nobody has used before. */
export function newKey(): string {
  return randomBytes(16).toString('base64');
}
