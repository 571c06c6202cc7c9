// Who is at the other end: from the connection, or from a proxy where the server trusts it.
import { isIP } from 'node:net';
import type { ConnectionContext } from './http-connection.ts';
import type { ProxyHeader } from './proxy-header.ts';
import type { TrustedPeers } from './trusted-peers.ts';
import type { HTTPHeaders } from '@typhoon/http1';
import type { Transport } from '@typhoon/ioloop';

/** What a connection says of itself. Addresses are asked for only when somebody reads them. */
export class SocketContext implements ConnectionContext {
  readonly protocol: string;
  readonly transport: Transport;
  readonly proxyHeader: ProxyHeader | null;
  #remoteIp: string | null = null;

  constructor(transport: Transport, protocol: string | undefined, proxyHeader: ProxyHeader | null) {
    this.transport = transport;
    this.proxyHeader = proxyHeader;
    const isTls = transport.tls !== null || proxyHeader?.isTls === true;
    this.protocol = protocol ?? (isTls ? 'https' : 'http');
  }

  /** The address of whoever connected, if need be to the proxy that told of it; empty for a unix socket. */
  get peerHost(): string {
    return (this.proxyHeader?.source ?? this.transport.remoteAddress).host;
  }

  /** HSV-9: a unix socket has no address. */
  get remoteIp(): string {
    if (this.#remoteIp === null) {
      const host = this.peerHost;
      this.#remoteIp = host === '' ? '0.0.0.0' : host;
    }
    return this.#remoteIp;
  }

  /** For log lines (H1C-45). */
  toString(): string {
    return this.remoteIp;
  }
}

/** Whose headers say who the client is. */
export interface ProxyPolicy {
  /** Peers that are believed; null: all. */
  readonly peers: TrustedPeers | null;
  /** Proxies behind them, which are skipped in X-Forwarded-For. */
  readonly isProxy: (host: string) => boolean;
}

/** The context of one request on that connection, as far as its headers are believed. */
export function contextOf(
  base: SocketContext | null,
  headers: HTTPHeaders,
  policy: ProxyPolicy | null,
): ConnectionContext {
  if (base === null) throw new Error('a request before its connection');
  return policy === null ? base : proxiedContext(base, headers, policy);
}

/**
 * The context of one request as a trusted proxy describes it (HSV-4 to 7): X-Real-Ip if valid, else the last entry of
 * X-Forwarded-For that is no trusted proxy itself; X-Scheme or the last X-Forwarded-Proto.
 */
function proxiedContext(
  base: SocketContext,
  headers: HTTPHeaders,
  policy: ProxyPolicy,
): ConnectionContext {
  if (policy.peers?.has(base.peerHost) === false) return base;
  const remoteIp = proxiedIp(headers, policy.isProxy) ?? base.remoteIp;
  const scheme = (headers.get('X-Scheme') ?? headers.get('X-Forwarded-Proto') ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  const protocol = scheme === 'http' || scheme === 'https' ? scheme : base.protocol;
  return { remoteIp, protocol, transport: base.transport, proxyHeader: base.proxyHeader };
}

function proxiedIp(headers: HTTPHeaders, isProxy: (host: string) => boolean): string | null {
  const realIp = headers.get('X-Real-Ip')?.trim();
  if (realIp !== undefined) return isIP(realIp) === 0 ? null : realIp;
  const hops = (headers.get('X-Forwarded-For') ?? '').split(',').map((hop) => hop.trim());
  // Where all are proxies, the one farthest away is the client of the others.
  const client = hops.reverse().find((hop) => !isProxy(hop)) ?? hops.at(-1) ?? '';
  return isIP(client) === 0 ? null : client;
}
