// `pnpm bench template`: our templates and others'.
import { fileURLToPath } from 'node:url';
import { microBench, type MicroBenchOptions } from './micro-bench.ts';
import { CASES } from './template/cases.ts';
import { versionOf } from './version-of.ts';

/** Measures and prints; the bar is to be first, or within 1.1 of the first. */
export async function templateBench(options: MicroBenchOptions): Promise<void> {
  await microBench(
    {
      title: 'templates',
      worker: fileURLToPath(new URL('./template/worker.js', import.meta.url)),
      systems: [
        { id: 'typhoon', name: 'typhoon', version: versionOf('@typhoon/template') },
        { id: 'eta', name: 'Eta', version: versionOf('eta') },
        { id: 'ejs', name: 'EJS', version: versionOf('ejs') },
        { id: 'handlebars', name: 'Handlebars', version: versionOf('handlebars') },
        { id: 'pug', name: 'Pug', version: versionOf('pug') },
      ],
      cases: CASES.map(({ name, does }) => ({
        name,
        does,
        unit: 'CPU µs',
        target: { most: 1.1 },
      })),
    },
    options,
  );
}
