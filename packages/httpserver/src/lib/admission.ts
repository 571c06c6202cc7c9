// What comes before HTTP: the PROXY header of a trusted peer, then the TLS handshake where the poller does not do it itself.
// Owns: their order, who must send a header, and in what time. Must not know: HTTP.
import { startTls } from '@typhoon/ioloop';
import { genLog } from '@typhoon/log';
import { ProxyHeaderParser, type ProxyHeader } from './proxy-header.ts';
import type { ConnectionPhase, Drainable } from './drain.ts';
import type { ServerTls } from './server-tls.ts';
import type { TrustedPeers } from './trusted-peers.ts';
import type {
  ConnectAttempt,
  Expirable,
  HandshakeLog,
  IOLoop,
  Protocol,
  Transport,
  TransportError,
} from '@typhoon/ioloop';

/** How connections are admitted. */
export interface AdmissionOptions {
  readonly loop: IOLoop;
  /** Peers that must send a PROXY header; null: nobody may. */
  readonly proxies: TrustedPeers | null;
  /** Talk TLS then. */
  readonly tls: ServerTls | null;
  readonly handshakeLog: HandshakeLog;
  /** In what time a header must be complete. */
  readonly timeoutMs: number;
  /** Makes who serves the connection. */
  readonly makeConnection: (header: ProxyHeader | null) => Protocol;
  /** It is admitted, or over. */
  readonly onEnd: (admission: Admission) => void;
}

/** One connection on its way in. */
export class Admission implements Protocol, Expirable, Drainable {
  deadlineMs: number = Infinity;
  readonly exchange = null;
  readonly phase: ConnectionPhase = 'fresh';
  /** Who serves the connection hears of it when that is made. */
  isDraining = false;
  sinceMs = 0;
  readonly #options: AdmissionOptions;
  readonly #parser = new ProxyHeaderParser();
  #transport: Transport | null = null;
  #handshake: ConnectAttempt | null = null;
  #isOver = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  connectionMade(transport: Transport): void {
    const { loop, proxies, timeoutMs } = this.#options;
    this.#transport = transport;
    this.sinceMs = loop.time();
    if (proxies?.has(transport.remoteAddress.host) !== true) {
      this.#admit(null, null);
      return;
    }
    this.deadlineMs = this.sinceMs + timeoutMs;
    loop.sweep.add(this);
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    const at = this.#parser.push(buffer, start, end);
    const { header, fault } = this.#parser;
    if (fault !== null) {
      const { host } = this.transport.remoteAddress;
      genLog.info(
        'Malformed PROXY header from %s: %s',
        host === '' ? 'a unix socket' : host,
        fault,
      );
      this.transport.abort();
    } else if (header !== null) {
      this.#admit(header, at < end ? Buffer.from(buffer.subarray(at, end)) : null);
    }
  }

  connectionLost(): void {
    this.#end();
  }

  /** From the sweep: no header in time. */
  onDeadline(): void {
    this.deadlineMs = Infinity;
    this.transport.abort();
  }

  // From the server and its drain.

  get transport(): Transport {
    if (this.#transport === null) throw new Error('an admission before its connection');
    return this.#transport;
  }

  closeInOrder(): void {
    void this.shut();
  }

  giveUp(): void {
    void this.shut();
  }

  /** Ends at once what has not begun. */
  shut(): Promise<void> {
    if (this.#handshake !== null) this.#handshake.abort();
    else this.#transport?.abort();
    this.#end();
    return Promise.resolve();
  }

  // The inside.

  #admit(header: ProxyHeader | null, rest: Buffer | null): void {
    const { loop, tls } = this.#options;
    const { transport } = this;
    loop.sweep.remove(this);
    transport.pauseReading();
    if (rest !== null) transport.unread(rest);
    if (tls === null) {
      this.#handOver(transport, header);
      return;
    }
    this.#handshake = startTls(
      loop,
      transport,
      { server: tls.options },
      {
        connectionMade: (encrypted) => {
          this.#handOver(encrypted, header);
        },
        dataReceived: () => undefined,
        connectionLost: (error) => {
          this.#handshakeFailed(error);
        },
      },
    );
  }

  #handOver(transport: Transport, header: ProxyHeader | null): void {
    if (this.#isOver) return;
    const connection = this.#options.makeConnection(header);
    transport.setProtocol(connection);
    this.#end();
    connection.connectionMade(transport);
    transport.resumeReading();
  }

  /** HSV-12: one line, no trace. Who just leaves is not worth one. */
  #handshakeFailed(error: TransportError | null): void {
    const isRefusal = error?.code === 'ERR_TLS' && !this.#isOver;
    if (isRefusal) this.#options.handshakeLog.failed(error.message);
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.loop.sweep.remove(this);
    this.#options.onEnd(this);
  }
}
