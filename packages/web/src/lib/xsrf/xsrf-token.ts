// The text forms of an XSRF token, byte for byte Tornado's (WEB-44, 45). Must not know: requests, cookies.
import { randomBytes } from 'node:crypto';
import { genLog } from '@typhoon/log';
import { toLatin1 } from '../octets.ts';
import { WebError } from '../errors/web-error.ts';

/** A token as it is compared. */
export interface XsrfToken {
  /** The bytes that cookie and form must share. */
  readonly token: Buffer;
  /** Seconds since the epoch at which it was made; unknown for the old form. */
  readonly seconds: number;
}

const TOKEN_BYTES = 16;
const MASK_BYTES = 4;
const HEX = /^(?:[0-9A-Fa-f]{2})*$/;

/** A token nobody has seen. */
export function newXsrfToken(nowMs: number): XsrfToken {
  return { token: randomBytes(TOKEN_BYTES), seconds: Math.floor(nowMs / 1000) };
}

/**
 * A token as text. Version 2 hides it under a random mask, so that no two pages hold the same text and a compressed page
 * says nothing of it (BREACH); version 1 is plain hex.
 *
 * @throws WebError `ERR_SETTING` for another version (WEB-47).
 */
export function encodeXsrfToken({ token, seconds }: XsrfToken, version: number): string {
  if (version === 1) return token.toString('hex');
  if (version !== 2) {
    throw new WebError('ERR_SETTING', `unknown xsrf cookie version ${version}`);
  }
  const mask = randomBytes(MASK_BYTES);
  return `2|${mask.toString('hex')}|${masked(mask, token).toString('hex')}|${seconds}`;
}

/** The token that a text stands for, of either version; null for none. */
export function decodeXsrfToken(text: string): XsrfToken | null {
  const version = /^([1-9]\d*)\|/.exec(text)?.[1];
  if (version === undefined) {
    const token = HEX.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text);
    return { token, seconds: Math.floor(Date.now() / 1000) };
  }
  const [, mask = '', token = '', seconds = '', ...more] = text.split('|');
  const isSound =
    version === '2' &&
    mask.length === 2 * MASK_BYTES &&
    HEX.test(mask) &&
    HEX.test(token) &&
    /^\d{1,15}$/.test(seconds) &&
    more.length === 0;
  if (!isSound) {
    genLog.debug('no xsrf token: %r', toLatin1(text));
    return null;
  }
  const plain = masked(Buffer.from(mask, 'hex'), Buffer.from(token, 'hex'));
  return { token: plain, seconds: Number(seconds) };
}

function masked(mask: Buffer, bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ (mask[at % MASK_BYTES] ?? 0)));
}
