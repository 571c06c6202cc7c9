// Who is at the other end: from the connection, or from a proxy's headers where the server trusts them.
import { isIP } from 'node:net';
import type { ConnectionContext } from './http-connection.ts';
import type { HTTPHeaders } from '@typhoon/http1';
import type { Transport } from '@typhoon/ioloop';

/** What a connection says of itself. Addresses are asked for only when somebody reads them. */
export class SocketContext implements ConnectionContext {
  readonly protocol: string;
  readonly transport: Transport;
  #remoteIp: string | null = null;

  constructor(transport: Transport, protocol: string | undefined) {
    this.transport = transport;
    this.protocol = protocol ?? (transport.tls === null ? 'http' : 'https');
  }

  /** HSV-9: a unix socket has no address. */
  get remoteIp(): string {
    if (this.#remoteIp === null) {
      const { host } = this.transport.remoteAddress;
      this.#remoteIp = host === '' ? '0.0.0.0' : host;
    }
    return this.#remoteIp;
  }

  /** For log lines (H1C-45). */
  toString(): string {
    return this.remoteIp;
  }
}

/**
 * The context of one request as a trusted proxy describes it (HSV-4 to 7): X-Real-Ip if valid, else the last entry of
 * X-Forwarded-For that is no trusted proxy itself; X-Scheme or the last X-Forwarded-Proto.
 */
export function proxiedContext(
  base: ConnectionContext,
  headers: HTTPHeaders,
  trustedDownstream: ReadonlySet<string>,
): ConnectionContext {
  const remoteIp = proxiedIp(headers, trustedDownstream) ?? base.remoteIp;
  const scheme = (headers.get('X-Scheme') ?? headers.get('X-Forwarded-Proto') ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  const protocol = scheme === 'http' || scheme === 'https' ? scheme : base.protocol;
  return { remoteIp, protocol, transport: base.transport };
}

function proxiedIp(headers: HTTPHeaders, trusted: ReadonlySet<string>): string | null {
  const realIp = headers.get('X-Real-Ip')?.trim();
  if (realIp !== undefined) return isIP(realIp) === 0 ? null : realIp;
  const hops = (headers.get('X-Forwarded-For') ?? '').split(',').map((hop) => hop.trim());
  const client = hops.reverse().find((hop) => !trusted.has(hop));
  return client !== undefined && isIP(client) !== 0 ? client : null;
}
