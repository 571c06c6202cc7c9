// One fetch from call to answer: waiting, connecting, asking, perhaps again elsewhere. Owns: its future, timeouts,
// redirects, the one retry. Must not know: sockets, who else fetches.
// HOT: `pnpm bench client`
//
//   [ queued ] -> [ connecting ] -> [ asking ] -> [ over ]
//       ^   '------------------------^   |           ^
//       '---------- redirected ----------'     from anywhere: failed, cancelled
import { AsyncResource } from 'node:async_hooks';
import { CancelledError, Future } from '@typhoon/concurrent';
import { carryContexts } from '@typhoon/ioloop';
import { chooseTarget, tellHead } from './answer-target.ts';
import { Exchange } from './exchange.ts';
import { HTTPClientError, HTTPResponse, HTTPTimeoutError } from './http-response.ts';
import { describeRequest, prepareRequest } from './outgoing-request.ts';
import { isRedirect, redirected } from './redirect.ts';
import { DiscardedBody } from './response-body.ts';
import { routeKey } from './route.ts';
import type { ResponseHead } from '@typhoon/http1';
import type { IOLoop, TimeoutHandle } from '@typhoon/ioloop';
import type { PoolJob } from './connection-pool.ts';
import type { ExchangeOwner } from './exchange.ts';
import type { HTTPRequest } from './http-request.ts';
import type { OutgoingRequest, RequestDraft } from './outgoing-request.ts';
import type { RequestSettings } from './request-settings.ts';
import type { BodyFlow, BodyTarget } from './response-body.ts';
import type { Abortable, SignalWatch } from './signal-watch.ts';

/** What a fetch asks of its client. */
export interface FetchHost {
  readonly loop: IOLoop;
  readonly signals: SignalWatch;
  readonly maxBodyBytes: number;
  readonly isKeepAlive: boolean;
  /** Gives it a connection now or later: `granted`. @throws HTTPClientError `ERR_CLIENT_CLOSED` */
  submit(fetch: Fetch): void;
  /** It waits no more. */
  withdraw(fetch: Fetch): void;
  /** Gives it a new connection at once, instead of the one it is about to lose. */
  reopen(fetch: Fetch): void;
}

/** Bytes of a redirect's body up to which reading it is cheaper than a new connection. */
const REDIRECT_BODY_BYTES = 65_536;
/** RFC 9110 §9.2.2: what may be sent again when nobody knows whether it was done. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']);

type State = 'queued' | 'connecting' | 'asking' | 'redirected' | 'over';

/** One call of `fetch`. */
export class Fetch implements PoolJob, ExchangeOwner, Abortable {
  readonly future: Future<HTTPResponse>;
  key = '';
  readonly settings: RequestSettings;
  readonly #host: FetchHost;
  readonly #request: HTTPRequest;
  readonly #raiseError: boolean;
  readonly #streamingCallback: RequestSettings['streamingCallback'];
  readonly #headerCallback: RequestSettings['headerCallback'];
  #state: State = 'queued';
  #draft: RequestDraft;
  #exchange: Exchange | null = null;
  #outgoing: OutgoingRequest | null = null;
  #head: ResponseHead | null = null;
  #redirectsLeft: number;
  #isReused = false;
  #isRetried = false;
  #timer: TimeoutHandle | null = null;
  #queuedAtMs = 0;
  #startedAtMs = 0;
  #connectedAtMs = 0;
  #headAtMs = 0;

  constructor(
    host: FetchHost,
    request: HTTPRequest,
    settings: RequestSettings,
    raiseError: boolean,
  ) {
    this.#host = host;
    this.#request = request;
    this.settings = settings;
    this.#raiseError = raiseError;
    this.#redirectsLeft = settings.followRedirects === true ? settings.maxRedirects : 0;
    this.#draft = draftOf(request.url, settings);
    this.#streamingCallback = inCallersContext(settings.streamingCallback);
    this.#headerCallback = inCallersContext(settings.headerCallback);
    this.future = new Future<HTTPResponse>({
      onCancel: () => {
        this.#stop();
        return undefined;
      },
    });
  }

