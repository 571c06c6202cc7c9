// Messages on their way to Redis. Owns: their order and numbers, sending again, how long and how many may wait.
// Must not know: who subscribes.
import { randomBytes } from 'node:crypto';
import { Future } from '@typhoon/concurrent';
import { closedError, TopicError } from './topic-error.ts';
import { encodeMessage } from './wire.ts';
import type { IOLoop, TimeoutHandle } from '@typhoon/ioloop';
import type { RedisLink } from './redis-link.ts';

/** How long and how many. */
export interface PublishQueueOptions {
  /** Milliseconds that a message may take until Redis has it, an outage included; then publishing fails. Default 5000. */
  readonly publishTimeoutMs?: number;
  /** Bytes of messages that Redis has not confirmed; above that publishing fails at once. Default 16777216 (16 MiB). */
  readonly maxPendingBytes?: number;
}

/** What is asked of the subscriptions of this process. */
export interface PublishGate {
  /** Whether the subscribers of this process would hear what is published on the channel now. */
  mayPublish(channel: string): boolean;
}

interface Job {
  readonly channel: string;
  readonly data: string | Uint8Array;
  readonly key: string | undefined;
  readonly bytes: number;
  readonly future: Future<void>;
  readonly deadlineMs: number;
  /** Made when it is sent for the first time. */
  encoded: Buffer | null;
  number: number;
}

const TIMEOUT_MS = 5000;
const MOST_BYTES = 16_777_216;

/** Sends messages in order, and again when a connection ended before they were confirmed. */
export class PublishQueue {
  readonly #loop: IOLoop;
  readonly #link: RedisLink;
  readonly #gate: PublishGate;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;
  /** Not the same for two queues, nor for a process that is started again. */
  readonly #origin: string = randomBytes(8).toString('latin1');
  #lastNumber = 0;
  /** Sent and not confirmed, in the order of their numbers. */
  readonly #sent = new Map<number, Job>();
  /** Not sent yet, in the order of the calls. */
  readonly #waiting = new Set<Job>();
  #bytes = 0;
  /** Of the connection that all of `#sent` was sent over. */
  #epoch = 0;
  #timer: TimeoutHandle | null = null;
  #isFlushComing = false;
  #onIdle: (() => void) | null = null;

  constructor(loop: IOLoop, link: RedisLink, gate: PublishGate, options: PublishQueueOptions) {
    this.#loop = loop;
    this.#link = link;
    this.#gate = gate;
    this.#timeoutMs = options.publishTimeoutMs ?? TIMEOUT_MS;
    this.#maxBytes = options.maxPendingBytes ?? MOST_BYTES;
  }

  /** Sends it now or as soon as that is possible. */
  add(channel: string, data: string | Uint8Array, key: string | undefined): Future<void> {
    if (this.#onIdle !== null) return Future.rejected(closedError());
    const bytes = data.length;
    if (this.#bytes > 0 && this.#bytes + bytes > this.#maxBytes) {
      const message = `${this.#bytes} bytes wait for Redis, limit is ${this.#maxBytes}`;
      return Future.rejected(new TopicError('ERR_PUBLISH_OVERFLOW', message));
    }
    this.#bytes += bytes;
    const deadlineMs = this.#loop.time() + this.#timeoutMs;
    const future = new Future<void>();
    const job = { channel, data, key, bytes, future, deadlineMs, encoded: null, number: 0 };
    this.#timer ??= this.#loop.callAt(deadlineMs, this.#expire);
    if (this.#waiting.size === 0 && this.#isOpen() && this.#gate.mayPublish(channel))
      this.#send(job);
    else {
      this.#waiting.add(job);
      this.flushSoon();
    }
    return future;
  }

  /** Something has changed: what can be sent is, at the end of this event. */
  flushSoon(): void {
    if (this.#isFlushComing || this.#sent.size + this.#waiting.size === 0) return;
    this.#isFlushComing = true;
    this.#loop.schedule(this.#flush, undefined);
  }

  /** Takes no more; resolves when all there is has been confirmed or has failed. */
  finish(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      this.#tellIdle();
      this.flushSoon();
    });
  }

  /** Whether what was sent over the last connection has been sent over this one. */
  #isOpen(): boolean {
    return this.#link.isUp && (this.#epoch === this.#link.epoch || this.#sent.size === 0);
  }

  readonly #flush = (): void => {
    this.#isFlushComing = false;
    const { isUp, epoch } = this.#link;
    if (!isUp) return;
    if (epoch !== this.#epoch) {
      for (const { channel } of this.#sent.values()) if (!this.#gate.mayPublish(channel)) return;
      this.#epoch = epoch;
      for (const job of this.#sent.values()) this.#write(job);
    }
    for (const job of this.#waiting) {
      if (job.future.done()) this.#forget(job);
      else if (this.#gate.mayPublish(job.channel)) {
        this.#waiting.delete(job);
        this.#send(job);
      }
    }
  };

  #send(job: Job): void {
    this.#epoch = this.#link.epoch;
    job.number = ++this.#lastNumber;
    const stamp = { origin: this.#origin, number: job.number };
    job.encoded = encodeMessage(job.data, job.key, stamp);
    this.#sent.set(job.number, job);
    this.#write(job);
  }

  #write(job: Job): void {
    if (job.encoded === null) return;
    this.#link.redis.publish(job.channel, job.encoded).then(
      () => {
        if (this.#forget(job) && job.future.running()) job.future.setResult();
      },
      (error: unknown) => {
        // Else the connection has ended: it is sent again.
        if (!isReply(error)) return;
        const message = `Redis does not publish on ${job.channel}: ${error.message}`;
        this.#fail(job, new TopicError('ERR_PUBLISH_REFUSED', message, { cause: error }));
      },
    );
  }

  readonly #expire = (): void => {
    const now = this.#loop.time();
    for (const job of this.#sent.values()) {
      if (job.deadlineMs > now) break;
      const message = `Redis has not confirmed a message on ${job.channel} in ${this.#timeoutMs} ms`;
      this.#fail(job, new TopicError('ERR_PUBLISH_UNCONFIRMED', message));
    }
    for (const job of this.#waiting) {
      if (job.deadlineMs > now) break;
      const message = `Redis could not be reached in ${this.#timeoutMs} ms, a message on ${job.channel} was not sent`;
      this.#fail(job, new TopicError('ERR_PUBLISH_UNAVAILABLE', message));
    }
    const [sent] = this.#sent.values();
    const [waiting] = this.#waiting;
    const next = Math.min(sent?.deadlineMs ?? Infinity, waiting?.deadlineMs ?? Infinity);
    this.#timer = next === Infinity ? null : this.#loop.callAt(next, this.#expire);
    this.flushSoon();
  };

  #fail(job: Job, error: TopicError): void {
    if (this.#forget(job) && job.future.running()) job.future.setException(error);
  }

  /** Answers whether it was there. */
  #forget(job: Job): boolean {
    if (!this.#waiting.delete(job) && !this.#sent.delete(job.number)) return false;
    this.#bytes -= job.bytes;
    this.#tellIdle();
    return true;
  }

  #tellIdle(): void {
    if (this.#onIdle === null || this.#sent.size + this.#waiting.size > 0) return;
    if (this.#timer !== null) this.#loop.removeTimeout(this.#timer);
    this.#timer = null;
    this.#onIdle();
  }
}

/** Whether Redis has said that; anything else says that there is no Redis. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
