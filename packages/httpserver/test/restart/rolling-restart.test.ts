// Two processes on one port are replaced one after the other, while clients of other hands keep their connections alive.
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeClient, startLoad, Tally } from './steady-load.ts';

const PROGRAM = fileURLToPath(new URL('server.mjs', import.meta.url));
/** Longer than any of the clients lets a connection rest under this load. */
const GRACE_MS = 400;

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function start(poller: string, port: number): Promise<readonly [ChildProcess, number]> {
  const child = fork(PROGRAM, [String(port), String(GRACE_MS)], {
    env: { ...process.env, TYPHOON_POLLER: poller },
    execArgv: [],
  });
  children.push(child);
  const [ready] = (await once(child, 'message')) as [{ readonly port: number }];
  return [child, ready.port];
}

async function stop(child: ChildProcess): Promise<unknown> {
  const said = once(child, 'message');
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const [result] = (await said) as [unknown];
  await ended;
  return result;
}

function canShare(poller: string): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (process.platform !== 'linux') return false;
  return poller === 'epoll' || major > 22 || (major === 22 && minor >= 12);
}

describe.each(['net', 'epoll'])('a rolling restart on the %s poller', (poller) => {
  if (!canShare(poller)) {
    it.skip('[skipped: several processes cannot listen on one port here]', () => undefined);
    return;
  }
  /** Replaces both, one after the other; answers what their drains came to. */
  async function restart(processes: readonly ChildProcess[], port: number): Promise<unknown[]> {
    const results: unknown[] = [];
    for (const old of processes) {
      await start(poller, port);
      results.push(await stop(old));
    }
    return results;
  }

  it('loses no request of node:http, 1,000 a second', { timeout: 20_000 }, async () => {
    const [first, port] = await start(poller, 0);
    const [second] = await start(poller, port);
    const tally = new Tally(nodeClient(port));
    const stopLoad = startLoad(tally);
    const results = await restart([first, second], port);
    await stopLoad();
    expect(tally.failures).toEqual([]);
    expect(tally.answered).toBe(tally.sent);
    expect(tally.sent).toBeGreaterThan(500);
    expect(results).toMatchObject([{ aborted: [] }, { aborted: [] }]);
  });

  const wrk = spawnSync('wrk', ['--version']);
  const title = 'loses no request of wrk, which never rests';
  // Node.js resets who waits in a listener's queue when it closes it: the README says how rarely that hits on `net`.
  if (poller === 'net') return;
  if (wrk.error !== undefined) {
    it.skip(`${title} [skipped: wrk is not installed]`, () => undefined);
    return;
  }
  it(title, { timeout: 20_000 }, async () => {
    const [first, port] = await start(poller, 0);
    const [second] = await start(poller, port);
    const load = spawn('wrk', ['-t1', '-c16', '-d4s', `http://127.0.0.1:${port}/a`]);
    children.push(load);
    let report = '';
    load.stdout.on('data', (chunk: Buffer) => (report += chunk.toString()));
    const ended = once(load, 'close');
    const results = await restart([first, second], port);
    await ended;
    expect(report).toMatch(/\d+ requests in/);
    expect(report).not.toMatch(/Socket errors|Non-2xx/);
    expect(results).toMatchObject([{ aborted: [] }, { aborted: [] }]);
  });
});
