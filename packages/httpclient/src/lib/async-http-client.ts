// The client's face: options, the shared client of each loop, `fetch`.
// Must not know: how a fetch is carried out (client-core.ts, fetch.ts).
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { ClientCore } from './client-core.ts';
import { Fetch } from './fetch.ts';
import { HTTPRequest } from './http-request.ts';
import { HTTPClientError } from './http-response.ts';
import { NO_PROXIES, ProxyEnvironment } from './proxy.ts';
import { LIBRARY_DEFAULTS, resolveSettings } from './request-settings.ts';
import type { ClientBackend } from './backend.ts';
import type { Resolver } from '@typhoon/iostream';
import { StreamingFetch } from './streaming-fetch.ts';
import type { HTTPRequestOptions } from './http-request.ts';
import type { HTTPResponse } from './http-response.ts';
import type { AnswerTaker } from './fetch.ts';
import type { RequestSettings } from './request-settings.ts';
import type { StreamedResponse } from './streamed-response.ts';
import type { HostnameMapping } from './route.ts';

/** How many connections a client has, and how long it keeps them. */
export interface ConnectionLimitOptions {
  /**
   * Requests that run at once, and sockets that are open, idle ones included; more wait. Default 256.
   *
   * Deviation: Tornado's 10 lets ten silent hosts hold up all the others for twenty seconds. 256 sockets are a few MB, and
   * stay well under the 1024 descriptors that a process may usually open.
   */
  readonly maxClients?: number;
  /** Of these, requests that run at once with one scheme, host and port. Default 64. */
  readonly maxClientsPerHost?: number;
  /** Idle connections that are kept. Default 64. 0: every request has its own connection, as in Tornado (SHC-10). */
  readonly maxIdleConnections?: number;
  /**
   * Milliseconds that an idle connection is kept; less if the server says so. Default 4000: shorter than the 5 s after
   * which Node.js's server closes one. Noticed to a quarter of a second.
   */
  readonly idleTimeoutMs?: number;
}

/** How much of an answer is taken. */
export interface ResponseLimitOptions {
  /** Largest head in bytes. Default 65536 (SHC-26). */
  readonly maxHeaderSize?: number;
  /** Largest body in bytes, as it comes and decompressed. Default `maxBufferSize`. */
  readonly maxBodySize?: number;
  /** Default of `maxBodySize`; kept for who comes from Tornado (SHC-20). Default 104857600 (100 MiB). */
  readonly maxBufferSize?: number;
}

/** How servers are found. */
export interface NameOptions {
  /** Turns names into addresses: a cache, name servers of one's own. Default: the operating system. Stays the caller's. */
  readonly resolver?: Resolver;
  /** Whether http_proxy, https_proxy, all_proxy and no_proxy count, as they are now. Default true; see the README. */
  readonly environmentProxies?: boolean;
  /** `host` or `host:port` to the host or `host:port` to connect to instead; names in requests stay (SHC-23). */
  readonly hostnameMapping?: HostnameMapping;
}

/** How to make a client. */
export interface AsyncHTTPClientOptions
  extends ConnectionLimitOptions, ResponseLimitOptions, NameOptions {
  /** Options of every request that does not say otherwise (HCL-3). */
  readonly defaults?: HTTPRequestOptions;
  /** Who makes the connections instead of us, `@typhoon/httpclient/undici` for one. The client closes it. */
  readonly backend?: ClientBackend;
  /** Where it runs. Default: the current loop. */
  readonly loop?: IOLoop;
}

/** Options of one `fetch`. */
export interface FetchOptions extends HTTPRequestOptions {
  /** Whether a status outside 200 to 299 fails the fetch. Default true; everything else always does (HCL-5). */
  readonly raiseError?: boolean;
}

const RAISE: FetchOptions = {};
const MEBIBYTE = 1_048_576;

/** The shared client of each loop. */
const shared = new WeakMap<IOLoop, AsyncHTTPClient>();

/**
 * A non-blocking HTTP/1.1 client on an event loop, with kept connections, redirects, timeouts and limits.
 *
 * Deviation: in Tornado `AsyncHTTPClient()` is one instance a loop, and `force_instance` makes another (HCL-1). A
 * constructor that does not construct surprises in TypeScript: `new` makes a client of its own, `current()` is the shared
 * one.
 *
 * ```ts no-run
 * const response = await AsyncHTTPClient.current().fetch('http://example.org/')
 * ```
 */
export class AsyncHTTPClient {
  readonly #core: ClientCore;
  readonly #defaults: RequestSettings;

