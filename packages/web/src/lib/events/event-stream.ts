// A stream of events to one client: `text/event-stream`. Owns: its head, heartbeats, what waits for a slow reader, its end.
// Must not know: what an event looks like (event-text.ts), what is kept for who comes back (event-history.ts).
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import {
  Backlog,
  type Published,
  type SendLimitOptions,
  type Topic,
  type TopicSubscriber,
} from '@typhoon/topic';
import { eventText, type StreamEvent } from './event-text.ts';
import { WebError } from '../errors/web-error.ts';
import type { DrainListener } from '@typhoon/httpserver';
import type { Expirable } from '@typhoon/ioloop';
import type { EventHistory } from './event-history.ts';
import type { RequestHandler } from '../handler/request-handler.ts';

/** How a stream is kept. */
export interface EventStreamOptions {
  /** Milliseconds of silence after which a comment is sent, so that proxies do not give up and a dead client is found. Default 15000. */
  readonly heartbeatMs?: number;
  /** Milliseconds that a browser waits before it connects again. Default: its own, some seconds. */
  readonly retryMs?: number;
  /** What a client that comes back has missed is sent first, by its Last-Event-ID. */
  readonly history?: EventHistory;
  /** How much may wait for a client that does not read, and what then. */
  readonly sendLimit?: SendLimitOptions;
  /** Called when messages of a topic may be lost (`@typhoon/topic-redis`): the client has to be told the state again. */
  readonly onGap?: (topic: Topic, stream: EventStream) => void;
}

const HEARTBEAT_MS = 15_000;
const MAX_WAITING_BYTES = 1_048_576;
const PIECE = 65_536;
const BURST = 262_144;
const COMMENT = ':\n\n';
const READY: Future<void> = Future.resolved<void>(undefined);

/**
 * Sends events to one client until it goes. The handler waits for `ended`:
 *
 * ```ts no-run
 * override async get() {
 *   const stream = new EventStream(this)
 *   topic.subscribe(stream)
 *   await stream.ended
 * }
 * ```
 */
export class EventStream implements TopicSubscriber, Expirable, DrainListener {
  /** From the sweep: when the next heartbeat is due. */
  deadlineMs: number = Infinity;
  /** Settled when the client has gone, the server drains or gives up, or `close` was called. */
  readonly ended: Future<void> = new Future<void>();
  /** The id of the last event that the client has seen before; null when it comes for the first time. */
  readonly lastEventId: string | null;
  /** Whether the client has missed events that are not kept any more: it should be told the whole state. */
  readonly hasGap: boolean;
  readonly #handler: RequestHandler;
  readonly #heartbeatMs: number;
  readonly #backlog: Backlog<string>;
  readonly #onGap: EventStreamOptions['onGap'];
  readonly #loop: IOLoop = IOLoop.current();
  /** Settled when all that waits has gone out; null while the client keeps up. */
  #drained: Future<void> | null = null;
  #followers: (() => void)[] = [];
  #isOver = false;
  /** Characters sent since the connection last had a turn. */
  #burst = 0;

