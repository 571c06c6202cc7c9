// `pnpm bench reload`: from saving a file of the sample app, in debug mode, to the first answer of the program that has it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inWords, spread } from './spread.ts';

const APP = fileURLToPath(new URL('../../apps/sample/dist', import.meta.url));
/** A handler, as one edits it. */
const SAVED = join(APP, 'web', 'page.js');
/** Saved at no fixed distance from the last look. */
const BETWEEN_MS = 1000;

/** Measures and prints. */
export async function reloadBench(rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'reload-'));
  const flags = ['--debug', '--port=0', `--database=${join(folder, 'uptime.db')}`];
  const child = spawn(process.execPath, [join(APP, 'main.js'), ...flags], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true, // the programs that come after it are in its group
  });
  const lines = createInterface({ input: child.stdout });
  try {
    await answered(lines);
    const tookMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS * (1 + Math.random())));
      const startMs = performance.now();
      const isBack = answered(lines);
      utimesSync(SAVED, new Date(), new Date());
      await isBack;
      tookMs.push(performance.now() - startMs);
    }
    console.log(`Node.js ${process.version}, ${rounds} rounds`);
    console.log(`from a saved file to an answered page: ${inWords(spread(tookMs), 0)} ms`);
  } finally {
    process.kill(-Number(child.pid), 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The next program says where it listens, and answers there. */
async function answered(lines: NodeJS.EventEmitter): Promise<void> {
  const [line] = (await once(lines, 'line')) as [string];
  await (await fetch(line.replace('listening on ', ''))).text();
}
