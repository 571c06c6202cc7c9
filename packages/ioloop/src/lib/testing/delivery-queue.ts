// What in-memory transports have to tell, told in batches as a poller of sockets would. Owns: who is told when.
// Must not know: what is told.
import type { PollerHost } from '../poller.ts';

/** Somebody with something to tell. */
export interface Receiver {
  /** Tells one thing, in an event of its own; true if there is more. Must not throw. */
  deliver(): boolean;
}

/** Bytes lie behind this many others, so that nobody takes `start` for 0. */
const SCRATCH_START = 16;
const SCRATCH_BYTES = 65_536;

let queuesWithBatch = 0;

/** Whether some queue of this thread has something to deliver still; a clock does not jump meanwhile. */
export function isAnythingInFlight(): boolean {
  return queuesWithBatch > 0;
}

/**
 * One wakeup is one batch: each receiver that had something to tell when it began tells one thing, so that nobody starves
 * anybody. Batches come as immediates: I/O and timers have their chance in between.
 */
export class DeliveryQueue {
  #receivers = new Set<Receiver>();
  /** Where the bytes lie that a protocol is given; overwritten afterwards, since they are only borrowed. */
  readonly #scratch = Buffer.alloc(SCRATCH_START + SCRATCH_BYTES);

  /** `receiver` is asked in the next batch. */
  add(receiver: Receiver): void {
    if (this.#receivers.size === 0) {
      queuesWithBatch++;
      setImmediate(this.#runBatch);
    }
    this.#receivers.add(receiver);
  }

  /**
   * Lends `receive` the first `limit` bytes of `chunks` at most, in one buffer that is worthless afterwards, and takes
   * them out of `chunks`.
   */
  lend(
    chunks: Uint8Array[],
    limit: number,
    receive: (buffer: Buffer, start: number, end: number) => void,
  ): void {
    const scratch = this.#scratch;
    const limitAt = SCRATCH_START + Math.min(limit, SCRATCH_BYTES);
    let end = SCRATCH_START;
    while (end < limitAt) {
      const chunk = chunks[0];
      if (chunk === undefined) break;
      const taken = chunk.subarray(0, limitAt - end);
      scratch.set(taken, end);
      end += taken.length;
      if (taken.length === chunk.length) chunks.shift();
      else chunks[0] = chunk.subarray(taken.length);
    }
    try {
      receive(scratch, SCRATCH_START, end);
    } finally {
      scratch.fill(0xdd, SCRATCH_START, end);
    }
  }

  readonly #runBatch = (): void => {
    const batch = this.#receivers;
    this.#receivers = new Set();
    queuesWithBatch--;
    for (const receiver of batch) {
      if (receiver.deliver()) this.add(receiver);
    }
  };
}

const queues = new WeakMap<PollerHost, DeliveryQueue>();

/** The one queue of a loop. */
export function deliveryQueueOf(host: PollerHost): DeliveryQueue {
  let queue = queues.get(host);
  if (queue === undefined) queues.set(host, (queue = new DeliveryQueue()));
  return queue;
}
