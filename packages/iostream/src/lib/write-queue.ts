// What a stream has to send. Owns: order, when each write is done, how much the transport is given at a time.
// Must not know: reads, closing.
import { Future } from '@typhoon/concurrent';
import type { Flushable, PollerHost, Transport } from '@typhoon/ioloop';

/** The transport is given no more than this in one event, and one piece: what it has cannot be told apart any more. */
const HAND_BYTES = 65_536;

interface PendingWrite {
  readonly bytes: Uint8Array;
  readonly done: Future<void>;
  /** How many bytes the transport has been given when this one is the last. */
  mark: number;
}

/** Writes in order; each one's future is done when the kernel has its last byte (IOS-15). */
export class WriteQueue implements Flushable {
  readonly #host: PollerHost;
  #transport: Transport | null = null;
  /** Not given to the transport yet. */
  #held: PendingWrite[] = [];
  #heldBytes = 0;
  /** Given to the transport; the kernel does not have all of it. */
  #handed: PendingWrite[] = [];
  #handedBytes = 0;
  #handedNow = 0;
  #isPaused = false;
  #isFlushComing = false;

  constructor(host: PollerHost) {
    this.#host = host;
  }

  /** How many bytes the kernel does not have yet. */
  get size(): number {
    return this.#heldBytes + (this.#transport?.bufferedAmount ?? 0);
  }

  /** Whether the kernel did not take all that it was offered, or nobody offers anything yet. */
  get isBlocked(): boolean {
    return this.#isPaused || this.#held.length > 0;
  }

  /** From now on this transport sends it. */
  attach(transport: Transport): void {
    this.#transport = transport;
    transport.setWriteLimits(0, 0); // tell us whenever anything is left, and when nothing is
    this.#hand();
  }

  /** The bytes are the queue's from here on. */
  write(bytes: Uint8Array): Future<void> {
    const done = new Future<void>();
    this.#held.push({ bytes, done, mark: 0 });
    this.#heldBytes += bytes.length;
    this.#hand();
    return done;
  }

  /** The transport says that something is left. */
  pause(): void {
    this.#isPaused = true;
  }

  /** The transport says that nothing is left. */
  resume(): void {
    this.#isPaused = false;
    this.flush();
  }

  /** The transport has been flushed. */
  flush(): void {
    this.#isFlushComing = false;
    this.#handedNow = 0;
    this.#settle();
    this.#hand();
  }

  /** Nothing will be sent any more; nobody needs to look at the futures (IOS-17). */
  fail(error: Error): void {
    const failed = [...this.#handed, ...this.#held];
    this.#handed = [];
    this.#held = [];
    this.#heldBytes = 0;
    this.#transport = null;
    for (const { done } of failed) {
      if (done.done()) continue;
      done.setException(error);
      done.exception();
    }
  }

  #hand(): void {
    const transport = this.#transport;
    if (transport === null || this.#isPaused || transport.isClosing) return;
    let count = 0;
    while (count < this.#held.length && this.#handedNow < HAND_BYTES) {
      const write = this.#held[count++];
      if (write === undefined) break;
      const size = write.bytes.length;
      if (size > 0) transport.write(write.bytes);
      this.#heldBytes -= size;
      this.#handedNow += size;
      this.#handedBytes += size;
      write.mark = this.#handedBytes;
      this.#handed.push(write);
    }
    if (count === 0) return;
    this.#held = count === this.#held.length ? [] : this.#held.slice(count);
    this.#askForFlush();
  }

  /** Behind the transport, which asked when it was given bytes. */
  #askForFlush(): void {
    if (this.#isFlushComing) return;
    this.#isFlushComing = true;
    this.#host.addFlush(this);
  }

  #settle(): void {
    const transport = this.#transport;
    if (transport === null) return;
    const taken = this.#handedBytes - transport.bufferedAmount;
    let count = 0;
    for (const { mark, done } of this.#handed) {
      if (mark > taken) break;
      count++;
      if (!done.done()) done.setResult(undefined);
    }
    if (count > 0) this.#handed = this.#handed.slice(count);
  }
}
