// XSRF tokens, as Tornado writes and reads them (WEB-42 to 50).
import { randomBytes } from 'node:crypto';
import { HTTPError } from './http-error.ts';
import { isSame } from './signed-value.ts';

/** A decoded token. */
export interface XsrfToken {
  /** The secret itself; 16 bytes where we made it. */
  readonly token: Buffer;
  /** When it was made, seconds since the epoch. */
  readonly timestamp: number;
  /** Format it came in, or null when it is new. */
  readonly version: number | null;
}

/** A token nobody has seen yet. */
export function newToken(nowMs: number): XsrfToken {
  return { token: randomBytes(16), timestamp: Math.floor(nowMs / 1000), version: null };
}

/** Writes a token; format 2 looks different every time (WEB-44). @throws RangeError for another format (WEB-47). */
export function encodeToken({ token, timestamp }: XsrfToken, version: number): string {
  if (version === 1) return token.toString('hex');
  if (version !== 2) throw new RangeError(`XSRF cookies have format 1 or 2, not ${version}`);
  const mask = randomBytes(4);
  return ['2', mask.toString('hex'), masked(mask, token).toString('hex'), String(timestamp)].join(
    '|',
  );
}

/** Reads a token of either format; null when it is none (WEB-45). */
export function decodeToken(text: string, nowMs: number): XsrfToken | null {
  const version = /^(\d+)\|/.exec(text)?.[1];
  if (version === undefined) {
    const isHex = text.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(text);
    const token = isHex ? Buffer.from(text, 'hex') : Buffer.from(text);
    return token.length === 0 ? null : { token, timestamp: Math.floor(nowMs / 1000), version: 1 };
  }
  const match = /^2\|([0-9a-f]{8})\|((?:[0-9a-f]{2})+)\|(\d+)$/i.exec(text);
  if (match === null) return null;
  const [, mask = '', hidden = '', timestamp = ''] = match;
  const token = masked(Buffer.from(mask, 'hex'), Buffer.from(hidden, 'hex'));
  return { token, timestamp: Number(timestamp), version: 2 };
}

/** Checks what a form or header sent against the cookie. @throws HTTPError 403 with the three messages of WEB-42. */
export function checkToken(sent: string | null, expected: XsrfToken, nowMs: number): void {
  if (sent === null || sent === '') throw new HTTPError(403, "'_xsrf' argument missing from POST");
  const given = decodeToken(sent, nowMs);
  if (given === null) throw new HTTPError(403, "'_xsrf' argument has invalid format");
  if (!isSame(given.token.toString('hex'), expected.token.toString('hex'))) {
    throw new HTTPError(403, 'XSRF cookie does not match POST argument');
  }
}

function masked(mask: Buffer, data: Buffer): Buffer {
  return Buffer.from(data.map((octet, at) => octet ^ (mask[at & 3] ?? 0)));
}
