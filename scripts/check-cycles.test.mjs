import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCycles, importGraph } from './check-cycles.mjs';

const ours = join(dirname(fileURLToPath(import.meta.url)), '..');

describe('check-cycles', () => {
  let root;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cycles-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (file, text) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const cycles = () =>
    findCycles(importGraph(root)).map((cycle) => cycle.map((f) => relative(root, f)));
  const manifest = (name) =>
    JSON.stringify({ name, exports: { '.': { '@typhoon/source': './src/index.ts' } } });

  it('passes what has no cycle', () => {
    write('packages/a/src/one.ts', "import { b } from './two.ts';\nimport './three.ts';");
    write('packages/a/src/two.ts', "import './three.ts';");
    write('packages/a/src/three.ts', "import 'node:net';");
    expect(cycles()).toEqual([]);
  });

  it.each([
    ['import', "import { a } from './one.ts';"],
    ['type-only import', "import type { A } from './one.ts';"],
    ['re-export', "export * from './one.ts';"],
    ['dynamic import', "const a = await import('./one.ts');"],
    ['inline type', "type A = import('./one.ts').A;"],
  ])('finds a cycle closed by an %s', (_, code) => {
    write('packages/a/src/one.ts', "import { b } from './lib/../two.ts';");
    write('packages/a/src/two.ts', code);
    expect(cycles()).toEqual([
      ['packages/a/src/one.ts', 'packages/a/src/two.ts', 'packages/a/src/one.ts'],
    ]);
  });

  it('finds a cycle between packages, through their names', () => {
    write('packages/a/package.json', manifest('@typhoon/a'));
    write('packages/b/package.json', manifest('@typhoon/b'));
    write('packages/a/src/index.ts', "export type { B } from '@typhoon/b';");
    write('packages/b/src/index.ts', "import type { A } from '@typhoon/a';");
    expect(cycles()).toHaveLength(1);
  });

  it('sees this workspace', () => {
    const graph = importGraph(ours);
    const imports = graph.get(join(ours, 'packages/concurrent/src/index.ts'));
    expect(imports).toContain(join(ours, 'packages/concurrent/src/lib/future.ts'));
  });
});
