import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteQueue } from './byte-queue.ts';

function queueOf(...pieces: readonly string[]): ByteQueue {
  const queue = new ByteQueue(65_536);
  for (const piece of pieces) append(queue, piece);
  return queue;
}

function append(queue: ByteQueue, piece: string): void {
  const bytes = Buffer.from(piece, 'latin1');
  queue.append(bytes, 0, bytes.length);
}

describe('ByteQueue', () => {
  it('gives back what came, in whatever portions', () => {
    const queue = queueOf('ab', 'cde', 'f');
    expect(queue.take(1).toString()).toBe('a');
    expect(queue.take(4).toString()).toBe('bcde');
    append(queue, 'g');
    expect(queue.take(2).toString()).toBe('fg');
    expect(queue.size).toBe(0);
  });

  it('keeps a copy of what is only lent, and gives copies away', () => {
    const queue = new ByteQueue(16);
    const lent = Buffer.from('xhellox');
    queue.append(lent, 1, 6);
    lent.fill(0);
    const taken = queue.peek(0, 5);
    taken.fill(0);
    expect(queue.take(5).toString()).toBe('hello');
  });

  it('finds what lies across a seam', () => {
    const queue = queueOf('ab\r');
    append(queue, '\ncd');
    expect(queue.indexOf(Buffer.from('\r\n'), 0)).toBe(2);
    expect(queue.indexOf(Buffer.from('\r\n'), 3)).toBe(-1);
  });

  it('puts bytes back in front', () => {
    const queue = queueOf('abcdef');
    queue.unshift(queue.take(4));
    expect(queue.take(6).toString()).toBe('abcdef');
  });

  it('behaves as one string, whatever is done with it', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 9 });
    const step = fc.oneof(
      letters.map((text) => ({ append: text })),
      fc.nat(12).map((count) => ({ take: count })),
      letters.map((text) => ({ unshift: text })),
      fc.tuple(letters, fc.nat(12)).map(([needle, offset]) => ({ needle, offset })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ByteQueue(8);
        let model = '';
        for (const one of steps) {
          if ('append' in one) {
            append(queue, one.append);
            model += one.append;
          } else if ('unshift' in one) {
            queue.unshift(Buffer.from(one.unshift));
            model = one.unshift + model;
          } else if ('take' in one) {
            const count = Math.min(one.take, model.length);
            expect(queue.take(count).toString()).toBe(model.slice(0, count));
            model = model.slice(count);
          } else if (one.offset <= model.length) {
            const found = queue.indexOf(Buffer.from(one.needle), one.offset);
            expect(found).toBe(model.indexOf(one.needle, one.offset));
          }
          expect(queue.size).toBe(model.length);
          expect(queue.peek(0, Infinity).toString()).toBe(model);
        }
      }),
    );
  });
});
