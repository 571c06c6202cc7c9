// How the suite's files declare their tests, without knowing the test framework.
import { Rig } from './rig.ts';
import type { CreatePoller } from './rig.ts';

/** What vitest, node:test, jest and mocha call `it`. */
export interface TestFunction {
  (name: string, body: () => Promise<void>): unknown;
  readonly skip: (name: string, body: () => Promise<void>) => unknown;
}

/** What the suite asks of a test framework: vitest, node:test, jest, mocha. */
export interface TestFramework {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: TestFunction;
}

/** Declares one test; `cannot` is why it is skipped. */
export type Check = (
  title: string,
  body: (rig: Rig) => Promise<void>,
  cannot?: string | null,
) => void;

/** Makes `check`: every test has a rig of its own, whose accounts are settled at its end. */
export function makeCheck(create: CreatePoller, it: TestFunction): Check {
  return (title, body, cannot = null) => {
    const run = async (): Promise<void> => {
      const rig = new Rig(create);
      try {
        await body(rig);
      } catch (error) {
        rig.loop.close();
        throw error;
      }
      await rig.settleAccounts();
    };
    if (cannot === null) it(title, run);
    else it.skip(`${title} [skipped: ${cannot}]`, run);
  };
}
