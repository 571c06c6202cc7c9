import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadyQueue } from './ready-queue.ts';

describe('ReadyQueue', () => {
  it('calls the oldest first, each with its argument', () => {
    const queue = new ReadyQueue();
    const seen: number[] = [];
    for (const n of [1, 2, 3]) queue.push((argument: number) => seen.push(argument), n);
    while (queue.length > 0) queue.runNext();
    expect(seen).toEqual([1, 2, 3]);
  });

  it('has taken the entry out when its callback throws', () => {
    const queue = new ReadyQueue();
    queue.push(() => {
      throw new Error('no');
    }, null);
    expect(() => {
      queue.runNext();
    }).toThrow('no');
    expect(queue.length).toBe(0);
  });

  it('is empty after clear', () => {
    const queue = new ReadyQueue();
    queue.push(() => undefined, null);
    queue.clear();
    expect(queue.length).toBe(0);
  });

  it('behaves as an array does, whatever is pushed, run, and taken over', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), count: fc.integer({ min: 1, max: 200 }) }),
      fc.record({ kind: fc.constant('run' as const), count: fc.integer({ min: 1, max: 200 }) }),
      fc.record({ kind: fc.constant('take' as const), count: fc.integer({ min: 0, max: 200 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const queue = new ReadyQueue();
        const other = new ReadyQueue();
        const expected: number[] = [];
        const seen: number[] = [];
        let next = 0;
        const pushTo = (target: ReadyQueue): void => {
          expected.push(next);
          target.push((n: number) => seen.push(n), next++);
        };
        const run = (): void => {
          queue.runNext();
        };
        for (const { kind, count } of steps) {
          const times = kind === 'run' ? Math.min(count, queue.length) : count;
          for (let n = 0; n < times; n++) {
            if (kind === 'run') run();
            else pushTo(kind === 'push' ? queue : other);
          }
          queue.takeAll(other);
          expect(other.length).toBe(0);
          expect(queue.length).toBe(expected.length - seen.length);
        }
        while (queue.length > 0) run();
        expect(seen).toEqual(expected);
      }),
    );
  });
});
