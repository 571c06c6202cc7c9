// What several processes serve together, over both pollers: the sockets that they share, and who comes and goes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { IOLoop } from '@typhoon/ioloop';
import { afterEach, describe, expect, it } from 'vitest';
import { endFamilies, Family, type Said } from './family.ts';

const HAS_EPOLL = IOLoop.current().poller.name === 'epoll';
const POLLERS = HAS_EPOLL ? ['epoll', 'net'] : ['net'];

afterEach(endFamilies);

interface Answer {
  readonly pid: number;
  readonly task: number;
}

async function ask(url: string, path = '/'): Promise<Answer> {
  const response = await fetch(`${url}${path}`, { headers: { connection: 'close' } });
  return (await response.json()) as Answer;
}

/** Asks until so many different processes have answered. */
async function askAll(url: string, count: number): Promise<Set<number>> {
  const pids = new Set<number>();
  while (pids.size < count) pids.add((await ask(url)).pid);
  return pids;
}

describe.each(POLLERS)('with the poller %s', (poller) => {
  function start(plan: Readonly<Record<string, unknown>>): Family {
    return new Family(plan, { TYPHOON_POLLER: poller });
  }

  it('children serve sockets that their parent has bound and does not serve itself (PRC-7)', async () => {
    const family = start({ mode: 'sockets' });
    const { url: bound = '' } = await family.first('bound');
    const children = await family.heard('serving', 2);
    expect(children.map(({ url }) => url)).toEqual([bound, bound]);
    expect(await askAll(bound, 2)).toEqual(new Set(children.map(({ pid }) => pid)));
  });

  it('HTTPServer.start serves one port, which stays when a child crashes (PRC-7)', async () => {
    const family = start({ mode: 'start' });
    const [{ url = '', pid } = { pid: 0 }, other] = await family.heard('serving', 2);
    expect(other?.url).toBe(url);
    expect(await askAll(url, 2)).toEqual(new Set([pid, other?.pid]));
    process.kill(pid, 'SIGKILL');
    await family.heard('serving', 3);
    expect(await askAll(url, 2)).not.toContain(pid);
  });

  const hasWrk = spawnSync('wrk', ['--version']).error === undefined;
  const title = 'a rolling restart loses no request of wrk, which never rests';
  if (!hasWrk) it.skip(`${title} [skipped: wrk is not installed]`, () => undefined);
  else
    it(title, { timeout: 20_000 }, async () => {
      const family = start({ mode: 'start' });
      const before = await family.heard('serving', 2);
      const load = spawn('wrk', ['-t1', '-c16', '-d4s', `${before[0]?.url ?? ''}/`]);
      let report = '';
      load.stdout.on('data', (chunk: Buffer) => (report += chunk.toString()));
      const ended = once(load, 'close');
      family.kill('SIGHUP');
      const after = await family.heard('serving', 2, family.said.indexOf(before[1] as Said) + 1);
      await ended;
      expect(after.map(({ pid }) => pid)).not.toContain(before[0]?.pid);
      expect(report).toMatch(/\d+ requests in/);
      expect(report).not.toMatch(/Socket errors|Non-2xx/);
    });

  it('TCPServer.start serves one port (TCS-2)', async () => {
    const children = await start({ mode: 'tcp' }).heard('serving', 2);
    expect(new Set(children.map(({ url }) => url)).size).toBe(1);
  });
});
