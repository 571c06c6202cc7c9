// Signed values, the present form: `2|len:keyVersion|len:timestamp|len:name|len:base64|hex HMAC-SHA256`, byte for byte as
// Tornado makes and reads them (WEB-37, 40). Must not know: cookies, requests, the other form.
// HOT: `pnpm bench web`, cookie
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

const ZERO = 48;
const MAX_LENGTH_DIGITS = 9;

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
  const keyVersion = fieldAt(signed, 2);
  const seconds = keyVersion === null ? null : fieldAt(signed, keyVersion.end);
  const name = seconds === null ? null : fieldAt(signed, seconds.end);
  const base64 = name === null ? null : fieldAt(signed, name.end);
  if (keyVersion === null || seconds === null || name === null || base64 === null) return null;
  if (!/^\d{1,9}$/.test(keyVersion.text) || !/^\d{1,15}$/.test(seconds.text)) return null;
  return {
    keyVersion: Number(keyVersion.text),
    seconds: Number(seconds.text),
    name: name.text,
    base64: base64.text,
    signature: signed.slice(base64.end),
    signedPart: signed.slice(0, base64.end),
  };
}

/** `length:text|` at a place, and where it ends; null if there is something else. */
function fieldAt(
  signed: string,
  at: number,
): { readonly text: string; readonly end: number } | null {
  let length = 0;
  let colon = at;
  for (let digit = digitAt(signed, at); digit >= 0; digit = digitAt(signed, ++colon)) {
    if (colon - at >= MAX_LENGTH_DIGITS) return null;
    length = length * 10 + digit;
  }
  const end = colon + 1 + length;
  if (colon === at || signed.charAt(colon) !== ':' || signed.charAt(end) !== '|') return null;
  return { text: signed.slice(colon + 1, end), end: end + 1 };
}

/** The value of a digit; else something that is none. */
function digitAt(text: string, at: number): number {
  const value = text.charCodeAt(at) - ZERO;
  return value <= 9 ? value : -1;
}

function sign(secret: Uint8Array, signedPart: string): string {
  return createHmac('sha256', secret).update(signedPart, 'latin1').digest('hex');
}
