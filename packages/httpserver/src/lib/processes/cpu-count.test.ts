import { availableParallelism } from 'node:os';
import { genLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { expect, it } from 'vitest';
import { cpuCount } from './cpu-count.ts';

it('counts the CPUs for this process', () => {
  expect(cpuCount()).toBe(availableParallelism());
});

it.each([
  [
    'throws',
    (): number => {
      throw new Error('not here');
    },
  ],
  ['finds none', (): number => 0],
])('answers 1, and logs an error, when the system %s (PRC-13)', (_, detect) => {
  const log = new ExpectLog(genLog, 'Could not detect number of processors; assuming 1');
  log.run(() => {
    expect(cpuCount(detect)).toBe(1);
  });
});
