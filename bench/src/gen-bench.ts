// `pnpm bench gen`: coroutines, ours and the rivals'.
import { fileURLToPath } from 'node:url';
import { CASES } from './gen/cases.ts';
import { microBench, type MicroBenchOptions } from './micro-bench.ts';
import { versionOf } from './version-of.ts';

const NATIVE = 'async functions';

/** Measures and prints. */
export async function genBench(options: MicroBenchOptions): Promise<void> {
  await microBench(
    {
      title: 'coroutines',
      worker: fileURLToPath(new URL('./gen/worker.js', import.meta.url)),
      systems: [
        { id: 'typhoon', name: 'typhoon', version: versionOf('@typhoon/gen') },
        { id: 'native', name: NATIVE, version: process.versions.v8 },
        { id: 'co', name: 'co', version: versionOf('co') },
        { id: 'bluebird', name: 'bluebird', version: versionOf('bluebird') },
        { id: 'effection', name: 'effection', version: versionOf('effection') },
        { id: 'effect', name: 'Effect', version: versionOf('effect') },
      ],
      cases: CASES.map(({ name, does, target }) => ({
        name,
        does,
        unit: name === 'memory' ? 'bytes' : 'CPU ns',
        target:
          target === 'first of all'
            ? { most: 1 }
            : target === null
              ? undefined
              : { rival: NATIVE, most: target },
      })),
    },
    options,
  );
}
