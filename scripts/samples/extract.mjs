// Finds the programs in the project's Markdown. Owns: which blocks are programs, and which files are read.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The Markdown files whose samples are run: the root's README, each package's README, all of docs/. */
export function markdownFiles(root) {
  const readmes = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`);
  const pages = existsSync(join(root, 'docs'))
    ? readdirSync(join(root, 'docs'), { recursive: true }).map((name) => `docs/${name}`)
    : [];
  return ['README.md', ...readmes, ...pages.filter((name) => name.endsWith('.md'))].filter((file) =>
    existsSync(join(root, file)),
  );
}

/** Each block that opens with ```ts and is not marked `no-run`: where it is, and its text. */
export function extractSamples(root, file) {
  const samples = [];
  let open = null;
  for (const [index, text] of readFileSync(join(root, file), 'utf8').split('\n').entries()) {
    if (open === null) {
      const fence = /^```(\S*)\s*(.*)$/.exec(text);
      if (fence)
        open = {
          isSample: fence[1] === 'ts' && !/\bno-run\b/.test(fence[2]),
          line: index + 1,
          code: [],
        };
    } else if (/^```\s*$/.test(text)) {
      if (open.isSample) samples.push({ file, line: open.line, code: open.code.join('\n') + '\n' });
      open = null;
    } else {
      open.code.push(text);
    }
  }
  if (open !== null) throw new Error(`${file}:${open.line}: this block is never closed`);
  return samples;
}
