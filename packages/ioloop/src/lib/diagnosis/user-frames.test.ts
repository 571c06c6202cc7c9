import { describe, expect, it } from 'vitest';
import { userFrames } from './user-frames.ts';

describe('userFrames', () => {
  it("leaves out Node.js's frames and ours, installed or in the workspace", () => {
    const here = new URL('.', import.meta.url).pathname;
    const stack = [
      'Error: thrown',
      '    at load (/app/src/load.ts:3:9)',
      '    at Runner.advance (/app/node_modules/@typhoon/gen/dist/lib/runner.js:61:1)',
      `    at dumpTasks (${here}dump.ts:40:1)`,
      '    at Generator.next (<anonymous>)',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      `    at ${here}user-frames.test.ts:9:1`,
      '    at async main (file:///app/src/main.ts:7:3)',
    ].join('\n');
    expect(userFrames(stack)).toEqual([
      '    at load (/app/src/load.ts:3:9)',
      `    at ${here}user-frames.test.ts:9:1`,
      '    at async main (file:///app/src/main.ts:7:3)',
    ]);
  });
});
