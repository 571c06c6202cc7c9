// A queue between those who put and those who get. Owns: who waits on either side, what is handed to whom, the count of
// unfinished tasks. Must not know: in which order items are kept; subclasses do.
// HOT: `vitest bench` in packages/sync
//
// Who puts hands the item to the getter who has waited longest, and who gets makes room for the putter who has waited
// longest, in that very call. So getters wait only while the queue is empty, putters only while it is full, and who gives
// up had been promised nothing: no item is lost, and nobody else has to be woken.
import { Future } from '@typhoon/concurrent';
import { repr } from '@typhoon/log';
import { Deque } from './deque.ts';
import { Event } from './event.ts';
import { QueueEmpty, QueueFull, SyncError } from './sync-error.ts';
import { inspectAsText } from './text-form.ts';
import { Waiter, WaiterList } from './waiter-list.ts';
import type { Timeout } from '@typhoon/ioloop';

/** How many items the text form shows. */
const SHOWN = 100;

const DONE: Future<void> = Future.resolved(undefined);

class Putter<T> extends Waiter<void> {
  readonly item: T;

  constructor(item: T) {
    super();
    this.item = item;
  }
}

/**
 * First in, first out. With a `maxsize` who puts into a full queue waits until there is room.
 *
 * A subclass that keeps its items in another way overrides `store` and `take`, and `items` to have them shown.
 */
export class Queue<T> implements AsyncIterable<T> {
  /** How many items it holds; 0 is any number. */
  readonly maxsize: number;
  readonly #items = new Deque<T>();
  readonly #getters = new WaiterList<Waiter<T>>();
  readonly #putters = new WaiterList<Putter<T>>();
  readonly #finished = new Event();
  #size = 0;
  #unfinished = 0;
  #isReady = false;

  /**
   * @param maxsize How many items it holds: it is full when it has that many or more. Default 0: any number.
   * @throws TypeError when that is no number, RangeError when it is negative (QUE-1).
   */
  constructor(maxsize = 0) {
    if (typeof maxsize !== 'number' || Number.isNaN(maxsize)) {
      throw new TypeError(`maxsize must be a number, not ${repr(maxsize)}`);
    }
    if (maxsize < 0) throw new RangeError(`maxsize must not be negative, got ${maxsize}`);
    this.maxsize = maxsize;
    this.#finished.set();
  }

  /** How many items there are. */
  qsize(): number {
    return this.#size;
  }

  /** Whether there is nothing to get. */
  empty(): boolean {
    return this.qsize() === 0;
  }

  /** Whether there is no room. */
  full(): boolean {
    return this.maxsize !== 0 && this.qsize() >= this.maxsize;
  }

  /**
   * Puts `item` in; waits while there is no room. Fails with TimeoutError `ERR_TIMEOUT` when `timeout` (milliseconds, or an
   * instant `{ at }`) is over first; cancelling the future takes the item back (QUE-12).
   * @throws LoopError `ERR_BAD_DEADLINE` when it has to wait
   */
  put(item: T, timeout?: Timeout): Future<void> {
    if (!this.full()) {
      try {
        this.#accept(item);
      } catch (error) {
        return Future.rejected(error);
      }
      return DONE;
    }
    const putter = new Putter(item);
    this.#putters.add(putter, timeout);
    return putter.future;
  }

  /** Puts `item` in at once. @throws QueueFull `ERR_QUEUE_FULL` when there is no room. */
  putNowait(item: T): void {
    if (this.full()) throw new QueueFull();
    this.#accept(item);
  }

