import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

import { Folder } from '../../test/folder.ts';
import { loadedFiles } from './loaded-files.ts';

it('loaded files are modules, CommonJS and what it requires, and no others (ARL-2)', async () => {
  const folder = new Folder();
  const require = createRequire(import.meta.url);
  folder.write('not-loaded.mjs', '');
  const loaded = [
    folder.write('imported.mjs', 'export const f = () => 1;'),
    folder.write('required.cjs', 'exports.f = () => 1; require("./data.json");'),
    folder.write('data.json', '{}'),
  ];
  const kept: unknown[] = [
    await import(pathToFileURL(folder.file('imported.mjs')).href),
    require(folder.file('required.cjs')),
  ];
  expect(kept).toHaveLength(2);
  const ours = [...loadedFiles()].filter((file) => file.startsWith(folder.path));
  expect(ours.sort()).toEqual(loaded.sort());
});
