import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deque } from './deque.ts';

describe('Deque', () => {
  it('behaves like an array', () => {
    const step = fc.constantFrom('push', 'push', 'push', 'shift', 'pop');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const deque = new Deque<number>();
        const model: number[] = [];
        steps.forEach((one, i) => {
          if (one === 'push') {
            deque.push(i);
            model.push(i);
          } else if (model.length > 0) {
            expect(deque[one]()).toBe(model[one]());
          }
        });
        expect([...deque]).toEqual(model);
        expect(deque.length).toBe(model.length);
      }),
    );
  });

  it('keeps its order as it grows and shrinks around the ring', () => {
    const deque = new Deque<number>();
    let put = 0;
    let got = 0;
    for (const [pushes, shifts] of [
      [10, 7],
      [1000, 900],
      [50, 150],
      [40, 43],
    ] as const) {
      for (let i = 0; i < pushes; i++) deque.push(put++);
      for (let i = 0; i < shifts; i++) expect(deque.shift()).toBe(got++);
    }
    expect(deque.length).toBe(0);
  });
});
