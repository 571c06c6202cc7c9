// The handler of a WebSocket: the class that applications override. Owns: the names under which an application speaks about one
// connection. Must not know: frames (protocol/), the way of a message (connection/).
import { workOf } from '@typhoon/gen';
import { jsonEncode } from '@typhoon/escape';
import { IOLoop } from '@typhoon/ioloop';
import { RequestHandler } from '@typhoon/web';
import { HandlerLink } from './connection/handler-link.ts';
import { profileOf } from './connection/connection-profile.ts';
import { WebSocketConnection, type SendOptions } from './connection/websocket-connection.ts';
import { acceptDeflate, type CompressionOptions } from './deflate/deflate-params.ts';
import { deflatePair, type DeflatePair } from './deflate/message-deflate.ts';
import { acceptKey } from './handshake/accept-key.ts';
import {
  isSameOrigin,
  refusalOf,
  subprotocolsOf,
  SUPPORTED_VERSIONS,
} from './handshake/handshake-request.ts';
import { WebSocketClosedError, WebSocketError } from './websocket-error.ts';
import type { Future } from '@typhoon/concurrent';
import type { Published, SendLimitOptions, Topic, TopicSubscriber } from '@typhoon/topic';
import type { HeaderValue, CookieOptions } from '@typhoon/web';

/** The connection of that handler has ended. */
let ended: (handler: WebSocketHandler) => void;

/** A message: text, or bytes. */
export type Message = string | Buffer;

/**
 * Talks with one client over a WebSocket. Override `onMessage`, and what else is of interest; each method may be `async`, a
 * coroutine or a generator, and the next message waits until it is done (WSK-6).
 *
 * ```ts no-run
 * class Echo extends WebSocketHandler {
 *   override onMessage(message: string | Buffer) {
 *     return this.send(message)
 *   }
 * }
 * ```
 */
export class WebSocketHandler extends RequestHandler implements TopicSubscriber {
  /** The code that the client closed with; null before, and where it said none (WSK-9, 34). */
  closeCode: number | null = null;
  /** The reason that it gave; null before. */
  closeReason: string | null = null;
  #connection: WebSocketConnection | null = null;
  #subprotocol: string | null = null;
  #isUpgraded = false;
  /** Who wants to know when the connection has ended; most often nobody, or one. */
  #followers: (() => void) | (() => void)[] | null = null;

  static {
    ended = (handler) => {
      handler.#end();
    };
  }

  // What applications override.

  /** The connection is open; gets what the path's groups got. No message is read before it is done (WSK-5). */
  open(..._args: never[]): unknown {
    return undefined;
  }

  /** A message has come: text as a string, anything else as bytes, which are the handler's to keep (WSK-8, 32). */
  onMessage(_message: Message): unknown {
    throw new WebSocketError('ERR_NOT_IMPLEMENTED', 'onMessage must be overridden');
  }

  /** The connection has ended, in whatever way; called once, after which nothing is called (WSK-9). */
  onClose(): unknown {
    return undefined;
  }

  /** A ping has come; it has been answered already (WSK-16). */
  onPing(_data: Buffer): unknown {
    return undefined;
  }

  /** The answer to a ping has come. */
  onPong(_data: Buffer): unknown {
    return undefined;
  }

  /**
   * Whether pages of that origin may connect. Default: those of the same host and port (WSK-2). Any page in a browser can try to
   * connect, with the cookies of its user: whoever answers true to all must not trust cookies.
   */
  checkOrigin(origin: string): boolean {
    return isSameOrigin(origin, this.request.headers.get('Host', ''));
  }

  /** Which of the subprotocols that the client offers is spoken; null for none. Called once (WSK-23). */
  selectSubprotocol(_offered: readonly string[]): string | null {
    return null;
  }

  /** How messages are compressed; null, the default, for not at all (WSK-19). */
  getCompressionOptions(): CompressionOptions | null {
    return null;
  }

  /** How much may wait for a client that reads slowly, and what then. */
  getSendLimit(): SendLimitOptions {
    return NO_LIMIT;
  }

  /**
   * Messages of a topic that this handler has subscribed to may be lost (`@typhoon/topic-redis`): the client has to be told the state
   * again. What is published from now on comes.
   */
  onGap(_topic: Topic): void {
    // most clients need not know
  }