  /** @throws RangeError for a limit that is none; HTTPClientError `ERR_BAD_REQUEST` for defaults that cannot be. */
  constructor(options: AsyncHTTPClientOptions = {}) {
    const maxClients = limit('maxClients', options.maxClients ?? 256, 1);
    const { maxBufferSize = 100 * MEBIBYTE } = options;
    this.#defaults = resolveSettings(options.defaults ?? {}, LIBRARY_DEFAULTS);
    this.#core = new ClientCore(options.loop ?? IOLoop.current(), {
      maxClients,
      maxClientsPerHost: limit('maxClientsPerHost', options.maxClientsPerHost ?? 64, 1),
      maxIdleConnections: limit('maxIdleConnections', options.maxIdleConnections ?? 64, 0),
      idleTimeoutMs: limit('idleTimeoutMs', options.idleTimeoutMs ?? 4000, 0),
      parserLimits: {
        maxHeadBytes: limit('maxHeaderSize', options.maxHeaderSize ?? 65_536, 1),
        maxBodyBytes: limit('maxBodySize', options.maxBodySize ?? maxBufferSize, 0),
      },
      hostnameMapping: lowerKeys(options.hostnameMapping ?? {}),
      resolver: options.resolver ?? null,
      backend: options.backend ?? null,
      defaults: this.#defaults,
      proxies: options.environmentProxies === false ? NO_PROXIES : new ProxyEnvironment(),
    });
  }

  /** The current loop's shared client, made with default options when there is none or it is closed (HCL-1). */
  static current(): AsyncHTTPClient {
    const loop = IOLoop.current();
    let client = shared.get(loop);
    if (client === undefined || client.isClosed) {
      client = new AsyncHTTPClient({ loop });
      shared.set(loop, client);
    }
    return client;
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#core.isClosed;
  }

  /**
   * Sends a request and gives its answer, behind redirects. Nothing is thrown: every failure is the future's. Cancelling
   * the future, or aborting `signal`, closes the connection at once; the future is then cancelled.
   *
   * Fails with HTTPClientError: `ERR_HTTP_STATUS`, `ERR_TOO_MANY_REDIRECTS` (these two not with `raiseError: false`),
   * `ERR_TIMEOUT`, `ERR_NAME_NOT_RESOLVED`, `ERR_CONNECT`, `ERR_TLS`, `ERR_STREAM_CLOSED`, `ERR_BAD_RESPONSE`,
   * `ERR_TOO_LARGE`, `ERR_BAD_URL`, `ERR_BAD_REQUEST`, `ERR_CLIENT_CLOSED`; and with whatever a callback threw.
   *
   * @param request A URL, or a request; a request has its options with it (HCL-4).
   */
  fetch(request: string, options?: FetchOptions): Future<HTTPResponse>;
  fetch(
    request: HTTPRequest,
    options?: { readonly raiseError?: boolean | undefined },
  ): Future<HTTPResponse>;
  fetch(request: string | HTTPRequest, options: FetchOptions = RAISE): Future<HTTPResponse> {
    try {
      const fetch = this.#make(request, options, null);
      fetch.start();
      return fetch.future;
    } catch (error) {
      return Future.rejected(error);
    }
  }

  /**
   * As `fetch`, but the answer is there with its head, and its body is read as it comes. A status that fails the fetch fails
   * it when its body has come, as there. `streamingCallback` has no place here.
   *
   * Fails as `fetch`; what happens behind the head is thrown where the body is read.
   */
  stream(request: string, options?: FetchOptions): Future<StreamedResponse>;
  stream(
    request: HTTPRequest,
    options?: { readonly raiseError?: boolean | undefined },
  ): Future<StreamedResponse>;
  stream(request: string | HTTPRequest, options: FetchOptions = RAISE): Future<StreamedResponse> {
    try {
      const outer = new Future<StreamedResponse>({
        onCancel: (reason): undefined => void fetch.future.cancel(reason),
      });
      const streaming = new StreamingFetch(outer, () => fetch.future);
      const fetch = this.#make(request, options, streaming);
      fetch.future.addDoneCallback((done) => {
        streaming.over(done);
      });
      fetch.start();
      return outer;
    } catch (error) {
      return Future.rejected(error);
    }
  }

  #make(request: string | HTTPRequest, options: FetchOptions, taker: AnswerTaker | null): Fetch {
    const made = requestOf(request, options);
    const settings =
      made.options === RAISE ? this.#defaults : resolveSettings(made.options, this.#defaults);
    if (taker !== null && settings.streamingCallback !== null)
      throw new HTTPClientError('ERR_BAD_REQUEST', 'streamingCallback has no place in stream()');
    return new Fetch(this.#core, made, settings, {
      raiseError: options.raiseError !== false,
      taker,
    });
  }

  /** Ends every fetch that runs or waits (`ERR_CLIENT_CLOSED`), and closes all connections; twice is harmless. */
  close(): void {
    this.#core.close();
  }

  /** As `close`, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** HCL-4. */
function requestOf(request: string | HTTPRequest, options: FetchOptions): HTTPRequest {
  if (typeof request === 'string') return new HTTPRequest(request, options);
  const extra = Object.keys(options).filter((name) => name !== 'raiseError');
  if (extra.length === 0) return request;
  const message = `options cannot be given with an HTTPRequest object, which has its own: ${extra.join(', ')}`;
  throw new HTTPClientError('ERR_BAD_REQUEST', message);
}

/** Host names have no case. */
function lowerKeys(mapping: HostnameMapping): HostnameMapping {
  const pairs = Object.entries(mapping).map(([name, to]) => [name.toLowerCase(), to] as const);
  return Object.fromEntries(pairs);
}

function limit(name: string, value: number, least: number): number {
  if (value >= least) return value;
  throw new RangeError(`${name} must be at least ${least}, got ${value}`);
}