  /** Joins the queue; what is wrong with the request goes into the future. */
  start(): void {
    const { signal } = this.settings;
    if (signal?.aborted === true) {
      this.signalAborted(signal.reason);
      return;
    }
    if (signal !== null) this.#host.signals.add(signal, this);
    this.#queue();
  }

  /** A connection is there (`isReused`), or is about to be opened: answers what to do on it. */
  granted(isReused: boolean): Exchange {
    const { outgoing } = this;
    this.#isReused = isReused;
    this.#exchange = new Exchange(outgoing, this);
    if (this.#isRetried || isReused) this.#state = 'asking';
    else this.#state = 'connecting';
    if (this.#isRetried) return this.#exchange;
    this.#startedAtMs = this.#host.loop.time();
    if (!isReused) this.#setTimer(this.#startedAtMs, this.#connectTimeoutMs);
    return this.#exchange;
  }

  /** The request as it goes out. @throws Error before it is made. */
  get outgoing(): OutgoingRequest {
    if (this.#outgoing === null) throw new Error('the request is not made yet');
    return this.#outgoing;
  }

  /** It comes to nothing. */
  fail(error: unknown): void {
    if (this.#state === 'over') return;
    this.#stop();
    this.future.setException(error);
  }

  signalAborted(reason: unknown): void {
    if (this.#state === 'over') return;
    this.#stop();
    const message = `the fetch of ${this.#describe()} was aborted by its signal`;
    this.future.setCancelled(new CancelledError(message, { cause: reason }));
  }

  // From the exchange.

  requestStarted(): void {
    this.#state = 'asking';
    this.#connectedAtMs = this.#isReused ? this.#startedAtMs : this.#host.loop.time();
    this.#setTimer(this.#startedAtMs, this.settings.requestTimeoutMs);
  }

  headReceived(head: ResponseHead, flow: BodyFlow): BodyTarget {
    this.#head = head;
    this.#headAtMs = this.#host.loop.time();
    if (this.#redirectsLeft > 0 && isRedirect(head)) {
      // SHC-17: callbacks see nothing of it.
      const next = redirected(this.#draft, this.outgoing.url, head);
      return new DiscardedBody(REDIRECT_BODY_BYTES, () => {
        this.#redirect(next);
      });
    }
    if (this.#headerCallback !== null) tellHead(head, this.#headerCallback);
    return chooseTarget(head, flow, {
      isDecoding: this.settings.decompressResponse === true,
      streamingCallback: this.#streamingCallback,
      maxBytes: this.#host.maxBodyBytes,
    });
  }

  bodyReceived(body: Buffer): void {
    const head = this.#head;
    if (head === null) return;
    const response = this.#respond(head, body);
    if (this.#raiseError && (head.status < 200 || head.status >= 300)) {
      this.fail(response.error);
      return;
    }
    this.#stop();
    this.future.setResult(response);
  }

  exchangeFailed(error: unknown, isUntouched: boolean): void {
    this.#exchange = null;
    if (!isUntouched || !this.#mayRetry()) {
      this.fail(error);
      return;
    }
    this.#isRetried = true;
    this.#host.reopen(this);
  }

  #queue(): void {
    const { loop } = this.#host;
    this.#state = 'queued';
    this.#queuedAtMs = loop.time();
    try {
      this.#outgoing = prepareRequest(this.#draft, this.settings, this.#host.isKeepAlive);
      this.key = routeKey(this.#outgoing.url, this.settings);
      this.#host.submit(this);
    } catch (error) {
      this.fail(error);
      return;
    }
    // SHC-1. What was granted at once has its timer already.
    if (this.#state === ('queued' as State))
      this.#setTimer(this.#queuedAtMs, this.#connectTimeoutMs);
  }

  /** SHC-3: the smaller of the two that is a limit at all; 0 when neither is. */
  get #connectTimeoutMs(): number {
    const { connectTimeoutMs, requestTimeoutMs } = this.settings;
    if (connectTimeoutMs === 0) return requestTimeoutMs;
    return requestTimeoutMs === 0 ? connectTimeoutMs : Math.min(connectTimeoutMs, requestTimeoutMs);
  }

  #setTimer(fromMs: number, timeoutMs: number): void {
    this.#clearTimer();
    if (timeoutMs === 0 || timeoutMs === Infinity) return;
    this.#timer = this.#host.loop.callAt(fromMs + timeoutMs, expire, this);
  }

  #clearTimer(): void {
    if (this.#timer === null) return;
    this.#host.loop.removeTimeout(this.#timer);
    this.#timer = null;
  }

  /** The present phase took too long. */
  timedOut(): void {
    this.#timer = null;
    this.fail(new HTTPTimeoutError(this.#whatTimedOut()));
  }

  #whatTimedOut(): string {
    const what = this.#describe();
    if (this.#state === 'queued')
      return `Timeout in request queue after ${this.#connectTimeoutMs} ms: ${what}`;
    if (this.#state === 'connecting')
      return `Timeout while connecting after ${this.#connectTimeoutMs} ms: ${what}`;
    const progress = this.#exchange?.progress() ?? 'no connection';
    return `Timeout during request after ${this.settings.requestTimeoutMs} ms: ${what}, ${progress}`;
  }

  #describe(): string {
    return this.#outgoing === null ? 'a request' : describeRequest(this.#outgoing);
  }

  /** A connection that died while nobody used it: the server closed it as our request was under way. RFC 9112 §9.3.1. */
  #mayRetry(): boolean {
    const { method, bodyProducer } = this.outgoing;
    return this.#isReused && !this.#isRetried && bodyProducer === null && IDEMPOTENT.has(method);
  }

  /** SHC-15. The connection is free, or closed, when this event ends; then the next request may have it. */
  #redirect(next: RequestDraft): void {
    this.#exchange?.abandon();
    this.#exchange = null;
    this.#clearTimer();
    this.#state = 'redirected';
    this.#redirectsLeft--;
    this.#isRetried = false;
    this.#draft = next;
    this.#host.loop.schedule(follow, this);
  }

  /** The redirect's own exchange is over. */
  follow(): void {
    if (this.#state === 'redirected') this.#queue();
  }

  #respond(head: ResponseHead, body: Buffer): HTTPResponse {
    const now = this.#host.loop.time();
    const start = this.#startedAtMs;
    const { maxRedirects, followRedirects } = this.settings;
    const isExhausted = followRedirects === true && maxRedirects > 0 && isRedirect(head);
    return new HTTPResponse(this.#request, head.status, {
      reason: head.reason,
      headers: head.headers,
      body,
      effectiveUrl: this.#draft.url,
      startTime: start,
      timeInfo: {
        queueMs: start - this.#queuedAtMs,
        connectMs: this.#connectedAtMs - start,
        startTransferMs: this.#headAtMs - start,
        totalMs: now - start,
      },
      ...(isExhausted ? { error: tooManyRedirects(maxRedirects) } : {}),
    });
  }

  /** Nothing more comes of it: timers, listeners and connection are let go. */
  #stop(): void {
    const before = this.#state;
    this.#state = 'over';
    this.#clearTimer();
    const { signal } = this.settings;
    if (signal !== null) this.#host.signals.remove(signal, this);
    if (before === 'queued') this.#host.withdraw(this);
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.abandon();
  }
}

function draftOf(url: string, settings: RequestSettings): RequestDraft {
  const { method, headers, body, authUsername, authPassword } = settings;
  const bodyProducer = inCallersContext(settings.bodyProducer);
  return { url, method, headers, body, bodyProducer, authUsername, authPassword };
}

/** Callbacks run where the connection was opened, perhaps for another request: they take their own context along. */
function inCallersContext<A extends unknown[]>(
  callback: ((...args: A) => unknown) | null,
): ((...args: A) => unknown) | null {
  return callback === null ? null : AsyncResource.bind(carryContexts(callback), 'TyphoonFetch');
}

/** One function for all fetches, so that none makes its own. */
function expire(fetch: Fetch): void {
  fetch.timedOut();
}

function follow(fetch: Fetch): void {
  fetch.follow();
}

/** SHC-13: the last redirect is the answer, and an error. */
function tooManyRedirects(maxRedirects: number): (response: HTTPResponse) => HTTPClientError {
  return (response) =>
    new HTTPClientError(
      'ERR_TOO_MANY_REDIRECTS',
      `${response.reason}, after ${maxRedirects} redirects, which is maxRedirects`,
      { status: response.code, response },
    );
}
