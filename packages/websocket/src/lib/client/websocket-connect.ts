// Opening a WebSocket as a client. Owns: options, the request's head, the time it may take. Must not know: frames.
import { Future } from '@typhoon/concurrent';
import { encodeUsernamePassword, HTTPHeaders } from '@typhoon/http1';
import { HTTPRequest, HTTPTimeoutError, openConnection } from '@typhoon/httpclient';
import { IOLoop } from '@typhoon/ioloop';
import { profileOf } from '../connection/connection-profile.ts';
import { WebSocketConnection } from '../connection/websocket-connection.ts';
import { deflateOffer } from '../deflate/deflate-params.ts';
import { deflatePair } from '../deflate/message-deflate.ts';
import { newKey } from '../handshake/accept-key.ts';
import { WebSocketError } from '../websocket-error.ts';
import { ClientHandshake, type Handshaken } from './client-handshake.ts';
import { ClientInbox, type MessageCallback } from './client-inbox.ts';
import { targetOf, type WebSocketTarget } from './websocket-target.ts';
import { WebSocketClientConnection } from './websocket-client-connection.ts';
import type { HTTPRequestOptions } from '@typhoon/httpclient';
import type { SendLimitOptions } from '@typhoon/topic';
import type { CompressionOptions } from '../deflate/deflate-params.ts';

/** What is talked about. */
export interface WebSocketMessageOptions {
  /** Gets each message, and null at the end, in place of `readMessage` (WSK-27). */
  readonly onMessageCallback?: MessageCallback;
  /** Offer compression; `{}` with all defaults. Default: none is offered (WSK-19). */
  readonly compressionOptions?: CompressionOptions;
  /** Subprotocols that we speak, the best first. */
  readonly subprotocols?: readonly string[];
  /** Largest message in bytes, also decompressed. Default 10485760 (10 MiB). */
  readonly maxMessageSize?: number;
  /** What happens when the server does not read. */
  readonly sendLimit?: SendLimitOptions;
}

/** How long anything may take. */
export interface WebSocketPatienceOptions {
  /** Milliseconds until the handshake is done; 0: no limit. Default 20000. Not with an HTTPRequest, which has its own (WSK-29). */
  readonly connectTimeoutMs?: number;
  /** Milliseconds between pings; 0 for none. Default 30000 (WSK-17). */
  readonly pingIntervalMs?: number;
  /** Milliseconds for an answer to a ping, at most the interval; 0 for any. Default: the interval. */
  readonly pingTimeoutMs?: number;
}

/** How to connect. Header fields, credentials, TLS and the like are those of an HTTPRequest. */
export interface WebSocketConnectOptions
  extends WebSocketMessageOptions, WebSocketPatienceOptions {}

const CONNECT_TIMEOUT_MS = 20_000;

/**
 * Connects to a WebSocket server. Cancelling the future, or aborting the request's `signal`, gives up.
 *
 * Fails with WebSocketError `ERR_HANDSHAKE`, `ERR_BAD_OPTION`; HTTPClientError `ERR_HTTP_STATUS` for any other answer,
 * redirects included (WSK-24), `ERR_TIMEOUT`, `ERR_PROXY`; TransportError when there is no connection.
 *
 * @param target A URL (`ws:`, `wss:`), or an HTTPRequest with one, for its headers, credentials, certificates, proxy
 *   (`proxyHost` and so on; without one the environment's, as for AsyncHTTPClient) and time limit.
 */
export function websocketConnect(
  target: string | HTTPRequest,
  options: WebSocketConnectOptions = {},
): Future<WebSocketClientConnection> {
  try {
    if (typeof target === 'string') return new Opening(new HTTPRequest(target), options).future;
    if (options.connectTimeoutMs !== undefined) {
      const message = 'connectTimeoutMs cannot be given with an HTTPRequest, which has its own';
      throw new WebSocketError('ERR_BAD_OPTION', message);
    }
    return new Opening(target, options).future;
  } catch (error) {
    return Future.rejected(error);
  }
}

/** One attempt. */
class Opening {
  readonly future: Future<WebSocketClientConnection>;
  readonly #loop: IOLoop = IOLoop.current();
  readonly #options: WebSocketConnectOptions;
  readonly #handshake: ClientHandshake;
  #stop: () => void = () => undefined;

