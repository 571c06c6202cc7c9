import { inspect } from 'node:util';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LifoQueue } from './lifo-queue.ts';
import { Queue } from './queue.ts';
import { QueueEmpty, QueueFull, SyncError } from './sync-error.ts';

let clock: VirtualClock;
let loop: IOLoop;

beforeEach(() => {
  clock = new VirtualClock({ autoJump: false });
  loop = new IOLoop({ clock });
});

afterEach(() => {
  loop.close();
});

function fill<Q extends Queue<number>>(queue: Q, ...items: number[]): Q {
  for (const item of items) queue.putNowait(item);
  return queue;
}

describe('maxsize', () => {
  it('of 0 is any number, and the default (QUE-1)', () => {
    const queue = new Queue<number>();
    for (let i = 0; i < 1000; i++) queue.putNowait(i);
    expect([queue.maxsize, queue.qsize(), queue.full()]).toEqual([0, 1000, false]);
  });

  it('is a number that is not negative (QUE-1)', () => {
    // @ts-expect-error null is no number
    expect(() => new Queue(null)).toThrow(TypeError);
    expect(() => new Queue(NaN)).toThrow(TypeError);
    expect(() => new Queue(-1)).toThrow(new RangeError('maxsize must not be negative, got -1'));
  });

  it('may be a fraction: 1.3 holds two (QUE-1)', () => {
    const queue = fill(new Queue<number>(1.3), 1);
    expect(queue.full()).toBe(false);
    expect(fill(queue, 2).full()).toBe(true);
  });
});

describe('at once', () => {
  it('puts and gets in order, and says how many there are', () => {
    const queue = fill(new Queue<number>(), 1, 2, 3);
    expect([queue.qsize(), queue.empty()]).toEqual([3, false]);
    expect([queue.getNowait(), queue.getNowait(), queue.getNowait()]).toEqual([1, 2, 3]);
    expect([queue.qsize(), queue.empty()]).toEqual([0, true]);
  });

  it('gets nothing from an empty queue: QueueEmpty', () => {
    const queue = new Queue<number>();
    expect(() => queue.getNowait()).toThrow(QueueEmpty);
    expect(() => queue.getNowait()).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_EMPTY' }));
  });

  it('puts nothing into a full queue: QueueFull', () => {
    const queue = fill(new Queue<number>(1), 1);
    expect(() => {
      queue.putNowait(2);
    }).toThrow(QueueFull);
    expect(() => {
      queue.putNowait(2);
    }).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_FULL' }));
    expect(queue.getNowait()).toBe(1);
  });

  it('puts and gets with futures that are done (QUE-8)', () => {
    const queue = new Queue<string>(1);
    expect(queue.put('a').done()).toBe(true);
    expect(queue.get().result()).toBe('a');
    expect(queue.put('b', 0).done()).toBe(true);
    expect(queue.get(0).result()).toBe('b');
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps what looks like nothing', () => {
    const queue = new Queue<null | undefined | false>();
    for (const item of [undefined, null, false] as const) queue.putNowait(item);
    expect([queue.getNowait(), queue.getNowait(), queue.getNowait()]).toEqual([
      undefined,
      null,
      false,
    ]);
  });
});

describe('LifoQueue', () => {
  it('gives the newest first', () => {
    const queue = fill(new LifoQueue<number>(3), 1, 3, 2);
    expect([queue.getNowait(), queue.getNowait(), queue.getNowait()]).toEqual([2, 3, 1]);
  });

  it('gives a waiting putter its turn before it takes (QUE-3)', async () => {
    const queue = fill(new LifoQueue<number>(1), 1);
    const putting = queue.put(2);
    expect(queue.getNowait()).toBe(2);
    await putting;
    expect(queue.getNowait()).toBe(1);
  });
});

