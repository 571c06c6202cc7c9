// How long a client may take for what. Owns: when each kind of patience ends, and that slow bytes do not renew it.
// Must not know: what a connection does when its client was too slow.
// HOT: `pnpm bench http`
//
// Per request this costs some assignments: the loop's sweep looks at the connection's `deadlineMs`, and only then is
// anything asked of the transport.
import type { ConnectionSettings } from './server-options.ts';
import type { IOLoop } from '@typhoon/ioloop';

/**
 * What is waited for: a `request`, the rest of its `head` or `body`, what a refused client still sends (`linger`), that what
 * was written goes out (`flush`), or nothing of the client (`none`).
 */
export type Awaited = 'request' | 'head' | 'body' | 'linger' | 'flush' | 'none';

/** Who is told when a client was too slow. */
export interface DeadlineOwner {
  /** Bytes that the client has not taken yet. */
  readonly unsentBytes: number;
  /** The client was too slow with what was waited for; `stalled`: with reading. */
  tooSlow(what: Awaited | 'stalled'): void;
  /** All that was answered has been sent, and nothing has come since. */
  flushed(): void;
}

/** A connection in the loop's sweep. */
export interface DeadlineHolder {
  /** When to look next. */
  deadlineMs: number;
  /** When its next head must have come, as long as no request is under way. */
  endMs: number;
  /** Before that, it is looked at whether something is still to be sent. */
  lookSoon(now: number): void;
}

/** How long a client that was answered before it had sent everything may go on sending, once it has the answer. */
const LINGER_MS = 2000;
/** Over what time the rate of a body is measured. */
const RATE_WINDOW_MS = 30_000;
const NOBODY: DeadlineHolder = { deadlineMs: Infinity, endMs: Infinity, lookSoon: () => undefined };

/** Deadlines of one connection after another. */
export class ConnectionDeadlines {
  readonly #loop: IOLoop;
  readonly #settings: ConnectionSettings;
  readonly #owner: DeadlineOwner;
  #holder: DeadlineHolder = NOBODY;
  #awaited: Awaited = 'none';
  /** When that must have come. */
  #endMs = Infinity;
  /** When the client must have taken something; `Infinity` while nothing is known to be unsent. */
  #stallMs = Infinity;
  #unsentBytes = 0;
  #windowMs = Infinity;
  #windowBytes = 0;
  #isHeld = false;
  #isPaused = false;

  constructor(loop: IOLoop, settings: ConnectionSettings, owner: DeadlineOwner) {
    this.#loop = loop;
    this.#settings = settings;
    this.#owner = owner;
  }

  /** From now on those of another connection, at whose next request nobody has begun to work. */
  begin(holder: DeadlineHolder): void {
    this.#holder = holder;
    this.#awaited = 'request';
    this.#endMs = holder.endMs;
    this.#isHeld = false;
    this.writingResumed();
  }

