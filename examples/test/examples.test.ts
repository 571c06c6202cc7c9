// Every example is run as its reader would: the built program, in a process of its own, over a real port.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start, startProgram } from './program.ts';

const FEED = { title: 'News & views', entries: ['first', '<b>second</b>'] };

let feed: Server;
let feedUrl = '';

beforeAll(async () => {
  feed = createServer(({ url }, response) => {
    response.end(url === '/feed.json' ? JSON.stringify(FEED) : 'this is no feed');
  });
  feed.listen(0, '127.0.0.1');
  await once(feed, 'listening');
  const address = feed.address();
  feedUrl = typeof address === 'object' ? `http://127.0.0.1:${address?.port ?? 0}/feed.json` : '';
});

afterAll(() => {
  feed.closeAllConnections();
  feed.close();
});

describe.each(['callback-style', 'coroutine-style', 'async-style'])('%s', (name) => {
  it('fetches without blocking and renders what came', async () => {
    const url = await start(name, feedUrl);
    const response = await fetch(url);
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toContain('<h1>News &amp; views</h1>');
    expect(page).toContain('<li>&lt;b&gt;second&lt;/b&gt;</li>');
  });

  it('answers an error when the feed is not there', async () => {
    const url = await start(name, 'http://127.0.0.1:1/');
    expect((await fetch(url)).status).toBeGreaterThanOrEqual(500);
  });

  it('answers an error when the feed is none, and lives on', async () => {
    const url = await start(name, new URL('/none', feedUrl).href);
    expect((await fetch(url)).status).toBe(500);
    expect((await fetch(url)).status).toBe(500);
  });
});

describe('processes', () => {
  async function whoAnswers(url: string): Promise<number> {
    const response = await fetch(url, { headers: { Connection: 'close' } });
    return ((await response.json()) as { readonly pid: number }).pid;
  }

  // Five processes are started, one after another.
  const limits = { timeout: 20_000 };

  it('serve one port, are replaced on SIGHUP while asked, and end on SIGTERM', limits, async () => {
    const { url, child, lines } = await startProgram('processes', '2');
    // Which of the two is asked is the system's affair: it may be the same one always.
    while (lines.length < 2) await whoAnswers(url);
    const before = await whoAnswers(url);
    child.kill('SIGHUP');
    while (lines.length < 4 || (await whoAnswers(url)) === before) await whoAnswers(url);
    expect(lines).toEqual(Array(4).fill(`listening on ${url}`));
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
});

describe('thread-pool', () => {
  it('answers a computation that makes it in time', async () => {
    const url = await start('thread-pool');
    const response = await fetch(`${url}/compute/50`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ rounds: expect.any(Number) as number });
  });

  // Tried again where the machine itself had better things to do: a server that is blocked fails every time.
  it(
    'answers 503 for one that does not, and others within 20 ms meanwhile',
    { retry: 3 },
    async () => {
      const url = await start('thread-pool');
      // What a ping takes on this machine, as it is now, while nothing is computed.
      const usual = await pingUntil(url, sleep(1000));
      const slow = fetch(`${url}/compute/3000`);
      const meanwhile = await pingUntil(url, slow);
      expect((await slow).status).toBe(503);
      expect(meanwhile.length).toBeGreaterThan(5);
      expect(percentile(meanwhile, 50)).toBeLessThan(20);
      expect(percentile(meanwhile, 95)).toBeLessThan(20 + percentile(usual, 95));
    },
  );
});

/** Pings one after another until `end`; how long each took, in ms. */
async function pingUntil(url: string, end: Promise<unknown>): Promise<number[]> {
  let isOver = false as boolean;
  void end.then(() => (isOver = true));
  const times: number[] = [];
  while (!isOver) {
    const begin = performance.now();
    await (await fetch(`${url}/ping`)).text();
    times.push(performance.now() - begin);
  }
  return times;
}

function percentile(times: readonly number[], percent: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Infinity;
}

describe('raw-server', () => {
  it('answers with no framework', async () => {
    const url = await start('raw-server');
    const response = await fetch(`${url}/some/path?x=1`);
    expect(await response.text()).toBe('You requested /some/path?x=1\n');
  });
});

describe('echo-server', () => {
  it('sends its lines back to the client', async () => {
    const address = await start('echo-server');
    const program = fileURLToPath(new URL('../dist/echo-client.js', import.meta.url));
    const port = address.split(':')[1] ?? '';
    const { stdout } = await promisify(execFile)(process.execPath, [
      program,
      port,
      'hello',
      'there',
    ]);
    expect(stdout).toBe('hello\nthere\n');
  });
});
