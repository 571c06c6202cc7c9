// Signed values, the old form: `base64|timestamp|hex HMAC-SHA1`, byte for byte as Tornado makes and reads them (WEB-38, 40).
// The signature covers name, value and timestamp run together, so that parts of one can pass for parts of another; that is
// why there is a second form. Must not know: cookies, requests, the other form.
import { createHmac } from 'node:crypto';
import { genLog } from '@typhoon/log';
import { decodeBase64 } from './base64.ts';
import { isSameSecret } from './constant-time.ts';

/** How far a clock may be ahead of ours. */
const FUTURE_SECONDS = 31 * 86_400;

/** All arguments but the secret are text of one byte a character. */
export function signV1(secret: Uint8Array, name: string, base64: string, seconds: number): string {
  const timestamp = String(seconds);
  return `${base64}|${timestamp}|${signature(secret, name, base64, timestamp)}`;
}

/** The value's bytes; null for anything that this secret has not signed under this name, or too long ago. */
export function verifyV1(
  secret: Uint8Array,
  name: string,
  signed: string,
  nowSeconds: number,
  maxAgeDays: number,
): Buffer | null {
  const [base64 = '', timestamp = '', passed = '', ...more] = signed.split('|');
  if (passed === '' || more.length > 0) return null;
  const expected = Buffer.from(signature(secret, name, base64, timestamp), 'latin1');
  if (!isSameSecret(Buffer.from(passed, 'latin1'), expected)) {
    genLog.warning('Invalid cookie signature %r', signed);
    return null;
  }
  const seconds = Number(timestamp);
  if (!/^\d{1,15}$/.test(timestamp) || seconds < nowSeconds - maxAgeDays * 86_400) {
    genLog.warning('Expired cookie %r', signed);
    return null;
  }
  if (seconds > nowSeconds + FUTURE_SECONDS) {
    // The signature does not say where the value ends and the timestamp begins: digits may have been moved.
    genLog.warning('Cookie timestamp in future; possible tampering %r', signed);
    return null;
  }
  if (timestamp.startsWith('0')) {
    genLog.warning('Tampered cookie %r', signed);
    return null;
  }
  return decodeBase64(base64);
}

function signature(secret: Uint8Array, name: string, base64: string, timestamp: string): string {
  return createHmac('sha1', secret).update(`${name}${base64}${timestamp}`, 'latin1').digest('hex');
}
