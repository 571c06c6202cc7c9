// What all connections of one epoll poller share: the native part, the memory in which the languages meet, and the sends
// that wait in it. Owns: what is noted, where, and when it goes out. Must not know: protocols, what a connection's state is.
// HOT: `pnpm bench http`
//
// Within a batch the native part sends by itself when the batch and its microtasks are over; outside of one the loop
// flushes the wire behind the transports.
import { CLOSED_NATIVE } from './closed-native.ts';
import type { NativeModule, NativePoller } from '@typhoon/epoll';
import type { Flushable, PollerHost } from './poller.ts';

/** How a stream ends once all is sent. The numbers are native/binding.h's. */
export const END = -1;
/** The connection is closed once all is sent. */
export const CLOSE = -2;

/** From so many bytes on a write goes out by reference instead of being copied into the shared memory. */
const LARGE_BYTES = 16_384;
/** Text larger than that becomes a buffer first; half of the shared memory, so that a message of 64 KiB in its frame is none. */
const LARGE_TEXT = 131_072;
const SEND_INTS = 4;
/** Places in the header. */
const SENDS = 0;
const IN_BATCH = 1;
const CURSOR = 2;
const HEADER_INTS = 16;

/** What `write(text, at, size, 'latin1')` comes to when it has looked at its arguments. */
interface Latin1Target extends Buffer {
  latin1Write(text: string, at: number, size: number): number;
}

const hasShortWay = 'latin1Write' in Buffer.prototype;

/** The line between the languages. */
export class EpollWire implements Flushable {
  /** The native part; one that does nothing once the wire is closed. */
  native: NativePoller;
  readonly host: PollerHost;
  /** Four numbers an event: slot, generation, kind, value. Overwritten by the next batch. */
  events: Int32Array;
  /** What came, borrowed by protocols. */
  received: Buffer;
  readonly #layout: NativeModule['layout'];
  #header: Int32Array;
  #sends: Int32Array;
  #bytes: Latin1Target;
  #at = 0;
  #isFlushComing = false;

  constructor(
    host: PollerHost,
    module: NativeModule,
    onBatch: (at: number, count: number) => number,
  ) {
    this.host = host;
    this.#layout = module.layout;
    const { layout } = module;
    const memory = new ArrayBuffer(layout.memoryBytes);
    this.events = new Int32Array(memory, layout.eventsAt, layout.eventsMax * SEND_INTS);
    this.#header = new Int32Array(memory, 0, HEADER_INTS);
    this.#sends = new Int32Array(memory, layout.sendsAt, layout.sendsMax * SEND_INTS);
    this.#bytes = Buffer.from(memory, layout.bytesAt, layout.sendBytes) as Latin1Target;
    const receive = new ArrayBuffer(layout.receiveBytes);
    this.received = Buffer.from(receive);
    this.native = new module.Poller(onBatch, memory, receive);
  }

  /** A protocol took the received bytes' memory away (`structuredClone` with `transfer`): the next batch needs other memory. */
  renewMemory(): void {
    const receive = new ArrayBuffer(this.#layout.receiveBytes);
    this.received = Buffer.from(receive);
    this.native.replaceMemory(this.#header.buffer as ArrayBuffer, receive);
  }

  /** Which event of the batch is being told: where the native part goes on if telling it throws. */
  set cursor(at: number) {
    this.#header[CURSOR] = at;
  }

  /** Notes text of one byte a character. */
  sendLatin1(slot: number, generation: number, text: string): void {
    const size = text.length;
    if (size > LARGE_TEXT) {
      this.sendBytes(slot, generation, Buffer.from(text, 'latin1'));
      return;
    }
    const at = this.#reserve(size);
    if (hasShortWay) this.#bytes.latin1Write(text, at, size);
    else this.#bytes.write(text, at, size, 'latin1');
    this.#note(slot, generation, at, at + size);
  }

  /** Notes bytes; many are sent at once and by reference, behind what is noted. */
  sendBytes(slot: number, generation: number, bytes: Uint8Array): void {
    const size = bytes.byteLength;
    if (size >= LARGE_BYTES) {
      this.native.write(slot, generation, this.#takeHead(slot, generation), bytes);
      return;
    }
    const at = this.#reserve(size);
    this.#bytes.set(bytes, at);
    this.#note(slot, generation, at, at + size);
  }

  /** Notes that the stream ends: `END` or `CLOSE`. */
  finish(slot: number, generation: number, how: typeof END | typeof CLOSE): void {
    this.#reserve(0);
    this.#note(slot, generation, how, 0);
  }

  /** Bytes noted for a slot and not sent yet. */
  pendingBytes(slot: number, generation: number): number {
    const sends = this.#sends;
    let total = 0;
    for (let n = this.#header[SENDS]! - 1; n >= 0; n--) {
      const at = n * SEND_INTS;
      if (sends[at] !== slot || sends[at + 1] !== generation || sends[at + 2]! < 0) continue;
      total += sends[at + 3]! - sends[at + 2]!;
    }
    return total;
  }

  /** Sends what is noted. */
  flush(): void {
    this.#isFlushComing = false;
    if (this.#header[SENDS]! > 0) this.#sendNow();
  }

  /** Closes every descriptor; from now on everything does nothing. */
  close(): void {
    this.native.close();
    this.native = CLOSED_NATIVE;
    this.#header[SENDS] = 0;
  }

  /** Makes room for one more note and `size` bytes; answers where they go. */
  #reserve(size: number): number {
    const count = this.#header[SENDS]!;
    if (count === 0) {
      this.#at = 0;
    } else if (this.#at + size > this.#layout.sendBytes || count === this.#layout.sendsMax) {
      this.#sendNow();
    }
    return this.#at;
  }

  #sendNow(): void {
    this.native.send();
    this.#header[SENDS] = 0;
    this.#at = 0;
  }

  #note(slot: number, generation: number, start: number, end: number): void {
    const sends = this.#sends;
    const count = this.#header[SENDS]!;
    const at = count * SEND_INTS;
    this.#at = Math.max(this.#at, end);
    if (
      count > 0 &&
      start >= 0 &&
      sends[at - 1] === start &&
      sends[at - 4] === slot &&
      sends[at - 3] === generation &&
      sends[at - 2]! >= 0
    ) {
      sends[at - 1] = end;
      return;
    }
    sends[at] = slot;
    sends[at + 1] = generation;
    sends[at + 2] = start;
    sends[at + 3] = end;
    this.#header[SENDS] = count + 1;
    if (this.#isFlushComing || this.#header[IN_BATCH] !== 0) return;
    this.#isFlushComing = true;
    this.host.addFlush(this);
  }

  /** What was noted last for the slot goes out in one with what follows: it is moved to the front. Answers its size. */
  #takeHead(slot: number, generation: number): number {
    const count = this.#header[SENDS]!;
    if (count === 0) return 0;
    const at = (count - 1) * SEND_INTS;
    const start = this.#sends[at + 2]!;
    const size = this.#sends[at + 3]! - start;
    const isHead = this.#sends[at] === slot && this.#sends[at + 1] === generation && start >= 0;
    if (isHead) this.#header[SENDS] = count - 1;
    if (this.#header[SENDS]! > 0) this.native.send();
    this.#header[SENDS] = 0;
    this.#at = 0;
    if (!isHead) return 0;
    this.#bytes.copyWithin(0, start, start + size);
    return size;
  }
}
