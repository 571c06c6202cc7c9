// A server of streams. Owns: its sockets, its start-up forms, what becomes of errors in its handler.
import { availableParallelism } from 'node:os';
import { Future } from '@typhoon/concurrent';
import { IOLoop, isThenable } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { bindSockets } from './bind-sockets.ts';
import { addAcceptHandler } from './bound-socket.ts';
import { IOStream, SSLIOStream } from './io-stream.ts';
import { StreamError } from './stream-error.ts';
import { sslOptionsToContext } from './tls-options.ts';
import type { Transport } from '@typhoon/ioloop';
import type { BindOptions } from './bind-sockets.ts';
import type { BoundSocket, PeerAddress } from './bound-socket.ts';
import type { SslContext, SslOptions } from './tls-options.ts';

/**
 * Makes processes: resolves in one that is to serve, and never in the one that only watches over them. When it resolves with a
 * function, that is called once the server serves.
 */
export type ForkProcesses = (numProcesses: number, maxRestarts: number) => Promise<unknown>;

/** How to make a server. */
export interface TCPServerOptions {
  /** Talk TLS: every stream is an `SSLIOStream`. Default: plain. */
  readonly sslOptions?: SslOptions | SslContext;
  /** Of each stream. */
  readonly maxBufferSize?: number;
  /** Of each stream. */
  readonly readChunkSize?: number;
  /** Makes the processes of `start` when there are to be several. */
  readonly fork?: ForkProcesses;
}

/** How many processes serve. */
export interface StartOptions {
  /** 1: this one. Otherwise so many are made; 0 or null: one for each CPU. Default 1. */
  readonly numProcesses?: number | null;
  /** So many processes that end badly are replaced. Default 100. */
  readonly maxRestarts?: number;
}

const DEFAULT_MAX_RESTARTS = 100;

/**
 * A server of streams: extend it, and say in `handleStream` what to do with one.
 *
 * Either `listen(port)`; or `bind(port)`, perhaps more than once, then `start()`; or sockets of `bindSockets` given to
 * `addSockets` (TCS-1).
 */
export abstract class TCPServer {
  readonly #options: TCPServerOptions;
  readonly #context: SslContext | null;
  readonly #sockets = new Map<BoundSocket, () => void>();
  readonly #pending: { readonly port: number; readonly options: BindOptions }[] = [];
  #isStarted = false;

  /** @throws StreamError `ERR_TLS_OPTIONS` (TCS-5) */
  constructor(options: TCPServerOptions = {}) {
    this.#options = options;
    const { sslOptions } = options;
    this.#context =
      sslOptions === undefined ? null : sslOptionsToContext(sslOptions, { serverSide: true });
  }

  /** The sockets that it accepts connections of; `sockets[0].address.port` is a port that was picked. */
  get sockets(): readonly BoundSocket[] {
    return [...this.#sockets.keys()];
  }

  /**
   * Serves one connection. With TLS it comes before the handshake (IOS-32). What it throws, or the future or promise that it
   * returns fails with, is logged, and closes the stream.
   *
   * @param address The peer: `[host, port]`, or an empty text for a unix socket.
   */
  abstract handleStream(stream: IOStream, address: PeerAddress): unknown;

  /** Listens in this process, and serves at once. Rejects as `bindSockets` does. */
  async listen(port: number, options: BindOptions = {}): Promise<void> {
    this.addSockets(await bindSockets(port, options));
  }

  /** Remembers where to listen until `start` is called; after that it listens at once (TCS-3). Rejects as `bindSockets` does. */
  async bind(port: number, options: BindOptions = {}): Promise<void> {
    if (this.#isStarted) await this.listen(port, options);
    else this.#pending.push({ port, options });
  }

  /**
   * Listens where `bind` said, in this process or in several. Rejects as `bindSockets` does; with StreamError `ERR_STARTED` the
   * second time; `ERR_CANNOT_FORK` for several processes without a `fork` (TCS-2).
   */
  async start(options: StartOptions = {}): Promise<void> {
    if (this.#isStarted) throw new StreamError('ERR_STARTED', 'the server was started before');
    this.#isStarted = true;
    const { numProcesses = 1, maxRestarts = DEFAULT_MAX_RESTARTS } = options;
    const { fork } = this.#options;
    if (numProcesses !== 1 && fork === undefined) {
      const message = 'several processes need the option "fork", which makes them';
      throw new StreamError('ERR_CANNOT_FORK', message);
    }
    const sockets: BoundSocket[] = [];
    for (const { port, options: how } of this.#pending.splice(0)) {
      sockets.push(...(await bindSockets(port, how)));
    }
    let ready: unknown = null;
    if (numProcesses !== 1 && fork !== undefined) {
      const isGiven = numProcesses !== null && numProcesses > 0;
      ready = await fork(isGiven ? numProcesses : availableParallelism(), maxRestarts);
    }
    this.addSockets(sockets);
    if (typeof ready === 'function') (ready as () => void)();
  }

  /** Serves the connections of these sockets. */
  addSockets(sockets: readonly BoundSocket[]): void {
    for (const socket of sockets) this.addSocket(socket);
  }

  /** Serves the connections of this socket. */
  addSocket(socket: BoundSocket): void {
    const remove = addAcceptHandler(socket, (transport, address) => {
      this.#serve(transport, address);
    });
    this.#sockets.set(socket, remove);
  }

  /** Listens no more; streams that exist go on. Twice is harmless (TCS-4). */
  stop(): void {
    for (const [socket, remove] of this.#sockets) {
      remove();
      void socket.close();
    }
    this.#sockets.clear();
  }

  #serve(transport: Transport, address: PeerAddress): void {
    const stream = this.#makeStream(transport);
    try {
      const result = this.handleStream(stream, address);
      if (isThenable(result)) this.#watch(stream, result);
    } catch (error) {
      appLog.error('Error in connection callback', error);
      stream.close();
    }
  }

  #makeStream(transport: Transport): IOStream {
    const { maxBufferSize, readChunkSize } = this.#options;
    const limits = {
      ...(maxBufferSize === undefined ? {} : { maxBufferSize }),
      ...(readChunkSize === undefined ? {} : { readChunkSize }),
    };
    if (this.#context === null) return new IOStream(transport, limits);
    return new SSLIOStream(transport, { ...limits, sslOptions: this.#context, serverSide: true });
  }

  /** TCS-7: an error of the handler is the loop's to log. */
  #watch(stream: IOStream, result: PromiseLike<unknown>): void {
    const loop = IOLoop.current();
    Future.from(result).addDoneCallback((done) => {
      try {
        done.result();
      } catch (error) {
        stream.close();
        if (!done.cancelled()) loop.handleCallbackException('handleStream', error);
      }
    });
  }
}