  constructor(request: HTTPRequest, options: WebSocketConnectOptions) {
    this.#options = options;
    // What is wrong with the options is said before there is a connection.
    this.#profile(null);
    const target = targetOf(request);
    const key = newKey();
    const { subprotocols = [], compressionOptions } = options;
    const headers = headersOf(request.options, target, key, options);
    this.#handshake = new ClientHandshake(
      {
        request,
        target: target.target,
        headers,
        key,
        subprotocols,
        isCompressionOffered: compressionOptions !== undefined,
      },
      {
        handshakeDone: (result) => {
          this.#done(result);
        },
        handshakeFailed: (error) => {
          this.#stop();
          if (!this.future.done()) this.future.setException(error);
        },
      },
    );
    this.future = new Future<WebSocketClientConnection>();
    this.#connect(target, request.options);
  }

  #connect({ request }: WebSocketTarget, options: HTTPRequestOptions): void {
    const loop = this.#loop;
    const attempt = openConnection(request, this.#handshake);
    const giveUp = (): void => {
      this.#handshake.giveUp();
      attempt.abort();
    };
    const limitMs =
      this.#options.connectTimeoutMs ?? options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    const timer =
      limitMs === 0
        ? null
        : loop.callLater(limitMs, () => {
            giveUp();
            this.#stop();
            if (this.future.done()) return;
            this.future.setException(new HTTPTimeoutError(`no WebSocket within ${limitMs} ms`));
          });
    const { signal } = options;
    const onAbort = (): void => {
      this.future.cancel(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#stop = () => {
      if (timer !== null) loop.removeTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    this.future.addDoneCallback(() => {
      if (!this.future.cancelled()) return;
      this.#stop();
      giveUp();
    });
    if (signal?.aborted === true) onAbort();
  }

  #profile(deflate: Parameters<typeof profileOf>[2]): ReturnType<typeof profileOf> {
    const {
      maxMessageSize: maxMessageBytes,
      pingIntervalMs,
      pingTimeoutMs,
      sendLimit,
    } = this.#options;
    return profileOf(true, { maxMessageBytes, pingIntervalMs, pingTimeoutMs, sendLimit }, deflate);
  }

  #done({ transport, headers, deflate }: Handshaken): void {
    this.#stop();
    const { compressionOptions = {}, onMessageCallback } = this.#options;
    const pair = deflate === null ? null : deflatePair(deflate, compressionOptions, true);
    const inbox = new ClientInbox(onMessageCallback ?? null);
    const connection = new WebSocketConnection(transport, inbox, this.#profile(pair), this.#loop);
    connection.start(null);
    if (this.future.done()) {
      connection.abort();
      return;
    }
    const isWatched = onMessageCallback === undefined;
    this.future.setResult(new WebSocketClientConnection(connection, inbox, headers, isWatched));
  }
}

/** RFC 6455 §4.1. */
function headersOf(
  { headers: given, authUsername, authPassword = '', userAgent }: HTTPRequestOptions,
  target: WebSocketTarget,
  key: string,
  { subprotocols = [], compressionOptions }: WebSocketConnectOptions,
): HTTPHeaders {
  const headers = new HTTPHeaders(given);
  if (!headers.has('Host')) headers.set('Host', target.authority);
  const username = authUsername ?? target.username;
  if (username !== null) {
    const password = authUsername === undefined ? target.password : authPassword;
    const credentials = encodeUsernamePassword(username, password).toString('base64');
    headers.set('Authorization', `Basic ${credentials}`);
  }
  if (userAgent !== undefined) headers.set('User-Agent', userAgent);
  headers.set('Upgrade', 'websocket');
  headers.set('Connection', 'Upgrade');
  headers.set('Sec-WebSocket-Key', key);
  headers.set('Sec-WebSocket-Version', '13');
  if (subprotocols.length > 0) headers.set('Sec-WebSocket-Protocol', subprotocols.join(','));
  if (compressionOptions !== undefined) {
    headers.set('Sec-WebSocket-Extensions', deflateOffer(compressionOptions));
  }
  return headers;
}
