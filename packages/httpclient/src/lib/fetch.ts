// One fetch from call to answer: waiting, connecting, asking, perhaps again elsewhere. Owns: its future, timeouts,
// redirects, the one retry. Must not know: sockets, who else fetches.
// HOT: `pnpm bench client`
//
//   [ queued ] -> [ connecting ] -> [ asking ] -> [ over ]
//       ^   '------------------------^   |           ^
//       '---------- redirected ----------'     from anywhere: failed, cancelled
import { CancelledError, currentDeadlineMs, Future } from '@typhoon/concurrent';
import { chooseTarget, tellHead } from './answer-target.ts';
import { Exchange } from './exchange.ts';
import { FetchTimer } from './fetch-timer.ts';
import { HTTPClientError, HTTPResponse, HTTPTimeoutError } from './http-response.ts';
import { describeRequest, prepareRequest } from './outgoing-request.ts';
import { draftOf, inCallersContext } from './request-draft.ts';
import { isRedirect, redirected } from './redirect.ts';
import { DiscardedBody, StreamedBody } from './response-body.ts';
import { routeKey } from './route.ts';
import type { ResponseHead } from '@typhoon/http1';
import type { IOLoop, TimeoutHandle } from '@typhoon/ioloop';
import type { FutureOptions } from '@typhoon/concurrent';
import type { PoolJob } from './connection-pool.ts';
import type { ExchangeOwner } from './exchange.ts';
import type { FetchTimers, TimerOwner } from './fetch-timer.ts';
import type { HTTPRequest } from './http-request.ts';
import type { HTTPResponseInit } from './http-response.ts';
import type { OutgoingContext, OutgoingRequest } from './outgoing-request.ts';
import type { RequestDraft } from './request-draft.ts';
import type { RequestSettings } from './request-settings.ts';
import type { BodyFlow, BodyTarget } from './response-body.ts';
import type { UsualRequests } from './usual-requests.ts';
import type { Abortable, SignalWatch } from './signal-watch.ts';

/** What a fetch asks of its client. */
export interface FetchHost extends OutgoingContext {
  readonly loop: IOLoop;
  readonly signals: SignalWatch;
  readonly timers: FetchTimers;
  readonly maxBodyBytes: number;
  readonly usual: UsualRequests;
  /** Gives it a connection now or later: `granted`. @throws HTTPClientError `ERR_CLIENT_CLOSED` */
  submit(fetch: Fetch): void;
  /** It waits no more. */
  withdraw(fetch: Fetch): void;
  /** Gives it a new connection at once, instead of the one it is about to lose. */
  reopen(fetch: Fetch): void;
}

/** Who wants an answer at its head, not when all of it is there. */
export interface AnswerTaker {
  /** The final head has come; answers how to make what takes the body. */
  begin(request: HTTPRequest, code: number, init: HTTPResponseInit): (flow: BodyFlow) => BodyTarget;
}

/** What becomes of the answer. */
export interface FetchWishes {
  /** Whether a status outside 200 to 299 fails the fetch. */
  readonly raiseError: boolean;
  readonly taker: AnswerTaker | null;
}

/** Bytes of a redirect's body up to which reading it is cheaper than a new connection. */
const REDIRECT_BODY_BYTES = 65_536;
/** RFC 9110 §9.2.2: what may be sent again when nobody knows whether it was done. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']);

const EMPTY_BODY = Buffer.alloc(0);

type State = 'queued' | 'connecting' | 'asking' | 'redirected' | 'over';

/** One call of `fetch`. */
export class Fetch implements PoolJob, ExchangeOwner, Abortable, TimerOwner, FutureOptions {
  readonly future: Future<HTTPResponse>;
  key = '';
  place = -1;
  readonly settings: RequestSettings;
  readonly #host: FetchHost;
  readonly #request: HTTPRequest;
  readonly #wishes: FetchWishes;
  readonly #timer: FetchTimer;
  readonly #streamingCallback: RequestSettings['streamingCallback'];
  readonly #headerCallback: RequestSettings['headerCallback'];
  #state: State = 'queued';
  #draft: RequestDraft;
  #exchange: Exchange | null = null;
  /** How long the body is kept back for 100 Continue. */
  #patience: TimeoutHandle | null = null;
  #outgoing: OutgoingRequest | null = null;
  #head: ResponseHead | null = null;
  #redirectsLeft: number;
  #isReused = false;
  #isRetried = false;
  #isRedirected = false;
  #queuedAtMs = 0;
  #startedAtMs = 0;
  #connectedAtMs = 0;
  #headAtMs = 0;

  constructor(
    host: FetchHost,
    request: HTTPRequest,
    settings: RequestSettings,
    wishes: FetchWishes,
  ) {
    this.#host = host;
    this.#request = request;
    this.settings = settings;
    this.#wishes = wishes;
    this.#timer = new FetchTimer(host.timers, this, deadlineOf(settings, host.loop));
    this.#redirectsLeft = settings.followRedirects === true ? settings.maxRedirects : 0;
    this.#draft = draftOf(request.url, settings);
    this.#streamingCallback = inCallersContext(settings.streamingCallback);
    this.#headerCallback = inCallersContext(settings.headerCallback);
    this.future = new Future<HTTPResponse>(this);
  }

  /** For the future. */
  onCancel(): undefined {
    this.#stop();
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
    this.#startedAtMs = this.#host.loop.eventTime;
    if (!isReused) this.#timer.set(this.#startedAtMs, this.#connectTimeoutMs);
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
    this.#connectedAtMs = this.#isReused ? this.#startedAtMs : this.#host.loop.eventTime;
    this.#timer.set(this.#startedAtMs, this.settings.requestTimeoutMs);
    if (this.outgoing.isContinueAwaited) this.#awaitContinue();
  }

