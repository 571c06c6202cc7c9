// The app against real sites on this machine.
import { once } from 'node:events';
import { connect } from 'node:net';
import Database from 'libsql';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { AppProcess, runToEnd, type ApiSite } from './app-process.ts';
import { WatchedSite } from './watched-site.ts';

/** Each test starts a program or two. */
vi.setConfig({ testTimeout: 20_000 });

const started: { dispose(): Promise<void> | void }[] = [];

afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.dispose();
});

async function app(
  sites: readonly string[],
  options?: Parameters<typeof AppProcess.start>[1],
): Promise<AppProcess> {
  const process = await AppProcess.start(sites, options);
  started.push(process);
  return process;
}

let shared: Promise<AppProcess> | null = null;

/** One app for all tests that can share it: each has sites of its own. */
async function watching(...urls: readonly string[]): Promise<AppProcess> {
  const process = await (shared ??= AppProcess.start([]));
  for (const url of urls) await process.post('/sites', { url });
  return process;
}

afterAll(async () => {
  await (await shared)?.dispose();
});

async function site(making: Promise<WatchedSite>): Promise<WatchedSite> {
  const made = await making;
  started.push({
    dispose: () => {
      made.kill();
    },
  });
  return made;
}

const good = (): Promise<WatchedSite> =>
  site(WatchedSite.http((_request, response) => response.end('fine')));

function find(sites: readonly ApiSite[], url: string): ApiSite | undefined {
  return sites.find((one) => one.url === url);
}

function outcome(sites: readonly ApiSite[], url: string): string | undefined {
  return find(sites, url)?.last?.outcome;
}