  /**
   * Takes an item out; waits while there is none. Fails with TimeoutError `ERR_TIMEOUT` when `timeout` (milliseconds, or an
   * instant `{ at }`) is over first. Cancelling the future gives up the place; `cancel()` answers false when the item had
   * been handed over already, and then it is the future's result.
   * @throws LoopError `ERR_BAD_DEADLINE` when it has to wait
   */
  get(timeout?: Timeout): Future<T> {
    if (!this.empty()) {
      try {
        return Future.resolved(this.#take());
      } catch (error) {
        return Future.rejected(error);
      }
    }
    const getter = new Waiter<T>();
    this.#getters.add(getter, timeout);
    return getter.future;
  }

  /** Takes an item out at once. @throws QueueEmpty `ERR_QUEUE_EMPTY` when there is none. */
  getNowait(): T {
    if (this.empty()) throw new QueueEmpty();
    return this.#take();
  }

  /**
   * Says that what was got is done with; `join` waits until that was said of every item.
   * @throws SyncError `ERR_TASK_DONE_TOO_OFTEN` when it was said of every item already (QUE-5).
   */
  taskDone(): void {
    if (this.#unfinished <= 0) {
      throw new SyncError('ERR_TASK_DONE_TOO_OFTEN', 'taskDone() called too many times');
    }
    if (--this.#unfinished === 0) this.#finished.set();
  }

  /**
   * Waits until every item that was put is done with (QUE-6). Fails with TimeoutError `ERR_TIMEOUT` when `timeout`
   * (milliseconds, or an instant `{ at }`) is over first.
   * @throws LoopError `ERR_BAD_DEADLINE` when it has to wait
   */
  join(timeout?: Timeout): Future<void> {
    return this.#finished.wait(timeout);
  }

  /** Gets one item after the other; it never ends by itself (QUE-7). */
  [Symbol.asyncIterator](): AsyncIterator<T, never, undefined> {
    return { next: () => this.get().then((value) => ({ done: false, value })) };
  }

  /** `<Queue maxsize=2 queue=[1, 2] putters[1] tasks=2>`: what is zero is left out (QUE-9). */
  toString(): string {
    let text = `<${this.constructor.name} maxsize=${this.maxsize}`;
    if (!this.empty()) text += ` queue=${this.#showItems()}`;
    if (this.#getters.length > 0) text += ` getters[${this.#getters.length}]`;
    if (this.#putters.length > 0) text += ` putters[${this.#putters.length}]`;
    if (this.#unfinished > 0) text += ` tasks=${this.#unfinished}`;
    return `${text}>`;
  }

  static {
    inspectAsText(this.prototype);
  }

  /**
   * For subclasses: called once, before the first item is stored; not from the constructor, where a subclass has no fields
   * yet.
   */
  protected init(): void {
    // This class's own items need nothing.
  }

  /** For subclasses: keeps `item`. */
  protected store(item: T): void {
    this.#items.push(item);
  }

  /** For subclasses: takes out the item whose turn it is. It is called only when there is one. */
  protected take(): T {
    return this.#items.shift();
  }

  /** For subclasses: what is in here, to be shown. */
  protected items(): Iterable<T> {
    return this.#items;
  }

  #accept(item: T): void {
    this.#store(item);
    if (this.#getters.length === 0 || this.empty()) return;
    const getter = this.#getters.shift();
    try {
      getter?.future.setResult(this.#takeStored());
    } catch (error) {
      getter?.future.setException(error);
    }
  }

  /** The oldest putter's item comes in before one is taken out, so that nobody overtakes it (QUE-3). */
  #take(): T {
    this.#admit();
    const item = this.#takeStored();
    // More room than that there is only if `store` threw, or left the item out.
    while (this.#putters.length > 0 && !this.full()) this.#admit();
    return item;
  }

  #admit(): void {
    const putter = this.#putters.shift();
    if (putter === null) return;
    try {
      this.#store(putter.item);
    } catch (error) {
      putter.future.setException(error);
      return;
    }
    putter.future.setResult();
  }

  #store(item: T): void {
    if (!this.#isReady) {
      this.#isReady = true;
      this.init();
    }
    const before = this.qsize();
    this.store(item);
    this.#size++;
    if (this.qsize() <= before) return; // a subclass with a `qsize` of its own left it out
    this.#unfinished++;
    this.#finished.clear();
  }

  #takeStored(): T {
    const item = this.take();
    this.#size--;
    return item;
  }

  #showItems(): string {
    const shown: string[] = [];
    for (const item of this.items()) {
      if (shown.length === SHOWN) {
        shown.push('...');
        break;
      }
      shown.push(repr(item));
    }
    return `[${shown.join(', ')}]`;
  }
}
