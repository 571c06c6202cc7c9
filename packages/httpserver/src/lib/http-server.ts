// The server: listens, and gives every connection to a ServerConnection. Owns: options, listeners, who is connected.
// Must not know: the protocol (server-connection.ts, @typhoon/http1).
import { IOLoop } from '@typhoon/ioloop';
import { CallbackDelegate } from './callback-delegate.ts';
import { Drain } from './drain.ts';
import { RequestLoad } from './request-load.ts';
import { ServerConnection } from './server-connection.ts';
import { resolveSettings } from './server-options.ts';
import type { DetachedConnection, DrainOptions, DrainResult } from './drain.ts';
import type { RequestCallback } from './callback-delegate.ts';
import type { HTTPServerConnectionDelegate } from './http-connection.ts';
import type { ConnectionSettings, HTTPServerOptions } from './server-options.ts';
import type { ListenAddress, Listener, ListenOptions } from '@typhoon/ioloop';

const FEWEST_DETACHED = 64;

/**
 * A non-blocking HTTP/1.1 server on the current loop: keep-alive, pipelining, streaming both ways.
 *
 * @param app A delegate, such as an Application of `@typhoon/web`, or a function that answers complete requests.
 * @throws ServerError `ERR_BAD_OPTION`
 */
export class HTTPServer {
  readonly #delegate: HTTPServerConnectionDelegate;
  readonly #settings: ConnectionSettings;
  readonly #loop: IOLoop;
  readonly #listeners = new Set<Listener>();
  readonly #connections = new Set<ServerConnection>();
  /** Given away, and perhaps closed since. */
  readonly #detached = new Set<DetachedConnection>();
  readonly #load = new RequestLoad();
  #drain: Drain | null = null;
  /** At so many, those that are closed are forgotten. */
  #detachedLimit = FEWEST_DETACHED;
  #url = '';

  constructor(
    app: HTTPServerConnectionDelegate | RequestCallback,
    options: HTTPServerOptions = {},
  ) {
    this.#delegate = typeof app === 'function' ? new CallbackDelegate(app) : app;
    this.#loop = IOLoop.current();
    this.#settings = resolveSettings(options);
  }

  /**
   * Listens on a port (0 picks a free one) of every interface, or on an address. May be called several times.
   * Rejects with TransportError: `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_DENIED`, `ERR_ADDRESS_UNAVAILABLE`.
   *
   * @param options.tls Serve HTTPS with these certificates; see node:tls.
   */
  async listen(address: number | ListenAddress, options: ListenOptions = {}): Promise<Listener> {
    const where = typeof address === 'number' ? { port: address } : address;
    const listener = await this.#loop.poller.listen(where, options, () => this.#accept());
    this.#listeners.add(listener);
    if (this.#url === '') this.#url = urlOf(listener, options.tls !== undefined);
    return listener;
  }

  /** Accepts no more connections; those that exist go on (HSV-10). Twice is harmless. */
  stop(): void {
    for (const listener of this.#listeners) void listener.close();
    this.#listeners.clear();
  }

  /**
   * Ends without losing a request: accepts no more, closes idle connections, lets what runs be answered with
   * `Connection: close`. Resolves when all is sent and every connection closed, at the latest at the deadline: then what still
   * runs is given up, logged and reported. Calling it again can make it end sooner, and changes nothing else.
   */
  drain(options: DrainOptions = {}): Promise<DrainResult> {
    this.#drain ??= new Drain(this.#loop, {
      connections: this.#connections,
      detached: this.#detached,
      load: this.#load,
      stopListening: () => {
        this.stop();
      },
    });
    this.#drain.hasten(options);
    return this.#drain.result;
  }

  /** Closes every connection, dropping what is unanswered; resolves when all have ended (HSV-10). */
  async closeAllConnections(): Promise<void> {
    await Promise.all(Array.from(this.#connections, (connection) => connection.shut()));
  }

  /** Where the first listener listens, as a URL without a path; empty before `listen`. */
  get url(): string {
    return this.#url;
  }

  /** How many clients are connected. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** How many requests are being read or answered. */
  get requestsInProgress(): number {
    return this.#load.inProgress;
  }

  #accept(): ServerConnection {
    const connection: ServerConnection = new ServerConnection(
      this.#loop,
      this.#delegate,
      this.#settings,
      (detached) => {
        this.#connections.delete(connection);
        if (detached !== null) this.#noteDetached(detached);
        this.#drain?.connectionGone(connection);
      },
      this.#load,
    );
    this.#connections.add(connection);
    if (this.#drain !== null) connection.beginDrain();
    return connection;
  }

  #noteDetached(connection: DetachedConnection): void {
    this.#detached.add(connection);
    this.#drain?.tellDetached(connection);
    if (this.#detached.size < this.#detachedLimit) return;
    for (const one of this.#detached) if (one.transport.isClosing) this.#detached.delete(one);
    this.#detachedLimit = Math.max(FEWEST_DETACHED, 2 * this.#detached.size);
  }
}

function urlOf({ address }: Listener, isTls: boolean): string {
  if (address.path !== '') return `unix:${address.path}`;
  const isEveryInterface =
    address.host === '' || address.host === '::' || address.host === '0.0.0.0';
  const host = isEveryInterface ? '127.0.0.1' : address.host;
  return `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
