import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { countOf } from './fork-processes.ts';

it.each([
  [null, availableParallelism()],
  [0, availableParallelism()],
  [-1, availableParallelism()],
  [3, 3],
])('takes %j for %d processes (PRC-1)', (numProcesses, count) => {
  expect(countOf(numProcesses)).toBe(count);
});