  // What applications call.

  /**
   * Sends a message. Bytes are the connection's from here on.
   *
   * @returns Settled when more may be sent: at once, unless the client is slow; see `getSendLimit`.
   * @throws WebSocketClosedError when the connection is closing or closed (WSK-10)
   */
  send(message: string | Uint8Array, options?: SendOptions): Future<void> {
    if (this.#connection === null) throw new WebSocketClosedError();
    return this.#connection.send(message, options);
  }

  /** As `send`; an object goes as its JSON text (WSK-10). */
  writeMessage(
    message: string | Uint8Array | object,
    { binary }: { readonly binary?: boolean } = {},
  ): Future<void> {
    const isPlain = typeof message === 'string' || message instanceof Uint8Array;
    return this.send(
      isPlain ? message : jsonEncode(message),
      binary === undefined ? {} : { binary },
    );
  }

  /** Sends a message of a topic that this handler has subscribed to: `topic.subscribe(this)`. */
  deliver(message: Published): boolean {
    return this.#connection?.deliver(message) ?? false;
  }

  /** Calls back when the connection has ended; at once when it has. */
  whenGone(callback: () => void): void {
    if (this.#connection === null) {
      callback();
      return;
    }
    const others = this.#followers;
    if (others === null) this.#followers = callback;
    else if (typeof others === 'function') this.#followers = [others, callback];
    else others.push(callback);
  }

  /** @throws WebSocketClosedError; WebSocketError `ERR_CONTROL_TOO_LONG` for more than 125 bytes (WSK-38) */
  ping(data: string | Uint8Array = ''): void {
    if (this.#connection === null) throw new WebSocketClosedError();
    this.#connection.ping(data);
  }

  /** Ends the connection in order (WSK-11, 34). @throws WebSocketError `ERR_BAD_CLOSE` */
  close(code: number | null = null, reason = ''): void {
    const connection = this.#connection;
    connection?.close(code, reason);
    this.#connection = null;
  }

  /** Turns Nagle's algorithm off, so that small messages go out at once, or on. */
  setNodelay(isOn: boolean): void {
    this.#connection?.transport.setNoDelay(isOn);
  }

  /** The connection; null before it is open, and once it was closed by either side. */
  get wsConnection(): WebSocketConnection | null {
    return this.#connection;
  }

  /** The subprotocol that was chosen, or null. */
  get selectedSubprotocol(): string | null {
    return this.#subprotocol;
  }

  /** Bytes that were sent and have not left this process. */
  get bufferedAmount(): number {
    return this.#connection?.bufferedAmount ?? 0;
  }

  /** Milliseconds between pings; 0 for none. Default: the setting `websocketPingIntervalMs`, else 30000 (WSK-17). */
  get pingIntervalMs(): number | undefined {
    return this.settings.websocketPingIntervalMs;
  }

  /** Milliseconds for an answer to a ping, at most the interval; 0 for any. Default: `websocketPingTimeoutMs`, else the interval. */
  get pingTimeoutMs(): number | undefined {
    return this.settings.websocketPingTimeoutMs;
  }

  /** Largest message in bytes. Default: the setting `websocketMaxMessageSize`, else 10 MiB (WSK-13). */
  get maxMessageSize(): number | undefined {
    return this.settings.websocketMaxMessageSize;
  }

  // The handshake.

  /** Makes a WebSocket of the request. Whoever overrides it calls it in the end (WSK-33). */
  override get(..._args: never[]): unknown {
    const refusal = refusalOf(this.request, (origin) => this.checkOrigin(origin));
    if (refusal === null) {
      this.#accept();
      return undefined;
    }
    this.setStatus(refusal.status);
    if (refusal.status === 426) this.setHeader('Sec-WebSocket-Version', SUPPORTED_VERSIONS);
    void this.finish(refusal.message);
    return undefined;
  }

  #accept(): void {
    const { headers } = this.request;
    this.#selectSubprotocol(subprotocolsOf(headers));
    const deflate = this.#agreeOnCompression(headers.get('Sec-WebSocket-Extensions', ''));
    const profile = profileOf(
      false,
      {
        maxMessageBytes: this.maxMessageSize,
        pingIntervalMs: this.pingIntervalMs,
        pingTimeoutMs: this.pingTimeoutMs,
        sendLimit: this.getSendLimit(),
      },
      deflate,
    );
    this.setHeader('Upgrade', 'websocket');
    this.setHeader('Connection', 'Upgrade');
    this.setHeader('Sec-WebSocket-Accept', acceptKey(headers.get('Sec-WebSocket-Key', '')));
    const link = new HandlerLink<WebSocketHandler>(this, ended);
    const transport = this.switchProtocols(link);
    this.#isUpgraded = true;
    const connection = new WebSocketConnection(transport, link, profile, IOLoop.current());
    this.#connection = connection;
    this.application.logRequest(this);
    this.#open(connection);
    this.releaseRequest();
  }

  #open(connection: WebSocketConnection): void {
    let before: Future<unknown> | null;
    try {
      const { pathArgs, pathKwargs } = this;
      const isNamed = pathArgs.length === 0 && Object.keys(pathKwargs).length > 0;
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the handler as this
      before = workOf(Reflect.apply(this.open, this, isNamed ? [pathKwargs] : [...pathArgs]));
    } catch (error) {
      connection.start(null);
      connection.fail(error);
      return;
    }
    connection.start(before);
  }