  /** Begins the answer. @throws WebError `ERR_HEAD_SENT` */
  constructor(handler: RequestHandler, options: EventStreamOptions = {}) {
    const { heartbeatMs = HEARTBEAT_MS, retryMs, history, sendLimit = {}, onGap } = options;
    const { maxBytes = MAX_WAITING_BYTES, policy = 'wait' } = sendLimit;
    this.#handler = handler;
    this.#heartbeatMs = heartbeatMs;
    this.#onGap = onGap;
    this.#backlog = new Backlog(maxBytes, policy);
    const { connection, headers, signal } = handler.request;
    this.lastEventId = headers.get('Last-Event-ID') ?? null;
    connection.setRequestTimeout(Infinity);
    connection.setDrainListener?.(this);
    handler.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    handler.setHeader('Cache-Control', 'no-store');
    handler.setHeader('X-Accel-Buffering', 'no'); // nginx passes each event on
    const missed = this.lastEventId === null ? null : (history?.since(this.lastEventId) ?? null);
    this.hasGap = missed?.isComplete === false;
    // Something is sent at once, so that the browser knows that the stream is open.
    let first = retryMs === undefined ? COMMENT : `retry: ${Math.round(retryMs)}\n\n`;
    for (const event of missed?.events ?? []) first += eventText(event);
    this.#write(first);
    if (signal.aborted) this.#end();
    else signal.addEventListener('abort', this.#end, { once: true });
  }

  /** Bytes that wait here, besides those that the connection has taken. */
  get bufferedAmount(): number {
    return this.#backlog.bytes;
  }

  /** Whether nothing more can be sent. */
  get isEnded(): boolean {
    return this.#isOver;
  }

  /**
   * Sends an event; text alone is its data. To a client that has gone it does nothing.
   *
   * @param key With the policy `keepLatest`: of those that wait, the last one of a key is kept.
   * @returns Settled when more may be sent.
   * @throws WebError `ERR_EVENT`
   */
  send(event: string | StreamEvent, key?: string): Future<void> {
    return this.#send(eventText(typeof event === 'string' ? { data: event } : event), key);
  }

  /** Sends a message of a topic as the data of an event. */
  deliver(message: Published): boolean {
    if (this.#isOver) return false;
    const text = message.as('event', (data) => eventText({ data: textOf(data) }));
    void this.#send(text, message.key);
    return !this.isEnded;
  }

  /** Tells `options.onGap`. */
  onGap(topic: Topic): void {
    this.#onGap?.(topic, this);
  }

  /** Calls back when the stream has ended; at once when it has. */
  whenGone(callback: () => void): void {
    if (this.ended.done()) callback();
    else this.#followers.push(callback);
  }

  /** Ends the stream; a browser connects again. */
  close(): void {
    this.#end();
  }

  /** The server drains: the browser connects again, to another. */
  onDrain(): void {
    this.close();
  }

  /** From the sweep. */
  onDeadline(): void {
    if (this.#isOver) return;
    // A client that has not taken what was sent need not be told that we are there.
    if (this.#drained === null) this.#write(COMMENT);
    else this.#awaitHeartbeat();
  }

  #send(text: string, key: string | undefined): Future<void> {
    if (this.#isOver) return READY;
    const drained = this.#drained;
    if (drained === null) {
      this.#write(text);
      return this.#waiting();
    }
    if (!this.#backlog.add(text, key)) {
      // The handler hears of it as of any client that has gone.
      this.#isOver = true;
      this.#backlog.drop();
      this.#handler.request.connection.context.transport.abort();
    }
    return drained;
  }

  #waiting(): Future<void> {
    return this.#drained ?? READY;
  }

  #write(text: string): void {
    this.#awaitHeartbeat();
    this.#handler.write(text);
    const flushed = this.#handler.flush();
    this.#burst += text.length;
    if (!flushed.done()) {
      this.#drained ??= new Future<void>();
      flushed.addDoneCallback(() => {
        flushed.exception(); // the client has gone: its signal says so
        this.#goOn();
      });
    } else if (this.#burst >= BURST) {
      // Whoever sends much in one event has to let the connection say that it is too much.
      this.#drained ??= new Future<void>();
      this.#loop.addCallback(this.#goOn);
    }
  }

  /** The client has caught up, or there was a turn of the loop: what waits goes out piece by piece. */
  readonly #goOn = (): void => {
    const drained = this.#drained;
    if (drained === null || this.#isOver) return;
    this.#burst = 0;
    let all = '';
    while (all.length < PIECE) {
      const text = this.#backlog.take();
      if (text === null) break;
      all += text;
    }
    this.#drained = null;
    if (all !== '') this.#write(all);
    const isPaused = this.#waiting() !== READY;
    if (isPaused || !this.#backlog.isEmpty) this.#drained = drained;
    else drained.setResult();
    if (!isPaused && !this.#backlog.isEmpty) this.#loop.addCallback(this.#goOn);
  };

  #awaitHeartbeat(): void {
    const { sweep } = this.#loop;
    sweep.removeFixed(this);
    if (this.#heartbeatMs === 0 || this.#isOver) return;
    this.deadlineMs = this.#loop.time() + this.#heartbeatMs;
    sweep.addFixed(this);
  }

  readonly #end = (): void => {
    if (this.ended.done()) return;
    this.#isOver = true;
    this.#loop.sweep.removeFixed(this);
    this.#handler.request.signal.removeEventListener('abort', this.#end);
    this.#backlog.drop();
    this.#drained?.setResult();
    this.#drained = null;
    this.ended.setResult();
    for (const follower of this.#followers.splice(0)) follower();
  };
}

function textOf(data: string | Uint8Array): string {
  if (typeof data === 'string') return data;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch (cause) {
    throw new WebError('ERR_EVENT', 'the data of an event is text', { cause });
  }
}