describe('join', () => {
  it('is over at once when there is nothing to do (QUE-6)', () => {
    expect(new Queue().join().done()).toBe(true);
  });

  it('waits until every put is done with, those handed over, too; a get does not count (QUE-6)', () => {
    const queue = new Queue<number>();
    const getting = queue.get();
    queue.putNowait(1);
    queue.putNowait(2);
    const joining = queue.join();
    expect([getting.result(), queue.getNowait(), joining.done()]).toEqual([1, 2, false]);
    queue.taskDone();
    expect(joining.done()).toBe(false);
    queue.taskDone();
    expect(joining.done()).toBe(true);
  });

  it('waits again after a further put (QUE-6)', () => {
    const queue = fill(new Queue<number>(), 1);
    queue.taskDone();
    expect(queue.join().done()).toBe(true);
    fill(queue, 2);
    expect(queue.join().done()).toBe(false);
  });

  it('is not over while a putter waits whose item was not in yet', () => {
    const queue = fill(new Queue<number>(1), 1);
    const putting = queue.put(2);
    queue.getNowait();
    queue.taskDone();
    expect([putting.done(), queue.join().done()]).toEqual([true, false]);
  });

  it('fails with TimeoutError when the time is over (QUE-4)', async () => {
    const queue = fill(new Queue<number>(), 1);
    const joining = queue.join(10);
    await clock.advance(10);
    await expect(joining).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it('does not take more done tasks than there were puts (QUE-5)', () => {
    const queue = fill(new Queue<number>(), 1);
    queue.taskDone();
    const done = (): void => {
      queue.taskDone();
    };
    expect(done).toThrow(SyncError);
    const message = 'taskDone() called too many times';
    expect(done).toThrow(expect.objectContaining({ code: 'ERR_TASK_DONE_TOO_OFTEN', message }));
  });
});

describe('for await', () => {
  it('gets one item after the other and never ends by itself (QUE-7)', async () => {
    const queue = new Queue<number>(1);
    const seen: number[] = [];
    let isOver = false;
    void (async () => {
      for await (const item of queue) {
        seen.push(item);
        if (item === 5) break;
      }
      isOver = true;
    })();
    for (let i = 0; i < 5; i++) await queue.put(i);
    await clock.advance(1_000_000);
    expect([seen, isOver]).toEqual([[0, 1, 2, 3, 4], false]);
    await queue.put(5);
    await queue.put(6);
    await clock.advance(0);
    expect([isOver, queue.getNowait()]).toEqual([true, 6]); // break takes nothing along
  });
});

describe('the text form', () => {
  it('has what there is: items, getters, putters, tasks (QUE-9)', () => {
    const queue = new Queue<unknown>(2);
    expect(String(queue)).toBe('<Queue maxsize=2>');
    void queue.get();
    expect(String(queue)).toBe('<Queue maxsize=2 getters[1]>');
    for (const item of [0, 1, 'two', 3]) void queue.put(item);
    expect(String(queue)).toBe("<Queue maxsize=2 queue=[1, 'two'] putters[1] tasks=3>");
    expect(String(new LifoQueue())).toBe('<LifoQueue maxsize=0>');
  });

  it('is what inspecting shows, too, for there are no addresses (QUE-9)', () => {
    expect(inspect({ queue: fill(new Queue<number>(), 1) })).toBe(
      '{ queue: <Queue maxsize=0 queue=[1] tasks=1> }',
    );
  });

  it('stays short when the queue is long', () => {
    const queue = fill(new Queue<number>(), ...Array.from({ length: 1000 }, () => 7));
    expect(String(queue)).toMatch(/^<Queue maxsize=0 queue=\[(7, ){100}\.\.\.\] tasks=1000>$/);
  });
});

describe('a subclass', () => {
  it('may keep its items in another way', async () => {
    class Shouting extends Queue<string> {
      #kept: string[] | undefined;

      protected override init(): void {
        this.#kept = [];
      }

      protected override store(item: string): void {
        this.#kept?.push(item.toUpperCase());
      }

      protected override take(): string {
        return this.#kept?.shift() ?? '';
      }

      protected override items(): Iterable<string> {
        return this.#kept ?? [];
      }
    }
    const queue = new Shouting();
    const getting = queue.get();
    queue.putNowait('a');
    queue.putNowait('b');
    expect(String(queue)).toBe("<Shouting maxsize=0 queue=['B'] tasks=2>");
    expect([await getting, queue.getNowait(), queue.empty()]).toEqual(['A', 'B', true]);
  });

  it('may leave items out, if it counts them itself: nobody waits for those', async () => {
    class UniqueQueue extends Queue<number> {
      readonly #set = new Set<number>();

      override qsize(): number {
        return this.#set.size;
      }

      protected override store(item: number): void {
        if (item !== 0) this.#set.add(item);
      }

      protected override take(): number {
        const [first = 0] = this.#set;
        this.#set.delete(first);
        return first;
      }
    }
    const queue = new UniqueQueue(1);
    const getting = queue.get();
    await queue.put(0);
    expect(getting.done()).toBe(false);
    await queue.put(1);
    expect(await getting).toBe(1);
    await queue.put(2);
    const putting = [queue.put(2), queue.put(3), queue.put(4)];
    expect(queue.getNowait()).toBe(2);
    expect(putting.map((future) => future.done())).toEqual([true, true, false]);
    expect([queue.getNowait(), queue.getNowait()]).toEqual([3, 4]);
    for (let i = 0; i < 4; i++) queue.taskDone();
    expect(queue.join().done()).toBe(true);
  });
});
