// When an application may write the next piece of an answer. Owns: the future that its writes answer, and how much may be
// unsent. Must not know: what is written.
// HOT: `pnpm bench http`
//
// What is written goes to the kernel at the end of the event, and the transport says whether it was too much only then. So
// there are two limits that make up one: so much may be written in one event, and so much of it may be left unsent. Whoever
// writes more waits for the next turn of the loop, when others had theirs, or for the client.
import { Future } from '@typhoon/concurrent';
import { TransportError, type Transport } from '@typhoon/ioloop';

/** What may be kept in memory for a client that reads nothing; no less than one piece. */
const LIMIT_BYTES = 65_536;
/** How much of that may be unsent when the next piece is written. */
const UNSENT_BYTES = 16_384;
/** A piece from that size on is kept until the last of it is sent: no other may be there then. */
const LARGE_BYTES = 16_384;
/** What may be written in one event before anybody waits. */
export const EVENT_BYTES: number = LIMIT_BYTES - UNSENT_BYTES;
/** As of `Transport`. */
const DEFAULT_HIGH_BYTES = 65_536;
const DEFAULT_LOW_BYTES = 16_384;

/** All that a pace asks of the loop. */
export interface PaceLoop {
  /** Calls back in the next turn. */
  addCallback(callback: () => void): void;
}

/** The pace of one answer. */
export class WritePace {
  readonly #loop: PaceLoop;
  readonly #transport: Transport;
  #written: number;
  #pending: Future<void> | null = null;
  #isPaused = false;
  #isTurnDue = false;
  /** The transport's high water mark, once it is ours. */
  #highBytes = -1;

  /** @param written Bytes of the answer so far. */
  constructor(loop: PaceLoop, transport: Transport, written = 0) {
    this.#loop = loop;
    this.#transport = transport;
    this.#written = written;
  }

  /** Pending while nothing more should be written. */
  get pending(): Future<void> | null {
    return this.#pending;
  }

  /** A piece was written, and the next one will be as large. */
  wrote(bytes: number): void {
    this.#written += bytes;
    if (this.#written + bytes <= EVENT_BYTES) return;
    const high = bytes < LARGE_BYTES ? UNSENT_BYTES : 0;
    if (high !== this.#highBytes) {
      this.#highBytes = high;
      this.#transport.setWriteLimits(high, high >> 2);
    }
    this.#pending ??= new Future<void>();
    if (this.#isTurnDue) return;
    this.#isTurnDue = true;
    this.#loop.addCallback(this.#onTurn);
  }

  /** The client reads slower than we write. */
  pause(): void {
    this.#isPaused = true;
    this.#pending ??= new Future<void>();
  }

  /** The client has caught up. */
  resume(): void {
    this.#isPaused = false;
    if (!this.#isTurnDue) this.#release();
  }

  /** The answer is complete. */
  end(): void {
    if (this.#highBytes >= 0) this.#transport.setWriteLimits(DEFAULT_HIGH_BYTES, DEFAULT_LOW_BYTES);
    this.#highBytes = -1;
  }

  /** The client is gone: who waits hears it. */
  fail(): void {
    const pending = this.#pending;
    this.#pending = null;
    if (pending !== null && !pending.done()) failWriting(pending);
  }

  /** All that was written in the event before has gone to the kernel, as far as that takes it. */
  readonly #onTurn = (): void => {
    this.#isTurnDue = false;
    this.#written = 0;
    if (!this.#isPaused) this.#release();
  };

  #release(): void {
    const pending = this.#pending;
    this.#pending = null;
    if (pending !== null && !pending.done()) pending.setResult();
  }
}

/** H1C-34: a failure that nobody need look at. */
export function failWriting(future: Future<void>): Future<void> {
  future.setException(new TransportError('ERR_TRANSPORT_CLOSED', 'the client is gone'));
  future.exception();
  return future;
}
