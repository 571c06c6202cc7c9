// Signed values, byte for byte as Tornado makes and takes them (WEB-36 to 41). Owns: both formats and their checks.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** One secret, or several by key version (format 2 only). */
export type CookieSecret = string | Readonly<Record<number, string>>;

/** The oldest format that is read. */
export const MIN_SUPPORTED_SIGNED_VALUE_VERSION = 1;
/** The newest format. */
export const MAX_SUPPORTED_SIGNED_VALUE_VERSION = 2;
/** The format that is written. */
export const DEFAULT_SIGNED_VALUE_VERSION = 2;
/** The oldest format that is read unless told otherwise. */
export const DEFAULT_SIGNED_VALUE_MIN_VERSION = 1;

/** How a value is signed. */
export interface CreateSignedValueOptions {
  /** 1 or 2. Default 2. */
  readonly version?: number;
  /** Milliseconds since the epoch. Default: now. */
  readonly clock?: () => number;
  /** Which key of several. */
  readonly keyVersion?: number;
}

/** How a signed value is checked. */
export interface DecodeSignedValueOptions {
  /** Older is refused. Default 31. */
  readonly maxAgeDays?: number;
  /** Milliseconds since the epoch. Default: now. */
  readonly clock?: () => number;
  /** Older formats are refused. Default 1. */
  readonly minVersion?: number;
}

const DAY_S = 86_400;

/** Signs `value` under `name`. @throws RangeError for a version, TypeError for keys that do not fit. */
export function createSignedValue(
  secret: CookieSecret,
  name: string,
  value: string | Uint8Array,
  options: CreateSignedValueOptions = {},
): string {
  const { version = DEFAULT_SIGNED_VALUE_VERSION, clock = Date.now, keyVersion } = options;
  const timestamp = String(Math.floor(clock() / 1000));
  const encoded = Buffer.from(typeof value === 'string' ? Buffer.from(value) : value).toString(
    'base64',
  );
  if (version === 1) {
    if (typeof secret !== 'string')
      throw new TypeError('format 1 has one secret, not several keys');
    return [encoded, timestamp, signature1(secret, name, encoded, timestamp)].join('|');
  }
  if (version !== 2) throw new RangeError(`signed values have format 1 or 2, not ${version}`);
  const key = keyOf(secret, keyVersion ?? 0);
  if (typeof secret !== 'string' && keyVersion === undefined)
    throw new TypeError('several keys need a keyVersion');
  if (key === null) throw new TypeError(`there is no key of version ${String(keyVersion)}`);
  const fields = [String(keyVersion ?? 0), timestamp, name, encoded].map(
    (field) => `${Buffer.byteLength(field)}:${field}`,
  );
  const signed = `2|${fields.join('|')}|`;
  return signed + hmac('sha256', key, signed);
}

/** The bytes that were signed, or null when anything is wrong with them (WEB-40). @throws RangeError for `minVersion` over 2. */
export function decodeSignedValue(
  secret: CookieSecret,
  name: string,
  value: string | null | undefined,
  options: DecodeSignedValueOptions = {},
): Buffer | null {
  const {
    maxAgeDays = 31,
    clock = Date.now,
    minVersion = DEFAULT_SIGNED_VALUE_MIN_VERSION,
  } = options;
  if (minVersion > MAX_SUPPORTED_SIGNED_VALUE_VERSION)
    throw new RangeError(`Unsupported minVersion ${minVersion}`);
  if (value === null || value === undefined || value === '') return null;
  const version = versionOf(value);
  if (version < minVersion) return null;
  const now = Math.floor(clock() / 1000);
  if (version === 1) return decode1(secret, name, value, maxAgeDays, now);
  return version === 2 ? decode2(secret, name, value, maxAgeDays, now) : null;
}

/** The key version of a value in format 2, or null. Nothing is checked. */
export function getSignatureKeyVersion(value: string): number | null {
  if (versionOf(value) < 2) return null;
  return splitFields(value)?.keyVersion ?? null;
}

/** WEB-39: a short number before the first bar; format 1 has none. */
function versionOf(value: string): number {
  const match = /^([1-9]\d{0,2})\|/.exec(value);
  return match === null ? 1 : Number(match[1]);
}

function decode1(
  secret: CookieSecret,
  name: string,
  value: string,
  maxAgeDays: number,
  now: number,
): Buffer | null {
  const [encoded, timestamp, signature, ...more] = value.split('|');
  if (
    encoded === undefined ||
    timestamp === undefined ||
    signature === undefined ||
    more.length > 0
  )
    return null;
  if (typeof secret !== 'string') return null;
  if (!isSame(signature, signature1(secret, name, encoded, timestamp))) return null;
  const time = Number(timestamp);
  if (!/^[1-9]\d*$/.test(timestamp) || time < now - maxAgeDays * DAY_S || time > now + 31 * DAY_S)
    return null;
  return fromBase64(encoded);
}

interface Fields {
  readonly keyVersion: number;
  readonly timestamp: number;
  readonly name: string;
  readonly encoded: string;
  readonly signed: string;
  readonly signature: string;
}

function decode2(
  secret: CookieSecret,
  name: string,
  value: string,
  maxAgeDays: number,
  now: number,
): Buffer | null {
  const fields = splitFields(value);
  if (fields === null) return null;
  const key = keyOf(secret, fields.keyVersion);
  if (key === null || !isSame(fields.signature, hmac('sha256', key, fields.signed))) return null;
  if (fields.name !== name || fields.timestamp < now - maxAgeDays * DAY_S) return null;
  return fromBase64(fields.encoded);
}

function splitFields(value: string): Fields | null {
  const texts: string[] = [];
  let rest = value.slice(2);
  for (let count = 0; count < 4; count++) {
    const colon = rest.indexOf(':');
    const length = Number(rest.slice(0, colon));
    if (colon < 1 || !/^\d+$/.test(rest.slice(0, colon)) || rest[colon + 1 + length] !== '|')
      return null;
    texts.push(rest.slice(colon + 1, colon + 1 + length));
    rest = rest.slice(colon + length + 2);
  }
  const [keyVersion = '', timestamp = '', name = '', encoded = ''] = texts;
  if (!/^\d+$/.test(keyVersion) || !/^\d+$/.test(timestamp)) return null;
  const signed = value.slice(0, value.length - rest.length);
  return {
    keyVersion: Number(keyVersion),
    timestamp: Number(timestamp),
    name,
    encoded,
    signed,
    signature: rest,
  };
}

function keyOf(secret: CookieSecret, version: number): string | null {
  return typeof secret === 'string' ? secret : (secret[version] ?? null);
}

function signature1(secret: string, ...parts: readonly string[]): string {
  return hmac('sha1', secret, parts.join(''));
}

function hmac(algorithm: string, key: string, text: string): string {
  return createHmac(algorithm, key).update(text).digest('hex');
}

/** PYS-16: in constant time, and false for another length. */
export function isSame(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function fromBase64(text: string): Buffer | null {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
    ? Buffer.from(text, 'base64')
    : null;
}
