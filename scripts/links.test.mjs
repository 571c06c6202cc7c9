// Every relative link in the project's Markdown leads somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** All .md files outside of folders that are made or fetched. */
function markdownBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const isMade = ['node_modules', 'dist'].includes(entry.name) || entry.name.startsWith('.');
    if (entry.isDirectory()) return isMade ? [] : markdownBelow(path);
    return entry.name.endsWith('.md') && entry.name !== 'CHANGELOG.md' ? [path] : [];
  });
}

it.each(markdownBelow('.'))('%s links to what is there', (file) => {
  const text = readFileSync(join(root, file), 'utf8')
    .replace(/^```.*?^```/gms, '')
    .replace(/`[^`\n]*`/g, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target.split('#')[0]);
  const lost = targets.filter(
    (target) =>
      target !== '' && !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(file), target)),
  );
  expect(lost).toEqual([]);
});
