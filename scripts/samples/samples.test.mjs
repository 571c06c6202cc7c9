// Every program in the Markdown compiles and runs to its end. Build first: samples use dist, as a user would.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileSamples } from './compile.mjs';
import { extractSamples, markdownFiles } from './extract.mjs';

const LIMIT_MS = 20_000;
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const files = markdownFiles(root);
const samples = compileSamples(
  root,
  files.flatMap((file) => extractSamples(root, file)),
);

/** What a program says and how it ends, in an empty folder of its own. */
function execute(program) {
  const cwd = mkdtempSync(join(tmpdir(), 'sample-'));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', program], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    const timer = setTimeout(() => {
      output += `\nnot done after ${LIMIT_MS} ms`;
      child.kill('SIGKILL');
    }, LIMIT_MS);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ ended: code ?? signal, output });
    });
  }).finally(() => rmSync(cwd, { recursive: true }));
}

describe.concurrent('samples', () => {
  for (const { file, line, errors, program } of samples) {
    it(`${file}:${line} compiles and runs to its end`, { timeout: LIMIT_MS + 5_000 }, async () => {
      expect(errors.join('\n')).toBe('');
      const { ended, output } = await execute(program);
      expect(ended, output).toBe(0);
    });
  }
});

describe('README of each package', () => {
  for (const name of readdirSync(join(root, 'packages'))) {
    it(`${name} shows a program that runs in its first 25 lines`, () => {
      const first = samples.find(({ file }) => file === `packages/${name}/README.md`);
      expect(first?.line ?? Infinity).toBeLessThanOrEqual(25);
    });
  }
});
