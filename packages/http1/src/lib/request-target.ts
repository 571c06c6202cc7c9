// Whom a request is for: the Host field and the target, which must be of one mind. RFC 9112 §3.2.
// Must not know: the other fields, where the text came from.
import { HTTPInputError } from './errors.ts';
import { cut, quoted } from './octets.ts';

/** HTU-12: RFC 3986 §3.2.2 without the comma, which would be a repeated header's. */
const HOST =
  /^(?:(?:[A-Za-z0-9\-._~!$&'()*+;=]|%[0-9A-Fa-f]{2})+|\[([0-9A-Fa-f:.]+)\])(?::(\d{1,5}))?$/;

/** The Host seen last, which most often is the next one's; what no Host is before there was one. */
let lastValidHost = ' ';

/**
 * The Host of a head that has `count` such fields, the last one's value from `start` to `end` (SEC-20).
 * @throws HTTPInputError `ERR_BAD_HOST`
 */
export function readHost(
  text: string,
  count: number,
  start: number,
  end: number,
  minorVersion: number,
): string {
  if (count === 0) {
    if (minorVersion === 0) return '127.0.0.1';
    throw badHost('Missing Host header');
  }
  if (count > 1) throw badHost(`Multiple host headers not allowed: ${count}`);
  if (end - start === lastValidHost.length && text.startsWith(lastValidHost, start)) {
    return lastValidHost;
  }
  const host = cut(text, start, end);
  if (host.includes(',')) throw badHost(`Multiple host headers not allowed: ${quoted(host)}`);
  if (!isHost(host)) throw badHost(`Invalid Host header ${quoted(host)}, not host or host:port`);
  lastValidHost = host;
  return host;
}

const ABSOLUTE = /^(https?):\/\/([^/?]*)(?:[/?]|$)/i;

/**
 * The host of a target that is no path: `*` of OPTIONS, authority-form of CONNECT, absolute-form.
 * Deviation: RFC 9112 §3.2.2 wants the Host header ignored where the target names a host. Who routes by the one and who
 * by the other are then of two minds, so both must be the same.
 * @throws HTTPInputError `ERR_BAD_START_LINE`, `ERR_BAD_HOST`
 */
export function hostOfTarget(
  method: string,
  target: string,
  host: string,
  hostCount: number,
): string {
  if (method === 'CONNECT') return hostOfConnect(target, host, hostCount);
  if (target === '*' && method === 'OPTIONS') return host;
  const match = ABSOLUTE.exec(target);
  if (match === null) throw badTarget(method, target);
  const [, scheme = '', authority = ''] = match;
  if (!isHost(authority)) throw badTarget(method, target);
  if (hostCount === 0) return authority;
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  if (withoutPort(authority, port) !== withoutPort(host, port)) throw otherHost(host, authority);
  return host;
}

/** RFC 9112 §3.2.3: host and port. The Host header may leave the port out, as in RFC 9110 §9.3.6. */
function hostOfConnect(target: string, host: string, hostCount: number): string {
  const port = /:\d+$/.exec(target)?.[0];
  if (port === undefined || !isHost(target)) throw badTarget('CONNECT', target);
  if (hostCount === 0) return target;
  if (withoutPort(target, port) !== withoutPort(host, port)) throw otherHost(host, target);
  return host;
}

/** In lower case, without that port. */
function withoutPort(host: string, port: string): string {
  const name = host.toLowerCase();
  return name.endsWith(port) ? name.slice(0, -port.length) : name;
}

/** RFC 3986 §3.2.2, §3.2.3. */
function isHost(text: string): boolean {
  const match = HOST.exec(text);
  if (match === null) return false;
  const [, address, port = '0'] = match;
  return Number(port) <= 65_535 && (address === undefined || isIPv6(address));
}

/** RFC 3986 §3.2.2: eight groups, of which `::` stands for at least one. */
function isIPv6(address: string): boolean {
  const [head = '', tail, more] = address.split('::', 3);
  if (more !== undefined) return false;
  if (tail === undefined) return groupsIn(head, true) === 8;
  const before = head === '' ? 0 : groupsIn(head, false);
  const behind = tail === '' ? 0 : groupsIn(tail, true);
  return before >= 0 && behind >= 0 && before + behind <= 7;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** How many groups of 16 bits the text has, or -1 where it has something else, too. */
function groupsIn(text: string, canEndInIPv4: boolean): number {
  const groups = text.split(':', 9);
  const last = groups.at(-1) ?? '';
  const isIPv4 = canEndInIPv4 && IPV4.test(last);
  if (isIPv4) groups.pop();
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return -1;
  return groups.length + (isIPv4 ? 2 : 0);
}

function badTarget(method: string, target: string): HTTPInputError {
  const allowed = method === 'CONNECT' ? 'host:port' : 'a path, or http://host/path';
  const message = `Malformed HTTP request target ${quoted(target)} of ${quoted(method)}, not ${allowed}`;
  return new HTTPInputError('ERR_BAD_START_LINE', message);
}

function badHost(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_HOST', message);
}

function otherHost(host: string, authority: string): HTTPInputError {
  return badHost(`Host header ${quoted(host)} is not that of the target, ${quoted(authority)}`);
}
