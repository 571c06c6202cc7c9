// Whole processes: when they end, and that a bundled and minified pool still works.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, defaultServerConditions } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'executor-'));

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: {
      noExternal: true,
      resolve: { conditions: ['@typhoon/source', ...defaultServerConditions] },
    },
    build: {
      ssr: fileURLToPath(new URL('../src/index.ts', import.meta.url)),
      outDir: directory,
      minify: true,
      rollupOptions: { output: { entryFileNames: 'executor.mjs' } },
    },
  });
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Runs a program to its end; `pool` is there. Resolves with its exit code and what it wrote. */
async function run(
  program: string,
  how: 'file' | 'eval' = 'file',
): Promise<[number | null, string]> {
  const text = `import { ThreadPoolExecutor } from './executor.mjs';
    const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    ${program}`;
  const file = join(directory, 'program.mjs');
  writeFileSync(file, text);
  const args = how === 'file' ? [file] : ['--input-type=module', '-e', text];
  const child = spawn(process.execPath, args, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve([code, output.trim()]);
    });
  });
}

describe('a process', () => {
  it('ends by itself when the pool has nothing to do', async () => {
    expect(await run(`console.log(await pool.submit((n) => n + 1, 41));`)).toEqual([0, '42']);
  });

  it('lives as long as somebody waits for a task', async () => {
    const program = `
      const wait = () => new Promise((resolve) => setTimeout(resolve, 100, 'waited'));
      pool.submit(wait).addDoneCallback((done) => console.log(done.result()));`;
    expect(await run(program)).toEqual([0, 'waited']);
  });

  it('ends when the tasks that still run are cancelled', async () => {
    const program = `
      const endless = (gate) => { Atomics.store(gate, 0, 1); for (;;); };
      const gate = new Int32Array(new SharedArrayBuffer(4));
      const future = pool.submit(endless, gate);
      const check = setInterval(() => {
        if (gate[0] === 0) return;
        clearInterval(check);
        console.log(future.cancel());
      }, 1);`;
    expect(await run(program)).toEqual([0, 'true']);
  });

  it('ends after an awaited shutdown', async () => {
    const program = `
      const futures = [1, 2, 3].map((n) => pool.submit((m) => m * 2, n));
      await pool.shutdown();
      console.log(futures.map((future) => future.result()).join());`;
    expect(await run(program)).toEqual([0, '2,4,6']);
  });

  it('can be a program on the command line, of a module', async () => {
    expect(await run(`console.log(await pool.submit((n) => n + 1, 41));`, 'eval')).toEqual([
      0,
      '42',
    ]);
  });
});
