// A client's half of the handshake, as a server reads it (RFC 6455 §4.2.1). Owns: what is looked at, in which order, and what is
// answered when it is wrong. Must not know: handlers.
import { urlSplit, type HTTPHeaders } from '@typhoon/http1';
import { isKey } from './accept-key.ts';

/** Why a request is no handshake. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** All that is looked at of a request. */
export interface HandshakeRequest {
  readonly version: string;
  readonly headers: HTTPHeaders;
  readonly body: Buffer;
}

/** RFC 6455 §4.4 and the last drafts, which are the same on the wire. */
const VERSIONS = new Set(['7', '8', '13']);
/** What a refusal for the version names. */
export const SUPPORTED_VERSIONS = '7, 8, 13';

const BAD_UPGRADE = { status: 400, message: 'Can "Upgrade" only to "WebSocket".' };
const BAD_CONNECTION = { status: 400, message: '"Connection" must be "Upgrade".' };
const BAD_BODY = { status: 400, message: 'A WebSocket handshake has no body.' };
const BAD_ORIGIN = { status: 403, message: 'Cross origin websockets not allowed' };
const BAD_VERSION = { status: 426, message: 'Upgrade Required' };
const BAD_HEADERS = { status: 400, message: 'Missing/Invalid WebSocket headers' };

/** What is wrong with a handshake, in the order of WSK-1; null for nothing. */
export function refusalOf(
  { headers, version, body }: HandshakeRequest,
  isOriginAllowed: (origin: string) => unknown,
): Refusal | null {
  // RFC 9110 §7.8: HTTP/1.0 knows no other protocols.
  const isUpgrade = headers.get('Upgrade', '').toLowerCase() === 'websocket';
  if (!isUpgrade || version !== 'HTTP/1.1') return BAD_UPGRADE;
  if (!hasToken(headers.get('Connection', ''), 'upgrade')) return BAD_CONNECTION;
  // Who is in between may think that the other protocol begins before a body, and who is behind it that it begins behind.
  if (body.length > 0 || headers.has('Transfer-Encoding')) return BAD_BODY;
  const origin = headers.get('Origin') ?? headers.get('Sec-Websocket-Origin');
  if (origin !== undefined && isOriginAllowed(origin) !== true) return BAD_ORIGIN;
  if (!VERSIONS.has(headers.get('Sec-WebSocket-Version', ''))) return BAD_VERSION;
  const hasKey = isKey(headers.get('Sec-WebSocket-Key', ''));
  return hasKey && headers.has('Host') ? null : BAD_HEADERS;
}

/** Whether a list separated by commas has that token, in any case. */
export function hasToken(list: string, token: string): boolean {
  return list.split(',').some((one) => one.trim().toLowerCase() === token);
}

/** Whether a page of that origin comes from that host, port included (WSK-2). */
export function isSameOrigin(origin: string, host: string): boolean {
  return urlSplit(origin).authority.toLowerCase() === host.toLowerCase() && host !== '';
}

/** The subprotocols that a client offers; none for none (WSK-23). */
export function subprotocolsOf(headers: HTTPHeaders): string[] {
  return headers
    .get('Sec-WebSocket-Protocol', '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
