// What can end a request while the application works on it. Owns: its deadline, and finding out whether a client that has
// ended its half is still there. Must not know: how a connection ends, what a probe is made of (exchange.ts).
//
// A client that has closed its connection and one that has closed its half and waits (RFC 9112 §9.6) send the same: a FIN.
// They differ when something is sent to them: the one that is gone answers with a reset. So a part of the answer goes out
// ahead that it begins with in any case, a byte at a time.
import { genLog } from '@typhoon/log';
import type { RequestAbortedCode } from './request-aborted-error.ts';
import type { RequestHead } from '@typhoon/http1';
import type { Expirable, IOLoop, Transport } from '@typhoon/ioloop';

/** The request that is watched. */
export interface WatchedRequest {
  readonly head: RequestHead;
  readonly context: { readonly remoteIp: string };
  /** Sends the next byte ahead, if there is one. */
  probe(): void;
}

/** All that the watch asks of a connection. */
export interface WatchOwner {
  readonly transport: Transport;
  readonly exchange: WatchedRequest | null;
  /** The last answer, not the application's; whether it could still be sent. */
  endWith(status: number, code: RequestAbortedCode): boolean;
}

/** The portable poller hears of a reset at the next write only, so the second comes soon. Each gap is four times the last. */
const FIRST_PROBES_MS = 250;
const GAP_FACTOR = 4;

/** Watches one request after another; in the loop's sweep only while there is something to watch for. */
export class RequestWatch implements Expirable {
  deadlineMs: number = Infinity;
  readonly #loop: IOLoop;
  readonly #owner: WatchOwner;
  #endMs = Infinity;
  #probeMs = Infinity;
  #gapMs = 0;

  constructor(loop: IOLoop, owner: WatchOwner) {
    this.#loop = loop;
    this.#owner = owner;
  }

  /** The request's deadline on `IOLoop.time()`; `Infinity`: none. */
  get endMs(): number {
    return this.#endMs;
  }

  /** The request must be answered in so many milliseconds from now; `Infinity`: it need not. */
  limit(timeoutMs: number): void {
    this.#endMs = this.#loop.time() + timeoutMs;
    this.#set();
  }

  /** The client has ended its half, and may be gone. */
  startProbing(): void {
    this.#gapMs = FIRST_PROBES_MS;
    this.#probeMs = this.#loop.time() + FIRST_PROBES_MS;
    this.#set();
  }

  /** The request is over. */
  stop(): void {
    if (this.deadlineMs === Infinity) return;
    this.#endMs = this.#probeMs = this.deadlineMs = Infinity;
    this.#loop.sweep.remove(this);
  }

  /** From the sweep. */
  onDeadline(): void {
    const now = this.#loop.time();
    if (now >= this.#endMs) {
      this.stop();
      this.#timeOut();
      return;
    }
    this.#probeMs = now + this.#gapMs;
    this.#gapMs *= GAP_FACTOR;
    this.#set();
    const { exchange, transport } = this.#owner;
    if (!transport.isClosing) exchange?.probe();
  }

  #timeOut(): void {
    const { exchange, transport } = this.#owner;
    if (exchange === null) return;
    const { method, target } = exchange.head;
    genLog.warning(
      '%s %s (%s) was not answered in time',
      method,
      target,
      exchange.context.remoteIp,
    );
    if (!this.#owner.endWith(503, 'ERR_REQUEST_TIMEOUT')) transport.abort();
  }

  #set(): void {
    this.deadlineMs = Math.min(this.#endMs, this.#probeMs);
    if (this.deadlineMs === Infinity) this.#loop.sweep.remove(this);
    else this.#loop.sweep.add(this);
  }
}
