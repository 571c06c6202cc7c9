// A connection through an HTTP proxy to a server behind it (CONNECT), and TLS with that server if it has any. Owns: the proxy's
// answer.
// Must not know: what goes through the tunnel.
//
//   [ connecting ] -> [ asking ] -> [ handshake ] -> the protocol's
import { HTTPHeaders, HTTPInputError, requestHead, ResponseParser } from '@typhoon/http1';
import { startTls, TransportError } from '@typhoon/ioloop';
import { HTTPClientError } from './http-response.ts';
import type { ResponseHead, ResponseSink } from '@typhoon/http1';
import type { ConnectAttempt, PollerHost, Protocol, Transport } from '@typhoon/ioloop';
import type { TunnelRoute } from './route.ts';

/** Who wants the tunnel. */
export interface TunnelOwner extends Protocol {
  /** The proxy will not have it. */
  shut(error: HTTPClientError): void;
}

/** A proxy that refuses may say why at length; nobody reads it. */
const MAX_HEAD_BYTES = 65_536;

/** Opens one tunnel. */
export class Tunnel implements ConnectAttempt, Protocol, ResponseSink {
  readonly #host: PollerHost;
  readonly #route: TunnelRoute;
  readonly #owner: TunnelOwner;
  readonly #parser: ResponseParser;
  /** What `abort` ends: connecting, then the handshake. */
  #attempt: ConnectAttempt | null = null;
  #transport: Transport | null = null;
  #isOpen = false;
  #isOver = false;

  constructor(host: PollerHost, route: TunnelRoute, owner: TunnelOwner) {
    this.#host = host;
    this.#route = route;
    this.#owner = owner;
    this.#parser = new ResponseParser(this, { maxHeadBytes: MAX_HEAD_BYTES });
  }

  /** `connect` begins to connect to the proxy, with this as the protocol. */
  open(connect: (protocol: Protocol) => ConnectAttempt): this {
    this.#attempt = connect(this);
    return this;
  }

  abort(): void {
    this.#isOver = true;
    this.#attempt?.abort();
    this.#transport?.abort();
  }

  // From the transport to the proxy.

  connectionMade(transport: Transport): void {
    if (this.#isOver) {
      transport.abort();
      return;
    }
    const { authority, proxy } = this.#route;
    this.#transport = transport;
    const headers = new HTTPHeaders({ Host: authority });
    if (proxy.authorization !== null) headers.set('Proxy-Authorization', proxy.authorization);
    this.#parser.expect('CONNECT');
    transport.writeLatin1(requestHead('CONNECT', authority, headers));
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    if (this.#isOver || this.#isOpen) return;
    let behind: number;
    try {
      behind = this.#parser.push(buffer, start, end);
    } catch (cause) {
      const why = cause instanceof HTTPInputError ? cause.message : String(cause);
      this.#refuse(`its answer to CONNECT is malformed: ${why}`, cause);
      return;
    }
    if (!this.#isTunnelOpen()) return;
    // A server speaks second in TLS and in HTTP: bytes now are the proxy's own, and would be taken for the server's.
    if (behind < end) this.#refuse('it sent more than its answer to CONNECT', null);
    else this.#handOver();
  }

  connectionLost(error: TransportError | null): void {
    if (this.#isOver || this.#isOpen) return;
    this.#isOver = true;
    const left = new TransportError('ERR_CONNECTION_RESET', 'the proxy closed the connection');
    this.#owner.connectionLost(error ?? left);
  }

  // From the parser.

  onHead(head: ResponseHead): void {
    if (head.isSwitch && head.status !== 101) this.#isOpen = true;
    else if (head.status >= 200 || head.status === 101)
      this.#refuse(`it answered ${head.status} ${head.reason}`.trimEnd(), null);
  }

  onBody(): void {
    // Of a refusal; nobody reads it.
  }

  onEnd(): void {
    // The head said it all.
  }

  /** Behind a call that may have opened it, or have given it up. */
  #isTunnelOpen(): boolean {
    return this.#isOpen && !this.#isOver;
  }

  #handOver(): void {
    const transport = this.#transport;
    if (transport === null) return;
    const { tls } = this.#route;
    this.#transport = null;
    if (tls === null) {
      this.#isOver = true;
      this.#attempt = null;
      transport.setProtocol(this.#owner);
      this.#owner.connectionMade(transport);
    } else this.#attempt = startTls(this.#host, transport, { client: tls }, this.#owner);
  }

  #refuse(why: string, cause: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { host, port } = this.#route.proxy;
    const message = `The proxy ${host}:${port} gives no way to ${this.#route.authority}: ${why}`;
    this.#transport?.abort();
    this.#owner.shut(new HTTPClientError('ERR_PROXY', message, { cause }));
  }
}
