// Random reads against random splits of random bytes give what a simple model gives, also when reads are cancelled.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memoryStreamPair } from './testing/memory-stream-pair.ts';
import type { IOStream } from './io-stream.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Step =
  | { readonly kind: 'until'; readonly delimiter: string }
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'bytes' | 'into' | 'cancel' | 'cancelInto'; readonly count: number };

const letters = fc.constantFrom('a', 'b', '\n');

const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc
      .string({ unit: letters, minLength: 1, maxLength: 3 })
      .map((delimiter) => ({ kind: 'until', delimiter })),
    fc.constantFrom('a+b', '\\n', 'b\\n?a').map((source) => ({ kind: 'regex', source })),
    fc.record({
      kind: fc.constantFrom('bytes', 'into', 'cancel', 'cancelInto'),
      count: fc.nat(12),
    }),
  ),
  { maxLength: 20 },
);

/** What the read takes of all that is to come; null when that is not enough. */
function model(step: Step, rest: string): string | null {
  if (step.kind === 'until') {
    const at = rest.indexOf(step.delimiter);
    return at < 0 ? null : rest.slice(0, at + step.delimiter.length);
  }
  if (step.kind === 'regex') {
    // A match that more bytes could make longer depends on the pieces; these patterns have none that matters.
    const match = new RegExp(step.source).exec(rest);
    return match === null ? null : rest.slice(0, match.index + match[0].length);
  }
  if (step.kind === 'cancel' || step.kind === 'cancelInto') return '';
  return rest.length < step.count ? null : rest.slice(0, step.count);
}

async function perform(stream: IOStream, step: Step): Promise<string> {
  switch (step.kind) {
    case 'until':
      return (await stream.readUntil(step.delimiter)).toString();
    case 'regex':
      return (await stream.readUntilRegex(step.source)).toString();
    case 'bytes':
      return (await stream.readBytes(step.count)).toString();
    case 'into': {
      const target = Buffer.alloc(step.count);
      expect(await stream.readInto(target)).toBe(step.count);
      return target.toString();
    }
    case 'cancel':
    case 'cancelInto': {
      const never = 1 << 20;
      const reading =
        step.kind === 'cancel' ? stream.readBytes(never) : stream.readInto(Buffer.alloc(never));
      for (let turns = step.count % 4; turns > 0; turns--) await turn();
      expect(reading.cancel()).toBe(true);
      return '';
    }
  }
}

it('reads what the model reads, however the bytes are cut and whatever is cancelled', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: letters, maxLength: 80 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 7 }),
      steps,
      async (sent, sizes, pieceBytes, todo) => {
        const [near, far] = memoryStreamPair({ pieceBytes, readChunkSize: 8 });
        const writing = (async () => {
          let at = 0;
          for (const size of sizes) {
            void far.write(sent.slice(at, at + size));
            at += size;
            await turn();
          }
          void far.write(sent.slice(at));
        })();
        let rest = sent;
        for (const step of todo) {
          const expected = model(step, rest);
          if (expected === null) continue;
          expect(await perform(near, step)).toBe(expected);
          rest = rest.slice(expected.length);
        }
        await writing;
        far.close();
        expect((await near.readUntilClose()).toString()).toBe(rest);
      },
    ),
    { numRuns: 200 },
  );
});
