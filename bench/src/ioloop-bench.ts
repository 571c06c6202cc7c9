// `pnpm bench ioloop`: the loop's callbacks and timers, against Node.js's own.
import { fileURLToPath } from 'node:url';
import { microBench, type MicroBenchOptions } from './micro-bench.ts';
import { versionOf } from './version-of.ts';

/** Measures and prints. */
export async function ioloopBench(options: MicroBenchOptions): Promise<void> {
  const node = process.versions.node;
  await microBench(
    {
      title: 'the loop',
      worker: fileURLToPath(new URL('./ioloop/worker.js', import.meta.url)),
      systems: [
        { id: 'typhoon', name: 'IOLoop', version: versionOf('@typhoon/ioloop') },
        { id: 'immediate', name: 'setImmediate', version: node },
        { id: 'microtask', name: 'queueMicrotask', version: node },
        { id: 'timeout', name: 'setTimeout', version: node },
        { id: 'rearmed', name: 'callLater, set again each time', version: '' },
      ],
      cases: [
        {
          name: 'callbacks',
          does: 'add 1,000 callbacks at once, each run in the next turn',
          unit: 'CPU ns',
          systems: ['typhoon', 'immediate', 'microtask'],
        },
        {
          name: 'turns',
          does: 'a callback that adds the next one',
          unit: 'CPU ns',
          systems: ['typhoon', 'immediate', 'microtask'],
        },
        {
          name: 'cancelled',
          does: 'set a timeout and cancel it',
          unit: 'CPU ns',
          systems: ['typhoon', 'timeout'],
        },
        {
          name: 'fired',
          does: 'set 1,000 timeouts of 1 ms, each called',
          unit: 'CPU ns',
          systems: ['typhoon', 'timeout'],
        },
        {
          name: 'memory',
          does: 'heap that is left of a million timeouts, set and cancelled',
          unit: 'KiB in all',
          systems: ['typhoon', 'timeout'],
        },
        {
          name: 'drift',
          does: 'every 100 ms for a virtual minute, each call taking 3 ms: the last call behind its slot',
          unit: 'ms',
          systems: ['typhoon', 'rearmed'],
        },
      ],
    },
    options,
  );
}