  #awaitContinue(): void {
    const { continueTimeoutMs } = this.settings;
    const exchange = this.#exchange;
    this.#endPatience();
    if (exchange === null || continueTimeoutMs === 0) return;
    this.#patience = this.#host.loop.callLater(continueTimeoutMs, () => {
      this.#patience = null;
      exchange.sendUnasked();
    });
  }

  #endPatience(): void {
    if (this.#patience !== null) this.#host.loop.removeTimeout(this.#patience);
    this.#patience = null;
  }

  headReceived(head: ResponseHead, flow: BodyFlow): BodyTarget {
    this.#head = head;
    this.#endPatience();
    this.#headAtMs = this.#host.loop.eventTime;
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
      makeTarget: this.#targetMaker(head),
      maxBytes: this.#host.maxBodyBytes,
    });
  }

  /** Null where the body is collected. */
  #targetMaker(head: ResponseHead): ((flow: BodyFlow) => BodyTarget) | null {
    const callback = this.#streamingCallback;
    if (callback !== null) return (flow) => new StreamedBody(flow, callback);
    const { raiseError, taker } = this.#wishes;
    if (taker === null || (raiseError && !isSuccess(head.status))) return null;
    // Late, for the head is changed where the body is decoded.
    return (flow) => taker.begin(this.#request, head.status, this.#initOf(head, EMPTY_BODY))(flow);
  }

  bodyReceived(body: Buffer): void {
    const head = this.#head;
    if (head === null) return;
    const response = new HTTPResponse(this.#request, head.status, this.#initOf(head, body));
    if (this.#wishes.raiseError && !isSuccess(head.status)) {
      this.fail(response.error);
      return;
    }
    this.#stop();
    this.future.setResult(response);
  }

  exchangeFailed(error: unknown, isUntouched: boolean): void {
    this.#exchange = null;
    this.#endPatience();
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
    this.#queuedAtMs = loop.eventTime;
    try {
      this.#prepare();
      this.#host.submit(this);
    } catch (error) {
      this.fail(error);
      return;
    }
    // SHC-1. What was granted at once has its timer already.
    if (this.#state === ('queued' as State))
      this.#timer.set(this.#queuedAtMs, this.#connectTimeoutMs);
  }

  #prepare(): void {
    const usual = this.#isRedirected
      ? null
      : this.#host.usual.prepare(this.#draft.url, this.settings);
    this.#outgoing = usual?.outgoing ?? prepareRequest(this.#draft, this.settings, this.#host);
    this.key = usual?.key ?? routeKey(this.#outgoing.url, this.settings, this.#outgoing.proxy);
  }

  /** SHC-3: the smaller of the two that is a limit at all; 0 when neither is. */
  get #connectTimeoutMs(): number {
    const { connectTimeoutMs, requestTimeoutMs } = this.settings;
    if (connectTimeoutMs === 0) return requestTimeoutMs;
    return requestTimeoutMs === 0 ? connectTimeoutMs : Math.min(connectTimeoutMs, requestTimeoutMs);
  }

  /** The present phase took too long. */
  timedOut(isDeadline: boolean): void {
    this.fail(new HTTPTimeoutError(this.#whatTimedOut(isDeadline)));
  }

  #whatTimedOut(isDeadline: boolean): string {
    const what = this.#describe();
    if (isDeadline) return `Deadline passed while ${this.#state}: ${what}`;
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
    this.#timer.stop();
    this.#state = 'redirected';
    this.#redirectsLeft--;
    this.#isRetried = false;
    this.#isRedirected = true;
    this.#draft = next;
    this.#host.loop.schedule(follow, this);
  }

  /** The redirect's own exchange is over. */
  follow(): void {
    if (this.#state === 'redirected') this.#queue();
  }

  #initOf(head: ResponseHead, body: Buffer): HTTPResponseInit {
    const start = this.#startedAtMs;
    const { maxRedirects, followRedirects } = this.settings;
    const isExhausted = followRedirects === true && maxRedirects > 0 && isRedirect(head);
    return {
      reason: head.reason,
      headers: head.headers,
      body,
      effectiveUrl: this.#draft.url,
      startTime: start,
      timeInfo: {
        queueMs: start - this.#queuedAtMs,
        connectMs: this.#connectedAtMs - start,
        startTransferMs: this.#headAtMs - start,
        totalMs: this.#host.loop.eventTime - start,
      },
      error: isExhausted ? tooManyRedirects(maxRedirects) : undefined,
    };
  }

  /** Nothing more comes of it: timers, listeners and connection are let go. */
  #stop(): void {
    const before = this.#state;
    this.#state = 'over';
    this.#timer.stop();
    this.#endPatience();
    const { signal } = this.settings;
    if (signal !== null) this.#host.signals.remove(signal, this);
    if (before === 'queued') this.#host.withdraw(this);
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.abandon();
  }
}

/** When all must be over; `Infinity` for never. @throws HTTPClientError `ERR_BAD_REQUEST` */
function deadlineOf({ deadline }: RequestSettings, loop: IOLoop): number {
  if (deadline === null) return currentDeadlineMs();
  if (deadline === 'none') return Infinity;
  try {
    return loop.deadline(deadline);
  } catch (cause) {
    throw new HTTPClientError('ERR_BAD_REQUEST', 'deadline is no instant', { cause });
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** One function for all fetches, so that none makes its own. */
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
