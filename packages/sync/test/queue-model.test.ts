// Queues against a model of arrays: random puts, gets, cancellations and timeouts, several in one turn, under the virtual
// clock. After each step every future has ended as the model says, so nothing is lost, doubled or out of order.
// fast-check prints the seed of a failure.
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LifoQueue, PriorityQueue, Queue } from '../src/index.ts';
import { expire, outcomeOf, withdraw, type Outcome, type Waiting } from './outcome.ts';
import type { Future } from '@typhoon/concurrent';

interface WaitingPutter extends Waiting {
  readonly item: number;
}

class QueueModel {
  readonly outcomes: Outcome[] = [];
  readonly items: number[] = [];
  readonly getters: Waiting[] = [];
  readonly putters: WaitingPutter[] = [];
  readonly #maxsize: number;
  readonly #pick: (items: number[]) => number | undefined;
  nowMs = 0;

  constructor(maxsize: number, pick: (items: number[]) => number | undefined) {
    this.#maxsize = maxsize;
    this.#pick = pick;
  }

  put(item: number, timeoutMs: number): void {
    const id = this.outcomes.push('waits') - 1;
    const deadlineMs = this.nowMs + timeoutMs;
    if (this.#maxsize > 0 && this.items.length >= this.#maxsize) {
      this.putters.push({ id, item, deadlineMs });
      return;
    }
    this.outcomes[id] = { value: undefined };
    this.items.push(item);
    const getter = this.getters.shift();
    if (getter !== undefined) this.outcomes[getter.id] = { value: this.#pick(this.items) };
  }

  get(timeoutMs: number): void {
    const id = this.outcomes.push('waits') - 1;
    if (this.items.length === 0) {
      this.getters.push({ id, deadlineMs: this.nowMs + timeoutMs });
      return;
    }
    const putter = this.putters.shift();
    if (putter !== undefined) {
      this.items.push(putter.item);
      this.outcomes[putter.id] = { value: undefined };
    }
    this.outcomes[id] = { value: this.#pick(this.items) };
  }

  cancel(id: number): boolean {
    return withdraw(this.getters, id, this.outcomes) || withdraw(this.putters, id, this.outcomes);
  }

  advance(ms: number): void {
    this.nowMs += ms;
    expire(this.getters, this.nowMs, this.outcomes);
    expire(this.putters, this.nowMs, this.outcomes);
  }
}

const timeoutMs = fc.option(fc.nat(6), { nil: Infinity });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('put' as const), item: fc.nat(9), timeoutMs }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('get' as const), timeoutMs }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), back: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat(4) }) },
);

const kinds = {
  Queue: { make: (maxsize: number) => new Queue<number>(maxsize), pick: first },
  LifoQueue: { make: (maxsize: number) => new LifoQueue<number>(maxsize), pick: last },
  PriorityQueue: { make: (maxsize: number) => new PriorityQueue<number>(maxsize), pick: least },
};

function first(items: number[]): number | undefined {
  return items.shift();
}

function last(items: number[]): number | undefined {
  return items.pop();
}

function least(items: number[]): number | undefined {
  return items.splice(items.indexOf(Math.min(...items)), 1)[0];
}

describe.each(Object.entries(kinds))('%s', (_, { make, pick }) => {
  it('ends every put and get as the model does (QUE-2, 3, 4, 12)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(3), fc.array(step, { maxLength: 80 }), async (maxsize, steps) => {
        const clock = new VirtualClock({ autoJump: false });
        const loop = new IOLoop({ clock });
        const queue = make(maxsize);
        const model = new QueueModel(maxsize, pick);
        const futures: Future<unknown>[] = [];
        for (const one of steps) {
          if (one.do === 'put') {
            futures.push(queue.put(one.item, limit(one.timeoutMs)));
            model.put(one.item, one.timeoutMs);
          } else if (one.do === 'get') {
            futures.push(queue.get(limit(one.timeoutMs)));
            model.get(one.timeoutMs);
          } else if (one.do === 'cancel') {
            const id = futures.length - 1 - one.back;
            if (id >= 0) expect(futures[id]?.cancel()).toBe(model.cancel(id));
          } else {
            await clock.advance(one.ms);
            model.advance(one.ms);
          }
          expect(futures.map(outcomeOf)).toEqual(model.outcomes);
          expect(queue.qsize()).toBe(model.items.length);
        }
        const waiting = [...model.getters, ...model.putters];
        const timed = waiting.filter(({ deadlineMs }) => deadlineMs < Infinity);
        expect(clock.pendingTimers).toBe(timed.length);
        loop.close();
      }),
      { numRuns: 300 },
    );
  });
});

function limit(timeout: number): number | undefined {
  return timeout === Infinity ? undefined : timeout;
}
