// Signed values, the present form: `2|len:keyVersion|len:timestamp|len:name|len:base64|hex HMAC-SHA256`, byte for byte as
// Tornado makes and reads them (WEB-37, 40). Must not know: cookies, requests, the other form.
import { createHmac } from 'node:crypto';
import { decodeBase64 } from './base64.ts';
import { isSameSecret } from './constant-time.ts';

/** A signed value's parts, not verified; text of one byte a character. */
interface Fields {
  readonly keyVersion: number;
  readonly seconds: number;
  readonly name: string;
  readonly base64: string;
  readonly signature: string;
  /** What the signature covers. */
  readonly signedPart: string;
}

/** Name and value are text of one byte a character. */
export function signV2(
  secret: Uint8Array,
  keyVersion: number,
  name: string,
  base64: string,
  seconds: number,
): string {
  const fields = [String(keyVersion), String(seconds), name, base64];
  const signedPart = `2|${fields.map((field) => `${field.length}:${field}|`).join('')}`;
  return signedPart + sign(secret, signedPart);
}

/**
 * The value's bytes; null for anything that was not signed under this name, or too long ago.
 *
 * @param secretOf The secret of a key version; null for an unknown one.
 */
export function verifyV2(
  secretOf: (keyVersion: number) => Uint8Array | null,
  name: string,
  signed: string,
  nowSeconds: number,
  maxAgeDays: number,
): Buffer | null {
  const fields = splitV2(signed);
  if (fields === null) return null;
  const secret = secretOf(fields.keyVersion);
  if (secret === null) return null;
  const expected = Buffer.from(sign(secret, fields.signedPart), 'latin1');
  if (!isSameSecret(Buffer.from(fields.signature, 'latin1'), expected)) return null;
  if (fields.name !== name || fields.seconds < nowSeconds - maxAgeDays * 86_400) return null;
  return decodeBase64(fields.base64);
}

/** The key version that a value says it was signed with, not verified; null for what is no signed value. */
export function keyVersionOfV2(signed: string): number | null {
  return splitV2(signed)?.keyVersion ?? null;
}

function splitV2(signed: string): Fields | null {
  const fields: string[] = [];
  let at = 2;
  while (fields.length < 4) {
    const [all = '', digits = ''] = /^(\d{1,9}):/.exec(signed.slice(at, at + 10)) ?? [];
    const start = at + all.length;
    const end = start + Number(digits);
    if (all === '' || signed.charAt(end) !== '|') return null;
    fields.push(signed.slice(start, end));
    at = end + 1;
  }
  const [keyVersion = '', seconds = '', name = '', base64 = ''] = fields;
  if (!/^\d{1,9}$/.test(keyVersion) || !/^\d{1,15}$/.test(seconds)) return null;
  return {
    keyVersion: Number(keyVersion),
    seconds: Number(seconds),
    name,
    base64,
    signature: signed.slice(at),
    signedPart: signed.slice(0, at),
  };
}

function sign(secret: Uint8Array, signedPart: string): string {
  return createHmac('sha256', secret).update(signedPart, 'latin1').digest('hex');
}
