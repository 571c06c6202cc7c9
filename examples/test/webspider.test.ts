// The crawler as its reader would run it, on a small site with circles, dead ends and ways out.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** What a page links to; what is not in here is not found. */
const SITE: Readonly<Record<string, readonly string[]>> = {
  '/site/': ['a', 'b#part', './', 'list?page=1&amp;size=2', 'http://127.0.0.1:1/elsewhere'],
  '/site/a': ['b', '../outside', 'deep/c', 'mailto:somebody', 'http://'],
  '/site/b': ['a#top', '/site/'],
  '/site/list?page=1&size=2': ['missing'],
  '/site/deep/c': Array.from({ length: 30 }, (_, i) => `leaf/${i}`),
  ...Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`/site/deep/leaf/${i}`, ['../c']])),
};

let server: Server;
let origin = '';
const asked: string[] = [];
let most = 0;

beforeAll(async () => {
  const held: (() => void)[] = [];
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const answer = (): void => {
      const links = SITE[path];
      response.statusCode = links === undefined ? 404 : 200;
      response.end((links ?? []).map((link) => `<a class="x" href="${link}">more</a>`).join('\n'));
    };
    if (!path.includes('leaf')) {
      answer();
      return;
    }
    // The leaves are answered ten at a time: a crawler that asks for fewer at once waits for ever.
    most = Math.max(most, held.push(answer));
    if (held.length === 10) for (const one of held.splice(0)) one();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = typeof address === 'object' ? `http://127.0.0.1:${address?.port ?? 0}` : '';
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('webspider fetches every page beneath its start once, ten at a time, and ends', async () => {
  const program = fileURLToPath(new URL('../dist/webspider.js', import.meta.url));
  const child = spawn(process.execPath, [program, `${origin}/site/`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const lines = (await text(child.stdout)).trimEnd().split('\n');
  expect(await exit).toEqual([0, null]);
  expect(asked.toSorted()).toEqual([...Object.keys(SITE), '/site/missing'].toSorted());
  expect(lines.at(-1)).toBe(`${asked.length} pages, 1 of them failed`);
  expect(lines.filter((line) => line.startsWith('fetched '))).toHaveLength(asked.length - 1);
  expect(lines.find((line) => line.startsWith('failed '))).toMatch(/\/site\/missing: .*404/);
  expect(most).toBe(10);
});
