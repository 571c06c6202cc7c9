// The four laws of the parsers, in short; `npm run fuzz -- http1` is the long run of the same.
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { laws } from './fuzz/laws.ts';

describe('of any bytes', () => {
  it.each(laws(new Map()))('$name', async (law) => {
    const tape = fc.uint8Array({ minLength: 96, maxLength: 192, size: 'max' });
    await fc.assert(
      fc.asyncProperty(tape, async (bytes) => {
        await law.check([bytes]);
      }),
      { numRuns: 1000 },
    );
  });
});
