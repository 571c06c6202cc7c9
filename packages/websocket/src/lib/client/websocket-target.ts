// Where a client connects to. Owns: which URLs are allowed, address and TLS options. Must not know: the handshake.
import { isIP } from 'node:net';
import { readFileSync } from 'node:fs';
import { WebSocketError } from '../websocket-error.ts';
import type { HTTPRequest, HTTPRequestOptions } from '@typhoon/httpclient';
import type { ConnectAddress, ConnectOptions, ConnectTlsOptions } from '@typhoon/ioloop';

/** A URL and the options that belong to it, taken apart. */
export interface WebSocketTarget {
  readonly address: ConnectAddress;
  readonly connectOptions: ConnectOptions;
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

/** Takes a request's URL and options apart. @throws WebSocketError `ERR_BAD_OPTION` for what is no URL of a WebSocket. */
export function routeOf({ url, options }: HTTPRequest): WebSocketTarget {
  const parsed = parse(url);
  const isSecure = SECURE.get(parsed.protocol);
  if (isSecure === undefined) {
    throw new WebSocketError('ERR_BAD_OPTION', `unsupported scheme in ${JSON.stringify(url)}`);
  }
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = parsed.port === '' ? (isSecure ? 443 : 80) : Number(parsed.port);
  const { socketPath, networkInterface, allowIpv6 } = options;
  return {
    address: socketPath === undefined ? { host, port } : { path: socketPath },
    connectOptions: {
      ...(isSecure ? { tls: tlsOptions(host, options) } : {}),
      ...(networkInterface === undefined ? {} : { localAddress: networkInterface }),
      ...(allowIpv6 === false ? { family: 4 } : {}),
    },
    authority: parsed.host,
    target: parsed.pathname + parsed.search,
    username: parsed.username === '' ? null : decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
  };
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw new WebSocketError('ERR_BAD_OPTION', `no URL: ${JSON.stringify(url)}`, { cause });
  }
}

function tlsOptions(host: string, options: HTTPRequestOptions): ConnectTlsOptions {
  const { sslOptions, validateCert, caCerts, clientKey, clientCert } = options;
  // RFC 6066 §3: an IP address is no server name.
  const base = { ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 ? { servername: host } : {}) };
  if (sslOptions !== undefined) return { ...base, ...sslOptions };
  return {
    ...base,
    rejectUnauthorized: validateCert !== false,
    ...(caCerts === undefined ? {} : { ca: pem(caCerts) }),
    ...(clientKey === undefined ? {} : { key: pem(clientKey) }),
    ...(clientCert === undefined ? {} : { cert: pem(clientCert) }),
  };
}

/** PEM text or bytes, or the path of a file. */
function pem(source: Uint8Array | string): Buffer | string {
  if (typeof source !== 'string') return Buffer.from(source);
  return source.includes('-----BEGIN') ? source : readFileSync(source);
}
