// `pnpm bench routes`: finding a route, ours and Fastify's router.
import { fileURLToPath } from 'node:url';
import { microBench, type MicroBenchOptions } from './micro-bench.ts';
import { CASES } from './routes/cases.ts';
import { versionOf } from './version-of.ts';

/** Measures and prints. */
export async function routesBench(options: MicroBenchOptions): Promise<void> {
  await microBench(
    {
      title: 'routes',
      worker: fileURLToPath(new URL('./routes/worker.js', import.meta.url)),
      systems: [
        { id: 'typhoon', name: 'typhoon', version: versionOf('@typhoon/httpserver') },
        { id: 'find-my-way', name: 'find-my-way', version: versionOf('find-my-way') },
      ],
      cases: CASES.map(({ name, does }) => ({ name, does, unit: 'CPU ns' })),
    },
    options,
  );
}
