// The Set-Cookie header: which names, values and attributes can be written, and how. WEB-30 to 33, PYS-8, SEC-27.
// Must not know: requests, responses, signatures.
import { formatTimestamp } from '@typhoon/http1';
import { WebError } from '../errors/web-error.ts';

/** Attributes of a cookie. */
export interface CookieOptions {
  /** Host whose subdomains get it too. Default: the host that set it alone. */
  readonly domain?: string | null;
  /** When the browser forgets it. Default: with its session. */
  readonly expires?: Date | null;
  /** The same in days from now; only without `expires` (WEB-33). */
  readonly expiresDays?: number | null;
  /** Paths it is sent with. Default `/`. */
  readonly path?: string | null;
  /** Seconds until the browser forgets it; 0 is not sent (WEB-33). */
  readonly maxAge?: number | null;
  /** Hidden from scripts. Default false. */
  readonly httpOnly?: boolean;
  /** Only over TLS. Default false. */
  readonly secure?: boolean;
  /** Whether other sites' requests carry it: `Strict`, `Lax`, `None`. Default: the browser's. */
  readonly sameSite?: string | null;
}

/** Attributes that must be given again to clear a cookie (WEB-34). */
export type ClearCookieOptions = Omit<CookieOptions, 'expires' | 'expiresDays' | 'maxAge'>;

const OPTION_NAMES = new Set(
  'domain expires expiresDays path maxAge httpOnly secure sameSite'.split(' '),
);
const RESERVED = new Set(
  'expires path comment domain max-age secure httponly version samesite'.split(' '),
);
const LEGAL = /^[A-Za-z0-9!#$%&'*+\-.^_`|~:]+$/;
// eslint-disable-next-line no-control-regex -- what could end a cookie's value or begin another attribute
const UNSAFE_ATTRIBUTE = /[\x00-\x20;\x7f-\uffff]/;
const DAY_MS = 86_400_000;

/**
 * One cookie as the header's value; attributes in alphabetical order (WEB-30).
 *
 * @param nowMs What `expiresDays` counts from.
 * @throws WebError `ERR_COOKIE` for a name, value or attribute that no cookie can have; TypeError for an unknown option.
 */
export function serializeCookie(
  name: string,
  value: string,
  options: CookieOptions,
  nowMs: number,
): string {
  if (!LEGAL.test(name) || RESERVED.has(name.toLowerCase())) {
    throw new WebError('ERR_COOKIE', `Illegal cookie name ${JSON.stringify(name)}`);
  }
  for (const key of Object.keys(options)) {
    if (!OPTION_NAMES.has(key)) throw new TypeError(`unknown cookie attribute ${key}`);
  }
  const { domain, path = '/', maxAge, httpOnly, secure, sameSite } = options;
  const expires = expiryOf(options, nowMs);
  let text = `${name}=${quoted(name, value)}`;
  if (isGiven(domain)) text += `; Domain=${checked('domain', domain)}`;
  if (expires !== null) text += `; expires=${formatTimestamp(expires)}`;
  if (httpOnly === true) text += '; HttpOnly';
  if (isGiven(maxAge) && maxAge !== 0) text += `; Max-Age=${wholeSeconds(maxAge)}`;
  if (isGiven(path)) text += `; Path=${checked('path', path)}`;
  if (isGiven(sameSite)) text += `; SameSite=${checked('sameSite', sameSite)}`;
  if (secure === true) text += '; Secure';
  return text;
}

/** Attributes that make a browser forget a cookie at once (WEB-34). @throws TypeError for attributes that say when. */
export function clearingOptions(options: ClearCookieOptions, nowMs: number): CookieOptions {
  for (const key of ['expires', 'expiresDays', 'maxAge']) {
    if (key in options) throw new TypeError(`clearing a cookie sets ${key} itself`);
  }
  return { ...options, expires: new Date(nowMs - 365 * DAY_MS) };
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null && value !== '';
}

function expiryOf({ expires, expiresDays }: CookieOptions, nowMs: number): Date | null {
  if (isGiven(expires)) return expires;
  return isGiven(expiresDays) ? new Date(nowMs + expiresDays * DAY_MS) : null;
}

function checked(attribute: string, text: string): string {
  if (UNSAFE_ATTRIBUTE.test(text)) {
    throw new WebError(
      'ERR_COOKIE',
      `Invalid cookie attribute ${attribute}=${JSON.stringify(text)}`,
    );
  }
  return text;
}

function wholeSeconds(maxAge: number): number {
  if (!Number.isInteger(maxAge)) {
    throw new WebError('ERR_COOKIE', `maxAge is a whole number of seconds, not ${maxAge}`);
  }
  return maxAge;
}

/** WEB-31, WEB-32. */
function quoted(name: string, value: string): string {
  if (LEGAL.test(value)) return value;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code <= 0x20 || code > 0xff) {
      const message = `Invalid cookie ${name}: its value has U+${code.toString(16).padStart(4, '0')}; white space, controls and characters above U+00FF cannot be sent`;
      throw new WebError('ERR_COOKIE', message);
    }
  }
  return `"${value.replace(/[^A-Za-z0-9!#$%&'*+\-.^_`|~:()/<=>?@[\]{}]/g, escaped)}"`;
}

function escaped(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
