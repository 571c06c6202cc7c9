// Signed values: text that a client may keep and cannot change. Byte for byte Tornado's, so that both can serve one site.
// Owns: versions, secrets. Must not know: cookies, requests.
import { toBuffer, toLatin1 } from '../octets.ts';
import { signV1, verifyV1 } from './signed-value-v1.ts';
import { keyVersionOfV2, signV2, verifyV2 } from './signed-value-v2.ts';
import { WebError } from '../errors/web-error.ts';

/** The oldest form that is read. */
export const MIN_SUPPORTED_SIGNED_VALUE_VERSION = 1;
/** The newest form. */
export const MAX_SUPPORTED_SIGNED_VALUE_VERSION = 2;
/** The form that is made where nobody asks for another. */
export const DEFAULT_SIGNED_VALUE_VERSION = 2;
/** The oldest form that is read where nobody says otherwise. */
export const DEFAULT_SIGNED_VALUE_MIN_VERSION = 1;

/** The longest that a signed cookie counts, where nobody says otherwise. */
const DEFAULT_MAX_AGE_DAYS = 31;

/** A secret key, or several by version: the old ones are still read while a new one signs. */
export type CookieSecret = string | Uint8Array | Readonly<Record<number, string | Uint8Array>>;

/** How to sign. */
export interface CreateSignedValueOptions {
  /** Form, 1 or 2. Default 2. */
  readonly version?: number | undefined;
  /** Milliseconds since the epoch. Default the system's. */
  readonly clock?: (() => number) | undefined;
  /** Which of several secrets signs. Default 0 for a single one. */
  readonly keyVersion?: number | undefined;
}

/** How to verify. */
export interface DecodeSignedValueOptions {
  /** Older ones are refused. Default 31. */
  readonly maxAgeDays?: number | undefined;
  /** Milliseconds since the epoch. Default the system's. */
  readonly clock?: (() => number) | undefined;
  /** Older forms are refused. Default 1. */
  readonly minVersion?: number | undefined;
}

/**
 * Signs a value under a name; text is taken as UTF-8, bytes as they are (WEB-41). Anybody can read it, nobody change it.
 *
 * @throws WebError `ERR_SETTING` for a version that there is not, or several secrets without a valid `keyVersion`.
 */
export function createSignedValue(
  secret: CookieSecret,
  name: string,
  value: string | Uint8Array,
  {
    version = DEFAULT_SIGNED_VALUE_VERSION,
    clock = Date.now,
    keyVersion,
  }: CreateSignedValueOptions = {},
): string {
  const seconds = Math.floor(clock() / 1000);
  const base64 = toBuffer(value).toString('base64');
  if (version === 1) return signV1(singleSecret(secret), toLatin1(name), base64, seconds);
  if (version !== 2) throw unsupported(version);
  if (isSingle(secret)) {
    return signV2(singleSecret(secret), keyVersion ?? 0, toLatin1(name), base64, seconds);
  }
  if (keyVersion === undefined) {
    throw new WebError('ERR_SETTING', 'Key version must be set when there are several secrets');
  }
  const chosen = secret[keyVersion];
  if (chosen === undefined) {
    throw new WebError('ERR_SETTING', `there is no secret with key version ${keyVersion}`);
  }
  return signV2(toBuffer(chosen), keyVersion, toLatin1(name), base64, seconds);
}

/**
 * The value's bytes; null unless one of the secrets has signed it under this name within `maxAgeDays` (WEB-40).
 *
 * @throws WebError `ERR_SETTING` for a `minVersion` that there is not (WEB-39).
 */
export function decodeSignedValue(
  secret: CookieSecret,
  name: string,
  value: string | Uint8Array | null,
  options: DecodeSignedValueOptions = {},
): Buffer | null {
  const { maxAgeDays = DEFAULT_MAX_AGE_DAYS, clock = Date.now } = options;
  const { minVersion = DEFAULT_SIGNED_VALUE_MIN_VERSION } = options;
  if (minVersion > MAX_SUPPORTED_SIGNED_VALUE_VERSION) throw unsupported(minVersion);
  if (value === null || value.length === 0) return null;
  const signed = toLatin1(value);
  const version = versionOf(signed);
  if (version < minVersion) return null;
  const nowSeconds = clock() / 1000;
  if (version === 1) {
    // The old form cannot say which of several secrets it was signed with (WEB-38).
    if (!isSingle(secret)) return null;
    return verifyV1(toBuffer(secret), toLatin1(name), signed, nowSeconds, maxAgeDays);
  }
  if (version !== 2) return null;
  return verifyV2((key) => secretOf(secret, key), toLatin1(name), signed, nowSeconds, maxAgeDays);
}

/** The key version that a value says it was signed with, before anything is verified; null for none. */
export function getSignatureKeyVersion(value: string | Uint8Array): number | null {
  const signed = toLatin1(value);
  return versionOf(signed) === 2 ? keyVersionOfV2(signed) : null;
}

/** WEB-39: `2|…` says its version; what begins otherwise is the old form. */
function versionOf(signed: string): number {
  if (signed.startsWith('2|')) return 2; // nearly always
  const digits = /^([1-9]\d*)\|/.exec(signed)?.[1];
  const version = digits === undefined ? 1 : Number(digits);
  return version > 999 ? 1 : version;
}

function isSingle(secret: CookieSecret): secret is string | Uint8Array {
  return typeof secret === 'string' || secret instanceof Uint8Array;
}

function singleSecret(secret: CookieSecret): Uint8Array {
  if (isSingle(secret)) return toBuffer(secret);
  throw new WebError('ERR_SETTING', 'several secrets need signed values of version 2');
}

function secretOf(secret: CookieSecret, keyVersion: number): Uint8Array | null {
  if (isSingle(secret)) return toBuffer(secret);
  const chosen = secret[keyVersion];
  return chosen === undefined ? null : toBuffer(chosen);
}

function unsupported(version: number): WebError {
  return new WebError('ERR_SETTING', `signed values of version ${version} are not supported`);
}
