// The Set-Cookie header (WEB-29 to 34, SEC-27).
import { formatTimestamp } from '@typhoon/http1';
import { WebError } from './http-error.ts';

/** The attributes of a cookie. */
export interface CookieOptions {
  readonly domain?: string;
  /** When it expires. */
  readonly expires?: Date;
  /** Days until it expires; used where `expires` is absent (WEB-33). */
  readonly expiresDays?: number | null;
  /** Default `/`. */
  readonly path?: string;
  /** Seconds; 0 is not sent. */
  readonly maxAge?: number;
  readonly httpOnly?: boolean;
  readonly secure?: boolean;
  readonly sameSite?: 'Strict' | 'Lax' | 'None';
}

const NAME = /^[!#$%&'*+\-.^_`|~:0-9A-Za-z]+$/;
const RESERVED = /^(expires|path|comment|domain|max-age|secure|httponly|version|samesite)$/i;
const PLAIN = /^[!#$%&'*+\-.^_`|~:0-9A-Za-z]+$/;
const DAY_MS = 86_400_000;

/** A Set-Cookie header's value; attributes in alphabetical order. @throws WebError `ERR_INVALID_COOKIE` */
export function formatCookie(name: string, value: string, options: CookieOptions = {}): string {
  if (!NAME.test(name) || RESERVED.test(name))
    throw invalid(`illegal cookie name ${JSON.stringify(name)}`);
  // eslint-disable-next-line no-control-regex -- WEB-32
  if (/[\x00-\x20]/.test(value))
    throw invalid(`Invalid cookie ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const { domain, path = '/', sameSite, maxAge } = options;
  const expires = expiry(options);
  const attributes: (string | false | undefined)[] = [
    domain !== undefined && `Domain=${checked('domain', domain)}`,
    expires !== undefined && `expires=${formatTimestamp(expires)}`,
    options.httpOnly === true && 'HttpOnly',
    maxAge !== undefined && maxAge !== 0 && `Max-Age=${maxAge}`,
    path !== '' && `Path=${checked('path', path)}`,
    sameSite !== undefined && `SameSite=${checked('sameSite', sameSite)}`,
    options.secure === true && 'Secure',
  ];
  return [`${name}=${quote(value)}`, ...attributes.filter((one) => typeof one === 'string')].join(
    '; ',
  );
}

function expiry({ expires, expiresDays }: CookieOptions): Date | undefined {
  if (expires !== undefined) return expires;
  if (expiresDays === undefined || expiresDays === null) return undefined;
  return new Date(Date.now() + expiresDays * DAY_MS);
}

function checked(what: string, text: string): string {
  // eslint-disable-next-line no-control-regex -- SEC-27
  if (/[\x00-\x20;\x7f]/.test(text))
    throw invalid(`illegal character in the cookie's ${what}: ${JSON.stringify(text)}`);
  return text;
}

/** WEB-31. */
function quote(value: string): string {
  if (PLAIN.test(value)) return value;
  const escaped = value.replace(/["\\,;\x7f-\xff]/g, (one) =>
    one === '"' || one === '\\'
      ? `\\${one}`
      : `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"${escaped}"`;
}

function invalid(message: string): WebError {
  return new WebError('ERR_INVALID_COOKIE', message);
}
