// Where a client connects to. Owns: which URLs are allowed. Must not know: the handshake, proxies, TLS.
import { HTTPRequest } from '@typhoon/httpclient';
import { WebSocketError } from '../websocket-error.ts';

/** A URL, taken apart. */
export interface WebSocketTarget {
  /** What leads there, with the scheme of HTTP. */
  readonly request: HTTPRequest;
  /** The value of Host. */
  readonly authority: string;
  /** Path and query. */
  readonly target: string;
  readonly username: string | null;
  readonly password: string;
}

const SECURE = new Map([
  ['ws:', false],
  ['http:', false],
  ['wss:', true],
  ['https:', true],
]);

/** Takes a request's URL apart. @throws WebSocketError `ERR_BAD_OPTION` for what is no URL of a WebSocket. */
export function targetOf({ url, options }: HTTPRequest): WebSocketTarget {
  const parsed = parse(url);
  const isSecure = SECURE.get(parsed.protocol);
  if (isSecure === undefined) {
    throw new WebSocketError('ERR_BAD_OPTION', `unsupported scheme in ${JSON.stringify(url)}`);
  }
  const target = parsed.pathname + parsed.search;
  const { host: authority, username, password } = parsed;
  return {
    request: new HTTPRequest(`${isSecure ? 'https' : 'http'}://${authority}${target}`, options),
    authority,
    target,
    username: username === '' ? null : decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw new WebSocketError('ERR_BAD_OPTION', `no URL: ${JSON.stringify(url)}`, { cause });
  }
}
