// How many CPUs there are for this process.
import { availableParallelism } from 'node:os';
import { genLog } from '@typhoon/log';

/** The number of CPUs that this process may use; 1, with an error in the log, where that cannot be found out (PRC-13). */
export function cpuCount(detect: () => number = availableParallelism): number {
  try {
    const count = detect();
    if (Number.isInteger(count) && count > 0) return count;
  } catch {
    // said below
  }
  genLog.error('Could not detect number of processors; assuming 1');
  return 1;
}
