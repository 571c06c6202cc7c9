// What several processes serve together, over both pollers: the sockets that they share, and who comes and goes.
import { IOLoop } from '@typhoon/ioloop';
import { afterEach, describe, expect, it } from 'vitest';
import { endFamilies, Family } from './family.ts';

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

  it('TCPServer.start serves one port (TCS-2)', async () => {
    const children = await start({ mode: 'tcp' }).heard('serving', 2);
    expect(new Set(children.map(({ url }) => url)).size).toBe(1);
  });
});
