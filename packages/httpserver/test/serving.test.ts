// What several processes serve together, over both pollers: the sockets that they share, and who comes and goes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
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

/** Who answers when all but one of them stand still, for each of them. */
async function askEach(url: string, pids: readonly number[]): Promise<Set<number>> {
  const answered = new Set<number>();
  for (const pid of pids) {
    const others = pids.filter((other) => other !== pid);
    for (const other of others) await halt(other);
    answered.add((await ask(url)).pid);
    for (const other of others) process.kill(other, 'SIGCONT');
  }
  return answered;
}

async function halt(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  const isHalted = (): boolean => readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') T ');
  while (!isHalted()) await new Promise(setImmediate);
}

describe.each(POLLERS)('with the poller %s', (poller) => {
  /** A shared socket is whoever's comes first, so that one may get it all; `node:cluster` deals out, also to who stands still. */
  const servers = (url: string, pids: readonly number[]): Promise<Set<number>> =>
    poller === 'net' ? askAll(url, pids.length) : askEach(url, pids);

  function start(plan: Readonly<Record<string, unknown>>): Family {
    return new Family(plan, { TYPHOON_POLLER: poller });
  }

  it('children serve sockets that their parent has bound and does not serve itself (PRC-7)', async () => {
    const family = start({ mode: 'sockets' });
    const { url: bound = '' } = await family.first('bound');
    const children = await family.heard('serving', 2);
    expect(children.map(({ url }) => url)).toEqual([bound, bound]);
    const pids = children.map(({ pid }) => pid);
    expect(await servers(bound, pids)).toEqual(new Set(pids));
  });

  it('HTTPServer.start serves one port, which stays when a child crashes (PRC-7)', async () => {
    const family = start({ mode: 'start' });
    const children = await family.heard('serving', 2);
    const [{ url = '', pid } = { pid: 0 }] = children;
    expect(children[1]?.url).toBe(url);
    const pids = children.map((child) => child.pid);
    expect(await servers(url, pids)).toEqual(new Set(pids));
    process.kill(pid, 'SIGKILL');
    const later = (await family.heard('serving', 3)).slice(1).map((child) => child.pid);
    expect(later).not.toContain(pid);
    expect(await servers(url, later)).toEqual(new Set(later));
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