  #end(): void {
    this.#connection = null;
    const followers = this.#followers;
    this.#followers = null;
    if (followers === null) return;
    for (const follower of typeof followers === 'function' ? [followers] : followers) {
      try {
        follower();
      } catch (error) {
        this.logException(error);
      }
    }
  }

  #selectSubprotocol(offered: readonly string[]): void {
    const chosen = this.selectSubprotocol(offered);
    if (chosen === null) return;
    if (!offered.includes(chosen)) {
      const message = `the subprotocol ${chosen} was not offered`;
      throw new WebSocketError('ERR_SUBPROTOCOL', message);
    }
    this.#subprotocol = chosen;
    this.setHeader('Sec-WebSocket-Protocol', chosen);
  }

  #agreeOnCompression(offers: string): DeflatePair | null {
    const options = this.getCompressionOptions();
    if (options === null) return null;
    const accepted = acceptDeflate(offers, options);
    if (accepted === null) return null;
    this.setHeader('Sec-WebSocket-Extensions', accepted.answer);
    return deflatePair(accepted.params, options, false);
  }

  // What makes no sense behind the handshake (WSK-4).

  /** @throws WebSocketError `ERR_NOT_SUPPORTED` once the WebSocket is open. */
  override write(chunk: string | Uint8Array | object): void {
    this.#refuseIfOpen();
    super.write(chunk);
  }

  /** @throws WebSocketError `ERR_NOT_SUPPORTED` once the WebSocket is open. */
  override redirect(
    url: string,
    options?: { readonly permanent?: boolean; readonly status?: number },
  ): void {
    this.#refuseIfOpen();
    super.redirect(url, options);
  }

  /** @throws WebSocketError `ERR_NOT_SUPPORTED` once the WebSocket is open. */
  override setHeader(name: string, value: HeaderValue): void {
    this.#refuseIfOpen();
    super.setHeader(name, value);
  }

  /** @throws WebSocketError `ERR_NOT_SUPPORTED` once the WebSocket is open. */
  override setCookie(name: string, value: string | Uint8Array, options?: CookieOptions): void {
    this.#refuseIfOpen();
    super.setCookie(name, value, options);
  }

  /** @throws WebSocketError `ERR_NOT_SUPPORTED` once the WebSocket is open. */
  override setStatus(statusCode: number, reason: string | null = null): void {
    this.#refuseIfOpen();
    super.setStatus(statusCode, reason);
  }

  /** @throws WebSocketError `ERR_NOT_SUPPORTED` once the WebSocket is open. */
  override flush(): Future<void> {
    this.#refuseIfOpen();
    return super.flush();
  }

  /** @throws WebSocketError `ERR_NOT_SUPPORTED` once the WebSocket is open. */
  override finish(chunk?: string | Uint8Array | object): Future<void> {
    this.#refuseIfOpen();
    return super.finish(chunk);
  }

  #refuseIfOpen(): void {
    if (!this.#isUpgraded) return;
    throw new WebSocketError('ERR_NOT_SUPPORTED', 'Method not supported for Web Sockets');
  }
}

const NO_LIMIT: SendLimitOptions = {};
