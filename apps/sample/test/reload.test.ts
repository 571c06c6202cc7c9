// The app in debug mode, as it is developed: it starts anew when one of its files has changed.
import { utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { AppProcess } from './app-process.ts';

const built = (name: string): string => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));

/** Saves a file as it is, and waits for the next program. */
async function save(app: AppProcess, file: string): Promise<void> {
  utimesSync(built(file), new Date(), new Date());
  await app.listensAgain();
}

it('starts again when a module has changed, also one of the worker threads, and keeps its sites', async () => {
  const app = await AppProcess.start(['http://127.0.0.1:1/'], { flags: ['--debug'] });
  try {
    await save(app, 'web/page.js');
    await save(app, 'storage/database-tasks.js');
    const sites = await app.sites();
    expect(sites.map(({ url }) => url)).toEqual(['http://127.0.0.1:1/']);
    expect(app.log).toContain('page.js modified; restarting server');
    expect(app.log).not.toContain('[E');
    expect(await app.stop('SIGTERM')).toBe(0);
  } finally {
    await app.dispose();
  }
}, 60_000);