  /** The next request may come whenever the client likes; the last answer must go. */
  awaitRequest(): void {
    const now = this.#loop.eventTime;
    // What was unsent before this answer was taken, or writing is paused.
    if (!this.#isPaused) this.writingResumed();
    this.#awaited = 'request';
    this.#endMs = now + this.#settings.idleTimeoutMs;
    this.#holder.endMs = this.#endMs;
    this.#holder.lookSoon(now);
  }

  /** A head has begun, and is not complete. Its time is running already if this is told again, or before any request. */
  awaitHead(): void {
    if (this.#awaited === 'head') return;
    const { headerTimeoutMs } = this.#settings;
    this.#awaited = 'head';
    this.#endMs = Math.min(this.#endMs, this.#loop.time() + headerTimeoutMs);
    this.#holder.deadlineMs = Math.min(this.#endMs, this.#holder.deadlineMs);
  }

  /** The client must send a body. */
  awaitBody(): void {
    const hasRate = this.#settings.minBodyRate > 0;
    this.#windowMs = hasRate ? this.#loop.time() + RATE_WINDOW_MS : Infinity;
    this.#windowBytes = 0;
    this.#await('body', this.#settings.bodyTimeoutMs);
  }

  /** This body must be complete in so many milliseconds from now, at whatever rate. */
  setBodyTimeout(timeoutMs: number): void {
    if (this.#awaited !== 'body') return;
    this.#windowMs = Infinity;
    this.#await('body', timeoutMs);
  }

  /** Bytes of the body have come. */
  bodyCame(bytes: number): void {
    this.#windowBytes += bytes;
  }

  /** The application holds the body up, or has stopped to: for this while the client is not to blame. */
  holdBody(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#windowBytes = Infinity;
  }

  /** The application's turn: the client owes nothing. */
  awaitNothing(): void {
    this.#awaited = 'none';
    this.#endMs = Infinity;
    this.#holder.deadlineMs = this.#stallMs;
  }

  /** The client was refused, and may go on sending for a while. */
  awaitSilence(): void {
    this.#await('linger', LINGER_MS);
  }

  /** All is written, and the connection ends once it is sent. */
  awaitFlush(): void {
    this.#await('flush', this.#settings.writeTimeoutMs);
  }

  /** More is unsent than the transport likes. */
  writingPaused(): void {
    this.#isPaused = true;
    this.#unsentBytes = this.#owner.unsentBytes;
    this.#stallMs = this.#loop.time() + this.#settings.writeTimeoutMs;
    this.#holder.deadlineMs = Math.min(this.#holder.deadlineMs, this.#stallMs);
  }

  /** The client has taken most of it. */
  writingResumed(): void {
    this.#isPaused = false;
    this.#unsentBytes = 0;
    this.#stallMs = Infinity;
  }

  /** The application wrote on, though writing was paused. */
  wroteAnyway(bytes: number): void {
    this.#unsentBytes += bytes;
  }

  /** From the sweep. */
  onDeadline(): void {
    const now = this.#loop.time();
    const isFlushing = this.#isFlushing(now);
    if (isFlushing === null) this.#owner.tooSlow('stalled');
    else if (now >= this.#endMs && !this.#isForgiven(now, isFlushing))
      this.#owner.tooSlow(this.#awaited);
    else if (now >= this.#windowMs && this.#awaited === 'body') this.#lookAtRate(now);
    else {
      this.#lookNext();
      if (this.#awaited === 'request' && !isFlushing) this.#owner.flushed();
    }
  }

  #await(what: Awaited, timeoutMs: number): void {
    this.#awaited = what;
    this.#endMs = this.#loop.time() + timeoutMs;
    this.#lookNext();
  }

  #lookNext(): void {
    const ofBody = this.#awaited === 'body' ? this.#windowMs : Infinity;
    this.#holder.deadlineMs = Math.min(this.#endMs, this.#stallMs, ofBody);
  }

  /** Whether something is unsent; null when nothing of it has been taken for too long. */
  #isFlushing(now: number): boolean | null {
    const unsent = this.#owner.unsentBytes;
    if (unsent === 0) {
      this.#stallMs = Infinity;
      this.#unsentBytes = 0;
      return false;
    }
    if (this.#unsentBytes === 0 || unsent < this.#unsentBytes) {
      this.#unsentBytes = unsent;
      this.#stallMs = now + this.#settings.writeTimeoutMs;
      return true;
    }
    return now >= this.#stallMs ? null : true;
  }

  /** Who ends only once everything is sent has time as long as the client goes on reading. */
  #isForgiven(now: number, isFlushing: boolean): boolean {
    if (!isFlushing || (this.#awaited !== 'flush' && this.#awaited !== 'linger')) return false;
    this.#endMs = now + (this.#awaited === 'flush' ? this.#settings.writeTimeoutMs : LINGER_MS);
    return true;
  }

  #lookAtRate(now: number): void {
    const wanted = (this.#settings.minBodyRate * RATE_WINDOW_MS) / 1000;
    if (this.#windowBytes < wanted) {
      this.#owner.tooSlow('body');
      return;
    }
    this.#windowBytes = this.#isHeld ? Infinity : 0;
    this.#windowMs = now + RATE_WINDOW_MS;
    this.#lookNext();
  }
}
