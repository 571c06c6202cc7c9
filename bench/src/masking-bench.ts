// `pnpm bench masking`: the two loops over every byte of a WebSocket's messages, in all the ways there are.
import { fileURLToPath } from 'node:url';
import { MASKERS, SIZES, TEXTS, VALIDATORS } from './masking/cases.ts';
import { microBench, type Contestant, type MicroBenchOptions } from './micro-bench.ts';
import { versionOf } from './version-of.ts';

/** Measures and prints. */
export async function maskingBench(options: MicroBenchOptions): Promise<void> {
  const maskers = [...MASKERS.keys()];
  const validators = [...VALIDATORS.keys()];
  await microBench(
    {
      title: 'masking and UTF-8',
      worker: fileURLToPath(new URL('./masking/worker.js', import.meta.url)),
      systems: [...maskers, ...validators].map(contestant),
      cases: SIZES.flatMap((size) => [
        {
          name: `mask-${size}`,
          does: `copies ${size} bytes, masked`,
          unit: 'CPU ns',
          systems: maskers,
        },
        ...[...TEXTS.keys()].map((text) => ({
          name: `utf8-${text}-${size}`,
          does: `checks ${size} bytes of ${text} text`,
          unit: 'CPU ns',
          systems: validators,
        })),
      ]),
    },
    options,
  );
}

function contestant(id: string): Contestant {
  const isPackage = id === 'bufferutil' || id === 'utf-8-validate';
  return { id, name: id, version: isPackage ? versionOf(id) : '' };
}
