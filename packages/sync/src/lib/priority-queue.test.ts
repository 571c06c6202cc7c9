import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PriorityQueue } from './priority-queue.ts';

function drain<T>(queue: PriorityQueue<T>): T[] {
  const items: T[] = [];
  while (!queue.empty()) items.push(queue.getNowait());
  return items;
}

function filled<T>(items: readonly T[], compare?: (a: T, b: T) => number): PriorityQueue<T> {
  const queue = new PriorityQueue<T>(0, compare);
  for (const item of items) queue.putNowait(item);
  return queue;
}

describe('PriorityQueue', () => {
  it('gives the smallest first', () => {
    expect(drain(filled([10, 9, 33, -1, 9]))).toEqual([-1, 9, 9, 10, 33]);
    expect(drain(filled(['b', 'a', 'B']))).toEqual(['B', 'a', 'b']);
    expect(drain(filled([3n, 1n, 2n]))).toEqual([1n, 2n, 3n]);
    expect(drain(filled([new Date(2), new Date(1)]))).toEqual([new Date(1), new Date(2)]);
    expect(drain(filled([true, false]))).toEqual([false, true]);
  });

  it('orders pairs by number, then by text; numbers as numbers (QUE-11)', () => {
    const pairs: [number, string][] = [
      [10, 'b'],
      [1, 'medium-priority item'],
      [9, 'z'],
      [10, 'a'],
      [0, 'high-priority item'],
    ];
    expect(drain(filled(pairs))).toEqual([pairs[4], pairs[1], pairs[2], pairs[3], pairs[0]]);
  });

  it('puts a list before those that begin with it', () => {
    expect(drain(filled([[1, 2], [1], [0, 5], []]))).toEqual([[], [0, 5], [1], [1, 2]]);
  });

  it('looks no further in a list than the first difference', () => {
    const first: [number, number, object] = [1, 1, { any: 'thing' }];
    const second: [number, number, object] = [1, 2, { any: 'other thing' }];
    expect(drain(filled([second, first]))).toEqual([first, second]);
  });

  it('has putters wait as in any queue: they are stored before they count (QUE-11)', async () => {
    const queue = new PriorityQueue<number>(1);
    queue.putNowait(5);
    const putters = [queue.put(7), queue.put(1)];
    expect(queue.getNowait()).toBe(5); // 1 is smaller, but not in yet; 7 came in
    expect(putters.map((putter) => putter.done())).toEqual([true, false]);
    expect(queue.getNowait()).toBe(1); // now it is in, next to 7
    await Promise.all(putters);
    expect(queue.getNowait()).toBe(7);
  });

  it('takes a compare function', () => {
    const longest = (a: string, b: string): number => b.length - a.length;
    expect(drain(filled(['a', 'ccc', 'bb'], longest))).toEqual(['ccc', 'bb', 'a']);
  });

  it('gives equal items in the order in which they came, whatever else comes and goes', () => {
    const job = fc.record({ priority: fc.nat(3), get: fc.boolean() });
    fc.assert(
      fc.property(fc.array(job, { maxLength: 100 }), (jobs) => {
        const byPriority = (a: { priority: number }, b: { priority: number }): number =>
          a.priority - b.priority;
        const queue = new PriorityQueue<(typeof jobs)[number]>(0, byPriority);
        const model: typeof jobs = [];
        for (const one of jobs) {
          queue.putNowait(one);
          model.push(one);
          model.sort(byPriority); // which is stable
          if (one.get) expect(queue.getNowait()).toBe(model.shift());
        }
        expect(drain(queue)).toEqual(model);
      }),
    );
  });

  it.each([
    ['an object', {}],
    ['NaN', NaN],
    ['undefined', undefined],
    ['a symbol', Symbol('x')],
  ])('refuses %s, even as the first one', async (_, item) => {
    const queue = new PriorityQueue<unknown>();
    expect(() => {
      queue.putNowait(item);
    }).toThrow(/there is no order between .* give the queue a compare function/);
    await expect(queue.put(item)).rejects.toThrow(TypeError);
    expect(queue.empty()).toBe(true);
  });

  it('refuses what cannot be compared with the others, and is as it was', () => {
    const items = [5, 3, 8, 1, 9, 2, 7];
    const queue = filled<unknown>(items);
    for (const misfit of ['text', 1n, [1], null]) {
      expect(() => {
        queue.putNowait(misfit);
      }).toThrow(TypeError);
    }
    expect(drain(queue)).toEqual([1, 2, 3, 5, 7, 8, 9]);
  });

  it('is as it was when the compare function throws, at a put or a get', () => {
    const draw = fc.tuple(fc.array(fc.nat(20), { minLength: 2, maxLength: 30 }), fc.nat(6));
    fc.assert(
      fc.property(draw, ([items, fuseLength]) => {
        let fuse = Infinity;
        const queue = new PriorityQueue<number>(0, (a, b) => {
          if (fuse-- <= 0) throw new Error('burnt');
          return a - b;
        });
        for (const item of items) queue.putNowait(item);
        fuse = fuseLength;
        const added: number[] = [];
        const taken: number[] = [];
        try {
          queue.putNowait(4);
          added.push(4);
          taken.push(queue.getNowait());
        } catch (error) {
          expect(error).toEqual(new Error('burnt'));
        }
        fuse = Infinity;
        const all = [...items, ...added].sort((a, b) => a - b);
        expect([...taken, ...drain(queue)]).toEqual(all);
      }),
    );
  });

  it('shows its items, the next one first (QUE-9)', () => {
    expect(String(filled([3, 1]))).toBe('<PriorityQueue maxsize=0 queue=[1, 3] tasks=2>');
  });
});
