// What a client does behind its face: carries out what the pool decides. Owns: the open connections, closing.
// Must not know: how a request is made or answered.
import { genLog } from '@typhoon/log';
import { BackendRun } from './backend-run.ts';
import { ClientConnection } from './client-connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { dial } from './dial.ts';
import { FetchTimers } from './fetch-timer.ts';
import { HTTPClientError } from './http-response.ts';
import { routeOf } from './route.ts';
import { SignalWatch } from './signal-watch.ts';
import { UsualRequests } from './usual-requests.ts';
import type { RequestSettings } from './request-settings.ts';
import type { ParserLimits } from '@typhoon/http1';
import type { IOLoop } from '@typhoon/ioloop';
import type { ClientBackend } from './backend.ts';
import type { BackendHost } from './backend-run.ts';
import type { ConnectionHost } from './client-connection.ts';
import type { PoolLimits } from './connection-pool.ts';
import type { Fetch, FetchHost } from './fetch.ts';
import type { Resolver } from '@typhoon/iostream';
import type { ProxyEnvironment } from './proxy.ts';
import type { HostnameMapping } from './route.ts';

/** A client's options, resolved. */
export interface ClientSettings extends PoolLimits {
  readonly idleTimeoutMs: number;
  readonly parserLimits: Required<Pick<ParserLimits, 'maxHeadBytes' | 'maxBodyBytes'>>;
  readonly hostnameMapping: HostnameMapping;
  /** Null: the poller's own. */
  readonly resolver: Resolver | null;
  readonly proxies: ProxyEnvironment;
  /** Of every request that does not say otherwise. */
  readonly defaults: RequestSettings;
  /** Null: our own connections. */
  readonly backend: ClientBackend | null;
}

/** How long before the server would close an idle connection we stop using it, in milliseconds. */
const KEEP_ALIVE_MARGIN_MS = 1000;

/** Fetches wait here, connections live here. */
export class ClientCore implements FetchHost, ConnectionHost, BackendHost {
  readonly loop: IOLoop;
  readonly signals: SignalWatch = new SignalWatch();
  readonly timers: FetchTimers;
  readonly usual: UsualRequests;
  readonly #settings: ClientSettings;
  readonly #pool: ConnectionPool<Fetch, ClientConnection>;
  readonly #connections = new Set<ClientConnection | BackendRun>();
  #isClosed = false;

  constructor(loop: IOLoop, settings: ClientSettings) {
    this.loop = loop;
    this.#settings = settings;
    this.timers = new FetchTimers(loop);
    this.#pool = new ConnectionPool(settings);
    this.usual = new UsualRequests(settings.defaults, this);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get maxBodyBytes(): number {
    return this.#settings.parserLimits.maxBodyBytes;
  }

  get proxies(): ProxyEnvironment {
    return this.#settings.proxies;
  }

  get isKeepAlive(): boolean {
    return this.#settings.maxIdleConnections > 0;
  }

  /** Ends everything that runs or waits, and closes every connection. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { jobs, connections: idle } = this.#pool.clear();
    for (const fetch of jobs) fetch.fail(closedError(TOO_LATE));
    for (const connection of idle) this.#drop(connection);
    for (const connection of [...this.#connections]) connection.shut(closedError(TOO_LATE));
    this.#settings.backend?.close();
  }

  // From fetches.

  submit(fetch: Fetch): void {
    if (this.#isClosed) throw closedError('fetch() called on closed AsyncHTTPClient');
    this.#pool.enqueue(fetch);
    this.#proceed();
    const { running, queued } = this.#pool;
    // SHC-2
    if (queued > 0) genLog.debug('request queued: %d active, %d queued requests', running, queued);
  }

  withdraw(fetch: Fetch): void {
    if (this.#pool.withdraw(fetch)) this.#proceed();
  }

  reopen(fetch: Fetch): void {
    this.#pool.claim(fetch.key);
    this.#open(fetch);
  }

  // From connections.

  exchangeOver(connection: ClientConnection, isReusable: boolean): void {
    const idleMs = Math.min(
      this.#settings.idleTimeoutMs,
      connection.keepAliveMs - KEEP_ALIVE_MARGIN_MS,
    );
    const isKept = isReusable && idleMs > 0 && !this.#isClosed;
    if (isKept) {
      connection.deadlineMs = this.loop.time() + idleMs;
      this.loop.sweep.add(connection);
    } else {
      this.#drop(connection);
    }
    this.#pool.release(connection.key, isKept ? connection : null);
    this.#proceed();
  }

  runOver(run: BackendRun): void {
    this.#connections.delete(run);
    this.#pool.release(run.key, null);
    this.#proceed();
  }

  idleEnded(connection: ClientConnection): void {
    this.#pool.remove(connection);
    this.#drop(connection);
  }

  /** Does what the pool decides. */
  #proceed(): void {
    const { grants, evicted } = this.#pool.decide();
    for (const connection of evicted) this.#drop(connection);
    for (const { job, connection } of grants) {
      if (connection === null) this.#open(job);
      else connection.begin(job.granted(true));
    }
  }

  #open(fetch: Fetch): void {
    const { hostnameMapping, parserLimits, resolver, backend } = this.#settings;
    if (backend !== null) {
      this.#sendBy(backend, fetch);
      return;
    }
    const exchange = fetch.granted(false);
    const connection = new ClientConnection(this, fetch.key, parserLimits, exchange);
    this.#connections.add(connection);
    try {
      const { url, proxy } = fetch.outgoing;
      const route = routeOf(url, fetch.settings, proxy, hostnameMapping);
      connection.opening(dial(this.loop, resolver, route, connection));
    } catch (error) {
      connection.shut(error);
    }
  }

  #sendBy(backend: ClientBackend, fetch: Fetch): void {
    const run = new BackendRun(this, fetch.key, fetch.granted(false));
    this.#connections.add(run);
    try {
      const { url, proxy } = fetch.outgoing;
      run.start(backend, routeOf(url, fetch.settings, proxy, this.#settings.hostnameMapping));
    } catch (error) {
      run.shut(error);
    }
  }

  #drop(connection: ClientConnection): void {
    connection.close();
    this.loop.sweep.remove(connection);
    this.#connections.delete(connection);
  }
}

const TOO_LATE = 'AsyncHTTPClient was closed before the fetch was over';

/** HCL-8. */
function closedError(message: string): HTTPClientError {
  return new HTTPClientError('ERR_CLIENT_CLOSED', message);
}