describe('checks', () => {
  it('finds a site that answers up, and measures it', async () => {
    const { url } = await good();
    const running = await watching(url);
    const sites = await running.until((all) => (find(all, url)?.latenciesMs.length ?? 0) >= 3);
    const report = find(sites, url);
    expect(report?.last).toMatchObject({ outcome: 'up', status: 200 });
    expect(report?.percentiles?.p50Ms).toBeGreaterThan(0);
    expect(report?.days[0]?.up).toBe(report?.days[0]?.checks);
  });

  it('tells late, wrong, dropping and absent sites apart, all watched at once', async () => {
    const late = await site(WatchedSite.http(() => undefined));
    const wrong = await site(
      WatchedSite.http((_request, response) => response.writeHead(500).end()),
    );
    const dropping = await site(WatchedSite.tcp((socket) => socket.destroy()));
    const half = await site(
      WatchedSite.tcp((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal')),
    );
    const absent = 'http://127.0.0.1:1/';
    const urls = [late.url, wrong.url, dropping.url, half.url, absent];
    const running = await watching(...urls);
    const sites = await running.until((all) =>
      urls.every((url) => outcome(all, url) !== undefined),
    );
    expect(urls.map((url) => outcome(sites, url))).toEqual([
      'late',
      'wrong',
      'down',
      'down',
      'down',
    ]);
    const details = urls.map((url) => sites.find((one) => one.url === url)?.last?.detail);
    expect(details).toEqual([
      'no answer within 300 ms',
      'answered 500 Internal Server Error',
      expect.stringMatching(/^hung up before its answer was complete/),
      expect.stringMatching(/^hung up before its answer was complete/),
      'cannot connect (ECONNREFUSED)',
    ]);
  });

  it('goes on when one watched site dies in the middle', async () => {
    const dying = await good();
    const staying = await good();
    const running = await watching(dying.url, staying.url);
    await running.until((sites) =>
      [dying, staying].every(({ url }) => outcome(sites, url) === 'up'),
    );
    dying.kill();
    const sites = await running.until((all) => outcome(all, dying.url) === 'down');
    expect(outcome(sites, staying.url)).toBe('up');
  });
});

describe('the page', () => {
  it('adds a site through the form and shows it', async () => {
    const { url } = await good();
    const running = await watching();
    const response = await running.post('/sites', { url });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    await running.until((sites) => outcome(sites, url) === 'up');
    const page = await (await fetch(running.url)).text();
    expect(page).toContain(url);
    expect(page).toContain('<polyline points=');
  });

  it('answers HEAD like GET, without the body', async () => {
    const running = await watching();
    const head = await fetch(running.url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(500);
  });

  it('removes a site through the form', async () => {
    const { url } = await good();
    const running = await watching(url);
    const report = find(await running.sites(), url);
    await running.post(`/sites/${report?.id ?? 0}/remove`, {});
    expect(report?.url).toBe(url);
    expect(find(await running.sites(), url)).toBeUndefined();
  });

  it('refuses a form without its token', async () => {
    const running = await watching();
    const body = new URLSearchParams({ url: 'http://127.0.0.1:1/' });
    expect((await fetch(`${running.url}/sites`, { method: 'POST', body })).status).toBe(403);
  });

  it.each([
    ['nonsense', 400],
    ['ftp://example.com/', 400],
    ['http://user:secret@example.com/', 400],
  ])('says what is wrong with %s', async (url, status) => {
    const running = await watching();
    const response = await running.post('/sites', { url });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain('role="alert"');
  });

  it('says what a browser must not do with it', async () => {
    const { headers } = await fetch((await watching()).url);
    expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  });

  it('shows a hostile URL as text', async () => {
    const running = await watching();
    const response = await running.post('/sites', { url: 'x"><script>alert(1)</script>' });
    expect(await response.text()).not.toContain('<script>alert');
  });
});

describe('the filter', () => {
  const absent = 'http://127.0.0.1:1/';

  async function shown(path: string, cookie = ''): Promise<{ page: string; cookie: string }> {
    const response = await fetch(path, { headers: { cookie } });
    const set = response.headers.getSetCookie().find((one) => one.startsWith('filter='));
    return { page: await response.text(), cookie: set ?? '' };
  }

  async function withTwo(running: AppProcess): Promise<string> {
    const { url } = await good();
    for (const one of [url, absent]) await running.post('/sites', { url: one });
    await running.until((sites) => [url, absent].every((one) => outcome(sites, one) !== undefined));
    return url;
  }

  it('shows sites that are not up, or those with some text, on the page, live and in the API', async () => {
    const running = await watching();
    const url = await withTwo(running);
    const live = async (query: string): Promise<string> =>
      (await running.news(query)).map(({ row = '', line = '' }) => row + line).join('');
    const faulty = [
      (await shown(`${running.url}/?show=faulty`)).page,
      await live('show=faulty'),
      await (await fetch(`${running.url}/api/sites?show=faulty`)).text(),
    ];
    for (const text of faulty)
      expect([text.includes(url), text.includes(absent)]).toEqual([false, true]);
    const { host } = new URL(url);
    const { page } = await shown(`${running.url}/?text=${host}`);
    expect([page.includes(url), page.includes(absent)]).toEqual([true, false]);
    expect((await fetch(`${running.url}/api/sites?show=some`)).status).toBe(400);
  });

  it('is remembered in a cookie that only the app can write, also after a restart', async () => {
    const running = await app([]);
    const url = await withTwo(running);
    const { cookie } = await shown(`${running.url}/?show=faulty&text=`);
    expect(cookie).toMatch(/; HttpOnly; .*SameSite=Lax/);
    const [value = ''] = cookie.split(';');
    expect((await shown(running.url, value)).page).not.toContain(url);
    expect(
      (
        await shown(
          running.url,
          value.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        )
      ).page,
    ).toContain(url);
    await running.stop();
    const again = await app([], { database: running.database });
    expect((await shown(again.url, value)).page).not.toContain(url);
  });

  it('is sent over TLS alone behind a proxy that speaks it', async () => {
    const running = await app([], { flags: ['--behind-proxy'] });
    const headers = { 'X-Scheme': 'https' };
    const response = await fetch(`${running.url}/?show=all`, { headers });
    const cookies = response.headers.getSetCookie();
    expect(cookies).toHaveLength(2);
    for (const cookie of cookies) expect(cookie).toContain('Secure');
  });
});

describe('the API', () => {
  it('is described', async () => {
    const running = await watching();
    const response = await fetch(`${running.url}/api/openapi.json`);
    const document = (await response.json()) as { paths: Record<string, unknown> };
    expect(document.paths).toMatchObject({
      '/api/sites': { get: { parameters: [{ name: 'show' }, { name: 'text' }] } },
      '/api/sites/{id}': { get: { parameters: [{ name: 'id', in: 'path' }] } },
    });
  });

  it('tells of one site, and 404 of one that is not there', async () => {
    const running = await watching('http://127.0.0.1:1/');
    const site = find(await running.sites(), 'http://127.0.0.1:1/');
    const one = await fetch(`${running.url}/api/sites/${site?.id ?? 0}`);
    expect(await one.json()).toMatchObject({ url: 'http://127.0.0.1:1/' });
    expect((await fetch(`${running.url}/api/sites/999`)).status).toBe(404);
  });
});

describe('what is old', () => {
  it('is forgotten when the app starts', async () => {
    const { url } = await good();
    const first = await app([url]);
    await first.until((sites) => (sites[0]?.latenciesMs.length ?? 0) >= 2);
    await first.stop();
    const database = new Database(first.database);
    database.exec('UPDATE results SET started_at = started_at - 2 * 86400000');
    database.close();
    const second = await app([], {
      database: first.database,
      flags: ['--keep-days=1', '--interval-ms=60000'],
    });
    const [site] = await second.until((sites) => sites[0]?.latenciesMs.length === 1);
    expect(site?.days[0]?.checks).toBeGreaterThan(2);
  });
});

describe('stopping', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with code 0 on %s, in the middle of a check',
    async (signal) => {
      const late = await site(WatchedSite.http(() => undefined));
      const running = await app([late.url], { flags: ['--timeout-ms=60000'] });
      const begin = performance.now();
      expect(await running.stop(signal)).toBe(0);
      expect(performance.now() - begin).toBeLessThan(2000);
    },
  );

  it('answers who is waiting, and logs no error', async () => {
    const running = await app([]);
    const { lastId } = await running.overview();
    const waiting = fetch(`${running.url}/live?after=${lastId}`);
    await running.until(() => true);
    expect(await running.stop()).toBe(0);
    expect((await waiting).status).toBe(200);
    expect(running.log).not.toContain('[E');
  });

  it('answers a form that comes in the last moment, and ends all the same', async () => {
    const { url } = await good();
    const running = await app([]);
    const { cookie, body } = await running.form({ url });
    const socket = connect(Number(new URL(running.url).port), '127.0.0.1');
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data'); // the connection is the app's
    const head = [
      'POST /sites HTTP/1.1',
      'Host: x',
      `Cookie: ${cookie}`,
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${body.toString().length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body.toString()}`);
    const stopped = running.stop();
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1.1 (303 See Other|503 Service Unavailable)\r\n/);
    expect(await stopped).toBe(0);
    expect(running.log).not.toContain('[E');
  });

  it('loses no result: what was shown is there after a restart', async () => {
    const { url } = await good();
    const first = await app([url]);
    await first.until((sites) => (sites[0]?.latenciesMs.length ?? 0) >= 3);
    const [before] = await first.sites();
    await first.stop();
    const second = await app([], { database: first.database });
    const [after] = await second.sites();
    expect(after?.days[0]?.checks).toBeGreaterThanOrEqual(before?.days[0]?.checks ?? Infinity);
  });
});

describe('starting', () => {
  it('says in one line that the port is taken, and ends with code 1', async () => {
    const running = await watching();
    const { port } = new URL(running.url);
    const { code, stderr } = await runToEnd([`--port=${port}`, `--database=${running.database}-2`]);
    expect(code).toBe(1);
    const lines = stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('['));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('EADDRINUSE');
  });

  it('explains its flags', async () => {
    const { code, stderr } = await runToEnd(['--help']);
    expect(code).toBe(0);
    expect(stderr).toContain('--interval-ms');
    expect(stderr).toContain('UPTIME_PORT');
  });

  it('explains its flags to who types one that is none, and ends with code 1', async () => {
    const { code, stderr } = await runToEnd(['--wrong']);
    expect(code).toBe(1);
    expect(stderr).toContain('--interval-ms');
    expect(stderr.trim().split('\n').at(-1)).toContain("'wrong'");
  });

  it.each([['--port=abc'], ['--database=/nowhere/uptime.db']])(
    'refuses %s with one line and code 1',
    async (flag) => {
      const { code, stderr } = await runToEnd([flag]);
      expect(code).toBe(1);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    },
  );
});
