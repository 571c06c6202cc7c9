import { statSync, utimesSync } from 'node:fs';
import { expect, it } from 'vitest';

import { Folder } from '../../test/folder.ts';
import { FolderHints } from './folder-hints.ts';

it('tells of changes in the folders of files, and minds no folder that is not there', async () => {
  const folder = new Folder();
  const file = folder.write('a', '');
  const times: number[] = [];
  let hinted: () => void = () => undefined;
  const hint = new Promise<void>((resolve) => (hinted = resolve));
  const hints = new FolderHints(() => {
    times.push(statSync(file).mtimeMs);
    hinted();
  });
  hints.follow(['/not/there/a', file, file]);
  folder.write('b', ''); // of no interest
  utimesSync(file, 5, 5);
  await hint;
  hints.close();
  expect(times[0]).toBe(5000);
});
