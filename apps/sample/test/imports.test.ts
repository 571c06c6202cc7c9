// Importing a package does nothing: no timer, thread, socket or output (SUP-2). Build first.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../../../packages', import.meta.url));

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

/** The built files of each entry of each package. */
const entries = readdirSync(packages).flatMap((name) => {
  const folder = join(packages, name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  return Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'object' ? [join(folder, entry.default)] : [],
  );
});

/** Of what keeps a process busy, all but what loading the files takes itself. */
const PROGRAM = `
const listeners = () =>
  Object.fromEntries(process.eventNames().map((name) => [name, process.listenerCount(name)]));
const before = listeners();
for (const file of process.argv.slice(1)) await import(file);
const left = process.getActiveResourcesInfo();
const isOurs = (kind) => /Timeout|Immediate|TCP|UDP|TTY|Worker|MessagePort|Signal|FSEvent|Process/.test(kind);
console.log(JSON.stringify({ left: left.filter(isOurs), listens: [before, listeners()] }));
`;

it('importing every package starts nothing, listens to nothing and prints nothing (SUP-2)', () => {
  const output = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM, ...entries],
    { encoding: 'utf8', timeout: 30_000 },
  );
  expect(entries.length).toBeGreaterThan(20);
  const { left, listens } = JSON.parse(output) as { left: string[]; listens: object[] };
  expect(left).toEqual([]);
  expect(listens[1]).toEqual(listens[0]);
}, 40_000);
