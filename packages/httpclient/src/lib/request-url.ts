// The URL of a request: what of it goes where. Owns: which URLs are allowed; nothing in them is normalised (SHC-5).
// Must not know: requests, connections.
import { domainToASCII } from 'node:url';
import { splitHostAndPort, urlSplit } from '@typhoon/http1';
import { HTTPClientError } from './http-response.ts';

/** A URL taken apart. */
export interface RequestUrl {
  /** https. */
  readonly isSecure: boolean;
  /** Host to connect to: lower case, no brackets. */
  readonly host: string;
  readonly port: number;
  /** Value of Host: as in the URL, without user and password (SHC-8). */
  readonly authority: string;
  /** Path and query as given; the fragment stays here (SHC-5). */
  readonly target: string;
  /** Scheme, host and port: what tells one server from another. Safe to print. */
  readonly origin: string;
  /** User name in the URL, percent-decoded, or null. */
  readonly username: string | null;
  readonly password: string;
}

/** RFC 3986 §3.2.2: a registered name or IPv4 address, or an IPv6 address in brackets. */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])$/;
// eslint-disable-next-line no-control-regex -- what may not stand in a request line
const UNSENDABLE = /[\x00-\x20\x7f]/;
/** Where other readers see another host: a browser takes `\\` for `/`. RFC 3986 §3.2.1 has none of these. */
// eslint-disable-next-line no-control-regex -- what may not stand before a host
const NO_USER_INFO = /[\x00-\x20\x7f"<>[\\\]^`{|}]/;
const IS_ASCII = /^[\x21-\x7e]*$/;

/** Takes a URL apart. @throws HTTPClientError `ERR_BAD_URL` */
export function parseRequestUrl(url: string): RequestUrl {
  const { scheme, authority, path, query } = urlSplit(url);
  if (scheme !== 'http' && scheme !== 'https') {
    const message = `Unsupported url scheme ${JSON.stringify(scheme)}, only http and https are`;
    throw new HTTPClientError('ERR_BAD_URL', message);
  }
  const isSecure = scheme === 'https';
  const at = authority.lastIndexOf('@');
  if (at > 0 && NO_USER_INFO.test(authority.slice(0, at))) throw badUrl('no valid user name');
  const hostAndPort = toAscii(at < 0 ? authority : authority.slice(at + 1));
  const [name, given] = splitHostAndPort(hostAndPort);
  // RFC 3986 §3.2.3: an empty port is the default one.
  const bracketed = name.endsWith(':') && !name.endsWith('::') ? name.slice(0, -1) : name;
  const port = given ?? (isSecure ? 443 : 80);
  if (!HOST.test(bracketed)) throw badUrl(`no valid host ${JSON.stringify(bracketed)}`);
  if (port < 1 || port > 65_535) throw badUrl(`port ${port} is not from 1 to 65535`);
  const lower = bracketed.toLowerCase();
  return {
    isSecure,
    host: lower.startsWith('[') ? lower.slice(1, -1) : lower,
    port,
    authority: hostAndPort,
    target: targetOf(path, query),
    origin: `${scheme}://${lower}:${port}`,
    ...credentials(at < 0 ? null : authority.slice(0, at)),
  };
}

function targetOf(path: string, query: string): string {
  const rooted = path === '' ? '/' : path;
  const target = query === '' ? rooted : `${rooted}?${query}`;
  if (IS_ASCII.test(target)) return target;
  const at = target.search(UNSENDABLE);
  if (at >= 0) throw badUrl(`a space or control character stands at ${at} of its path and query`);
  // Deviation: bytes above ASCII are percent-encoded, for RFC 9112 §3.2 has no place for them.
  return percentEncode(target);
}

/** Every character outside ASCII as its UTF-8 bytes; a lone surrogate, which has none, as U+FFFD. */
function percentEncode(text: string): string {
  const bytes = Buffer.from(text);
  let encoded = '';
  for (const byte of bytes)
    encoded += byte < 0x80 ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase()}`;
  return encoded;
}

function toAscii(hostAndPort: string): string {
  if (IS_ASCII.test(hostAndPort)) return hostAndPort;
  const [name, port] = splitHostAndPort(hostAndPort);
  const ascii = domainToASCII(name);
  return port === null ? ascii : `${ascii}:${port}`;
}

/** Deviation: percent-decoded, as other clients do; Tornado sends what stands in the URL. */
function credentials(userInfo: string | null): { username: string | null; password: string } {
  if (userInfo === null) return { username: null, password: '' };
  const colon = userInfo.indexOf(':');
  return {
    username: decode(colon < 0 ? userInfo : userInfo.slice(0, colon)),
    password: colon < 0 ? '' : decode(userInfo.slice(colon + 1)),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function badUrl(why: string): HTTPClientError {
  return new HTTPClientError('ERR_BAD_URL', `Bad URL: ${why}`);
}
