// The suite that every pair of streams passes, whatever lies between them. Must not know: pollers, any test framework.
import { testClosing } from './stream-suite/closing.suite.ts';
import { testReading } from './stream-suite/reading.suite.ts';
import { testWriting } from './stream-suite/writing.suite.ts';
import type { TestFramework } from '@typhoon/ioloop/testing';
import type { CreateStreamPair } from './stream-suite/rig.ts';

export type { CreateStreamPair } from './stream-suite/rig.ts';

/**
 * Declares the tests of what a stream does over a connection, with the `describe` and `it` of vitest, node:test or another
 * framework of that kind.
 *
 * ```ts no-run
 * testStream('memory', (options) => memoryStreamPair(options), { describe, it })
 * ```
 *
 * @param createPair Makes two connected streams on the current loop; the options are for the first one.
 */
export function testStream(
  name: string,
  createPair: CreateStreamPair,
  { describe, it }: TestFramework,
): void {
  describe(`${name} streams`, () => {
    describe('reading', () => {
      testReading(createPair, it);
    });
    describe('writing', () => {
      testWriting(createPair, it);
    });
    describe('closing', () => {
      testClosing(createPair, it);
    });
  });
}
