// What a server's user may choose, and what a connection gets of it. Owns: names, defaults, limits of the values.
// Must not know: what is done with them.
import { ServerError } from './server-error.ts';
import { TrustedPeers } from './trusted-peers.ts';
import type { ProxyPolicy } from './context.ts';

/** How a server treats its connections. Times are in milliseconds, sizes in bytes; `Infinity` turns a limit off. */
export interface HTTPServerOptions {
  /** Close every connection after its first answer. Default false. */
  readonly noKeepAlive?: boolean;
  /**
   * Believe X-Real-Ip, X-Forwarded-For, X-Scheme and X-Forwarded-Proto (HSV-4 to 7): of every peer, or of `trusted` ones, given
   * as addresses, networks like `10.0.0.0/8`, and `unix:`. Default false.
   */
  readonly xheaders?: boolean | { readonly trusted: readonly string[] };
  /** Further proxies to skip in X-Forwarded-For, given likewise. Default none. */
  readonly trustedDownstream?: readonly string[];
  /** Peers, given likewise, that must begin each connection with a PROXY header, version 1 or 2. Nobody else may. */
  readonly proxyProtocol?: { readonly trusted: readonly string[] };
  /** Scheme of the requests' URLs. Default: `https` on TLS, else `http` (HSV-8). */
  readonly protocol?: string;
  /** Decompress bodies that came as gzip or deflate (HSV-11); `maxBodySize` counts what comes out, too. Default false. */
  readonly decompressRequest?: boolean;
  /** Largest piece of a body that a delegate is given. Default 65536. */
  readonly chunkSize?: number;
  /** Largest request head in bytes; more is answered 431. Default 65536. */
  readonly maxHeaderSize?: number;
  /** Largest request body; more is answered 413. Default: `maxBufferSize`. 0: no bodies. */
  readonly maxBodySize?: number;
  /** Tornado's older name of the same. Default 104857600 (100 MiB). */
  readonly maxBufferSize?: number;
  /** How long a connection may wait for its next request. Default 3600000 (one hour; HSV-1). */
  readonly idleConnectionTimeoutMs?: number;
  /**
   * In what time a head must be complete, from its first byte, and the first one of a connection from the time it was
   * accepted. Default 60000.
   */
  readonly headerTimeoutMs?: number;
  /** In what time a request's body must be complete. Default: no limit. */
  readonly bodyTimeoutMs?: number;
  /**
   * Bytes a second that a client must send of its body, over half a minute, while the application takes them. Default 240.
   * 0: as slow as it likes.
   */
  readonly minBodyRate?: number;
  /** In what time a request must be answered, from when its head is there; then 503, or the end of the connection. Default: no limit. */
  readonly requestTimeoutMs?: number;
  /** How long a client may take no byte of what is sent to it. Default 60000. */
  readonly writeTimeoutMs?: number;
  /**
   * How many clients may be connected, those whose connection was detached and those in a TLS handshake included; the others are answered 503 and closed, and
   * when many of them come at once, wait to be accepted. Default: no limit.
   */
  readonly maxConnections?: number;
  /** How many requests may be in progress; the others are answered 503, and their connections closed. Default: no limit. */
  readonly maxRequestsInProgress?: number;
  /** When clients that were answered so may try again, which Retry-After says in whole seconds. Default 1000. */
  readonly retryAfterMs?: number;
}

/** A server's options, resolved. */
export interface ConnectionSettings {
  readonly noKeepAlive: boolean;
  /** Null: nobody is believed. */
  readonly proxyPolicy: ProxyPolicy | null;
  /** Null: nobody may send a PROXY header. */
  readonly proxies: TrustedPeers | null;
  readonly protocol: string | undefined;
  readonly decompressRequest: boolean;
  readonly chunkBytes: number;
  readonly maxHeadBytes: number;
  readonly maxBodyBytes: number;
  readonly idleTimeoutMs: number;
  readonly headerTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly minBodyRate: number;
  readonly requestTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxRequestsInProgress: number;
  readonly retryAfterMs: number;
}

const HOUR_MS = 3_600_000;

/** The options with their defaults. @throws ServerError `ERR_BAD_OPTION` */
export function resolveSettings(options: HTTPServerOptions = {}): ConnectionSettings {
  return {
    noKeepAlive: options.noKeepAlive ?? false,
    proxyPolicy: proxyPolicyOf(options),
    proxies:
      options.proxyProtocol === undefined ? null : new TrustedPeers(options.proxyProtocol.trusted),
    protocol: options.protocol,
    decompressRequest: options.decompressRequest ?? false,
    chunkBytes: size('chunkSize', options.chunkSize ?? 65_536, 1),
    maxHeadBytes: size('maxHeaderSize', options.maxHeaderSize ?? 65_536, 1),
    maxBodyBytes: size('maxBodySize', options.maxBodySize ?? options.maxBufferSize ?? 104_857_600),
    idleTimeoutMs: size('idleConnectionTimeoutMs', options.idleConnectionTimeoutMs ?? HOUR_MS),
    headerTimeoutMs: size('headerTimeoutMs', options.headerTimeoutMs ?? 60_000),
    bodyTimeoutMs: size('bodyTimeoutMs', options.bodyTimeoutMs ?? Infinity),
    minBodyRate: size('minBodyRate', options.minBodyRate ?? 240),
    requestTimeoutMs: size('requestTimeoutMs', options.requestTimeoutMs ?? Infinity),
    writeTimeoutMs: size('writeTimeoutMs', options.writeTimeoutMs ?? 60_000),
    maxConnections: size('maxConnections', options.maxConnections ?? Infinity, 1),
    maxRequestsInProgress: size(
      'maxRequestsInProgress',
      options.maxRequestsInProgress ?? Infinity,
      1,
    ),
    retryAfterMs: finite('retryAfterMs', options.retryAfterMs ?? 1000),
  };
}

function proxyPolicyOf({
  xheaders = false,
  trustedDownstream = [],
}: HTTPServerOptions): ProxyPolicy | null {
  const downstream = new TrustedPeers(trustedDownstream);
  if (xheaders === false) return null;
  if (xheaders === true) return { peers: null, isProxy: (host) => downstream.has(host) };
  const peers = new TrustedPeers(xheaders.trusted);
  return { peers, isProxy: (host) => host !== '' && (peers.has(host) || downstream.has(host)) };
}

function finite(name: string, value: number): number {
  if (value < Infinity) return size(name, value);
  throw new ServerError('ERR_BAD_OPTION', `${name} must be a number of milliseconds, got ${value}`);
}

function size(name: string, value: number, least = 0): number {
  if (value >= least) return value;
  throw new ServerError('ERR_BAD_OPTION', `${name} must be at least ${least}, got ${value}`);
}
