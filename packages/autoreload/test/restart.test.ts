// Real processes: a script that watches itself starts anew. They run what is built.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';

import { Folder } from './folder.ts';
import { AUTORELOAD, Program } from './program.ts';

// Each start of Node.js takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const HTTPSERVER = new URL('../../httpserver/dist/index.js', import.meta.url).href;

const SCRIPT = `
import { writeSync } from 'node:fs';
import { addReloadHook, start, watch } from '${AUTORELOAD}';
import { value } from './value.mjs';
const say = (text) => writeSync(1, text + '\\n');
addReloadHook(() => say('first hook'));
addReloadHook(async () => { await null; throw new Error('second hook'); });
addReloadHook(() => say('third hook'));
watch(new URL('page.html', import.meta.url).pathname);
start({ checkTime: 30 });
const timer = setInterval(() => {}, 1000);
process.on('SIGTERM', () => { say('stopped'); process.exitCode = 7; clearInterval(timer); });
say(\`run \${value} pid \${process.pid} of \${process.ppid} \${process.argv.slice(2)} \${process.execArgv}.\`);
`;

/** With a channel to its parent a program cannot replace itself: it becomes the parent of the next one. */
const WAYS = [
  { way: 'alone', stdio: [] },
  { way: 'with a channel to its parent', stdio: ['ipc'] },
] as const;

function project(): Folder {
  const folder = new Folder();
  folder.write('value.mjs', 'export const value = "one";');
  folder.write('page.html', 'one');
  folder.write('app.mjs', SCRIPT);
  return folder;
}

describe.each(WAYS)('a program $way', ({ stdio }) => {
  it('starts anew, after its hooks, when a module of its has changed, again and again (ARL-2, 3, 7, 8)', async () => {
    const folder = project();
    const program = new Program(['--title=x', folder.file('app.mjs'), 'a', 'b'], stdio);
    const [, pid] = await program.prints(/run one pid (\d+) of \d+ a,b --title=x\./);
    expect(Number(pid)).toBe(program.child.pid);
    folder.write('value.mjs', 'export const value = "two";');
    await program.prints(/first hook\n[^]*third hook\n/);
    const [, second, parent] = await program.prints(/run two pid (\d+) of (\d+) a,b --title=x\./);
    // Whoever waits for the process still waits for the right one.
    expect([Number(second), Number(parent)]).toContain(program.child.pid);
    folder.replace('page.html', 'three');
    const [, third, grandparent] = await program.prints(
      /run two pid (\d+) of (\d+) a,b --title=x\./,
    );
    expect([Number(third), Number(grandparent)]).toContain(program.child.pid);
  });

  it('is still told of signals, and ends as the new one ends', async () => {
    const folder = project();
    const program = new Program([folder.file('app.mjs')], stdio);
    await program.prints(/run one/);
    folder.write('value.mjs', 'export const value = "two";');
    await program.prints(/run two/);
    program.child.kill('SIGTERM');
    await program.prints(/stopped/);
    expect(await program.ends()).toBe(7);
  });

  it('frees the port that it listens on before the new one asks for it', async () => {
    const folder = new Folder();
    folder.write('value.mjs', 'export const value = "one";');
    folder.write(
      'app.mjs',
      `import { start } from '${AUTORELOAD}';
       import { HTTPServer } from '${HTTPSERVER}';
       import { value } from './value.mjs';
       const server = new HTTPServer((request) => request.connection.finish());
       await server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
       start({ checkTime: 30 });
       console.log('listening', value);`,
    );
    const program = new Program([folder.file('app.mjs'), String(await freePort())], stdio);
    await program.prints(/listening one/);
    folder.write('value.mjs', 'export const value = "two";');
    await program.prints(/listening two/);
  });
});

describe('a child of forkProcesses', () => {
  it('never starts anew (ARL-4)', async () => {
    const folder = new Folder();
    folder.write(
      'app.mjs',
      `import { forkProcesses } from '${HTTPSERVER}';
       import { isForkedChild } from '${new URL('lib/forked-child.js', AUTORELOAD).href}';
       console.log('parent or child:', await isForkedChild());
       await forkProcesses(1);
       process.exit(0);`,
    );
    const program = new Program([folder.file('app.mjs')]);
    await program.prints(/parent or child: false/);
    await program.prints(/parent or child: true/);
    expect(await program.ends()).toBe(0);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
