// All packages look alike, and the tables that people read say what the machines hold.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allowedImports, LAYERS } from './layers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const names = readdirSync(join(root, 'packages'));
const manifestOf = (name) =>
  JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));

/** What is required by name while the program runs: Node.js reads it, which cannot read a source. */
const REQUIRED = ['@typhoon/epoll/native'];

describe.each(names)('manifest of %s', (name) => {
  const manifest = manifestOf(name);

  it('has what all packages share', () => {
    expect(manifest).toMatchObject({
      name: `@typhoon/${name}`,
      license: 'Apache-2.0',
      type: 'module',
      sideEffects: false,
      engines: { node: '>=20.19' },
      publishConfig: { access: 'public' },
    });
    expect(manifest.description).toBeTruthy();
    expect(manifest.scripts).not.toHaveProperty('install');
    expect(manifest.scripts).not.toHaveProperty('postinstall');
  });

  it('exports a source, its types and its code for each entry', () => {
    for (const [entry, target] of Object.entries(manifest.exports)) {
      if (entry === './package.json') continue;
      const file = entry === '.' ? 'index' : entry.slice(2);
      if (REQUIRED.includes(`@typhoon/${name}/${file}`)) {
        expect(target).toEqual({ types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` });
        continue;
      }
      expect(target).toEqual({
        '@typhoon/source': `./src/${file}.ts`,
        types: `./dist/${file}.d.ts`,
        default: `./dist/${file}.js`,
      });
      expect(existsSync(join(root, 'packages', name, target['@typhoon/source']))).toBe(true);
    }
  });

  it('depends on packages of lower layers alone', () => {
    const { dependencies = {}, devDependencies = {}, peerDependencies = {} } = manifest;
    const all = Object.entries({ ...dependencies, ...devDependencies, ...peerDependencies });
    const ours = all.filter(([other]) => other.startsWith('@typhoon/'));
    for (const [other, version] of ours) {
      expect(allowedImports(`packages/${name}`)).toContain(other.slice('@typhoon/'.length));
      expect(version).toBe('workspace:^');
    }
  });
});

describe('layer table', () => {
  it('lists every package', () => {
    expect(names.filter((name) => !(name in LAYERS))).toEqual([]);
  });

  it('is the one in the README', () => {
    const rows = readFileSync(join(root, 'README.md'), 'utf8').matchAll(
      /^\| (\d) +\| .*?@typhoon\/([\w-]+)/gm,
    );
    expect(Object.fromEntries([...rows].map(([, layer, name]) => [name, Number(layer)]))).toEqual(
      LAYERS,
    );
  });
});
