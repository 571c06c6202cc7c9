// The table of strictness through nginx and HAProxy: what they make of what we refuse, and that no row of it is two requests to us
// that is one to them.
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { HTTPInputError, RequestParser } from '@typhoon/http1';
import { STRICTNESS } from '@typhoon/http1/testing';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { Rig } from '../on-both-pollers.ts';
import { answer } from '../worlds.ts';
import { PROXY_KINDS, type ProxyKind } from './deployed-configuration.ts';
import { ForeignProxy } from './foreign-proxy.ts';
import {
  CLIENT_PORT,
  crowd,
  say,
  SIGNATURE,
  signing,
  Wire,
  type Signing,
} from './strictness-rig.ts';
import type { HTTPServerRequest } from '../../src/lib/server-request.ts';

const PAGE = new URL('../../../../docs/proxies-and-strictness.md', import.meta.url);
const NEXT = 'GET /next HTTP/1.1\r\nHost: x\r\n\r\n';
const LAST = 'GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const FINAL = /^HTTP\/1\.\d ([2-5]\d\d)/m;
/** What the page was made with. Others may do otherwise, and are held to the first test alone. */
const PAGE_VERSIONS = 'nginx 1.22.1, HAProxy 2.6.12';

/** What a proxy does now so, now so: it depends on whether it had already passed on the head. */
const UNSTEADY = [
  {
    kind: 'HAProxy',
    what: 'a space before a trailer’s colon',
    fates: ['400', 'passed on'],
  },
];

/** One request of the table, without the number of a behaviour in its name. */
interface Vector {
  readonly chapter: string;
  readonly what: string;
  readonly bytes: string;
  readonly isRefused: boolean;
}

const VECTORS: readonly Vector[] = STRICTNESS.filter(({ reads }) => reads === 'requests').flatMap(
  ({ title, rows }) =>
    rows.map(([what, , bytes, outcome]) => ({
      chapter: title,
      what: what.replace(/ \((?:[A-Z0-9]{3}-\d+(?:, )?|\d+(?:, )?)+\)$/, ''),
      bytes,
      isRefused: outcome.startsWith('ERR_'),
    })),
);

/** The same with what a smuggler adds: a request behind it, or within what only some take for its body. */
const ATTACKS: readonly string[] = VECTORS.flatMap(({ bytes }) => {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.slice(0, end);
  const body = bytes.slice(end + 4);
  const hidden = body + NEXT;
  const framed = (fields: string, content: string): string =>
    `${head}\r\n${fields}\r\n\r\n${content}${LAST}`;
  return [
    bytes + NEXT + LAST,
    framed(`Content-Length: ${hidden.length}`, hidden),
    framed(`Content-Length: ${body.length}`, hidden),
    framed('Transfer-Encoding: chunked', `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`),
  ];
});

const proxies: ForeignProxy[] = [];
const wires: Wire[] = [];

afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  await Promise.all(wires.splice(0).map((wire) => wire.close()));
});

/** A server, a wire to it, and a proxy that signs. */
async function start(
  kind: ProxyKind,
  rig: Rig,
  how: Omit<Signing, 'signature'>,
): Promise<{ port: number; wire: Wire; strays: string[] }> {
  const signature = randomUUID();
  const strays: string[] = [];
  const server = await rig.serve(({ connection, method, uri, headers }: HTTPServerRequest) => {
    const port = headers.getList(CLIENT_PORT).join();
    if (headers.getList(SIGNATURE).join() !== signature) strays.push(`${method} ${uri}`);
    answer(connection, `of ${port}.`);
  });
  const wire = await Wire.to(Number(new URL(server.url).port));
  wires.push(wire);
  const replace = signing(kind.name, { signature, ...how });
  const proxy = await ForeignProxy.start(kind.program({ upstream: wire.address, replace }));
  proxies.push(proxy);
  return { port: proxy.ports[0] ?? 0, wire, strays };
}

/** What our parser says of all these bytes. */
function verdict(bytes: string): 'taken' | 'refused' | 'incomplete' {
  const buffer = Buffer.from(bytes, 'latin1');
  const silent = (): void => undefined;
  const parser = new RequestParser({ onHead: silent, onBody: silent, onEnd: silent });
  try {
    parser.push(buffer, 0, buffer.length);
    return parser.isDone ? 'taken' : 'incomplete';
  } catch (error) {
    if (error instanceof HTTPInputError) return 'refused';
    throw error;
  }
}

/** What a proxy does with a vector, in a word or two. */
async function fateOf({ bytes, isRefused }: Vector, port: number, wire: Wire): Promise<string> {
  const since = wire.sent.length; // a port is used again
  const heard = await say(port, bytes, (text) => FINAL.test(text));
  // What it had passed on before is here when a later request has gone all the way.
  await say(port, LAST);
  const mark = new RegExp(`${CLIENT_PORT}: ${heard.port}\r\n`, 'i');
  const forwarded = wire.sent.slice(since).find((text) => mark.test(text));
  if (forwarded === undefined) return FINAL.exec(heard.text)?.[1] ?? 'closed';
  if (!isRefused) return 'passed on';
  return { taken: 'mended', refused: 'passed on', incomplete: 'in part' }[verdict(forwarded)];
}

describe.each(PROXY_KINDS)('behind $name', (kind) => {
  const title = 'no row of the table of strictness is more requests to us than to it';
  if (kind.version === '') {
    it.skip(`${title} [skipped: ${kind.name} is not installed]`, () => undefined);
    return;
  }
  const rig = new Rig();
  it(title, { timeout: 20_000 }, async () => {
    const log = new ExpectLog('typhoon.general', /Malformed HTTP/, { level: 20 });
    await log.run(async () => {
      const { port, strays } = await start(kind, rig, { isShared: true, patienceMs: 2000 });
      const heard = await crowd(ATTACKS, 60, (bytes) => say(port, bytes));
      expect(strays).toEqual([]);
      const answers = heard.flatMap(({ port: own, text }) =>
        [...text.matchAll(/of (\d*)\./g)].map(([, whose]) => whose === String(own)),
      );
      expect(answers.length).toBeGreaterThan(100); // some six hundred, if none of them is late
      expect(answers.every(Boolean)).toBe(true);
    });
  });
});

/** Without what a formatter of Markdown changes. */
function plain(text: string): string {
  return text.replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---').trim();
}

/** The rows of one table, by chapters. */
function tables(fates: readonly (readonly string[])[], isOfRefused: boolean): string {
  const chapters = new Map<string, string[]>();
  for (const [index, { chapter, what, isRefused }] of VECTORS.entries()) {
    const cells = fates.map((column) => column[index] ?? '');
    const isTold = cells.some((cell) => /mended|passed on|in part/.test(cell) === isOfRefused);
    if (isRefused !== isOfRefused || !isTold) continue;
    const name = what.replace(/[|\\<*]/g, '\\$&');
    const row = `| ${[name, ...cells].join(' | ')} |`;
    const rows = chapters.get(chapter);
    if (rows === undefined) chapters.set(chapter, [row]);
    else rows.push(row);
  }
  const titles = `| what comes | ${PAGE_VERSIONS.replace(', ', ' | ')} |\n| --- | --- | --- |`;
  return Array.from(chapters, ([chapter, rows]) =>
    [`### ${chapter}`, '', titles, ...rows, ''].join('\n'),
  ).join('\n');
}

describe('docs/proxies-and-strictness.md', () => {
  const rig = new Rig();
  const versions = PROXY_KINDS.map(({ name, version }) => `${name} ${version}`).join(', ');
  const title = `is what ${PAGE_VERSIONS} do`;
  if (versions !== PAGE_VERSIONS) {
    it.skip(`${title} [skipped: here are ${versions}]`, () => undefined);
    return;
  }
  it(title, { timeout: 20_000 }, async () => {
    const log = new ExpectLog('typhoon.general', /Malformed HTTP/, { level: 20 });
    await log.run(async () => {
      const fates = await Promise.all(
        PROXY_KINDS.map(async (kind) => {
          const { port, wire } = await start(kind, rig, { isShared: false, patienceMs: 3000 });
          return crowd(VECTORS, 25, async (vector) => {
            const fate = await fateOf(vector, port, wire);
            const known = UNSTEADY.find(
              (one) => one.kind === kind.name && one.what === vector.what,
            );
            return known?.fates.includes(fate) === true ? known.fates.join(', or ') : fate;
          });
        }),
      );
      const text = `## What we refuse\n\n${tables(fates, true)}\n## What we take\n\n${tables(fates, false)}`;
      const page = readFileSync(PAGE, 'utf8');
      const introduction = page.slice(0, page.indexOf('## '));
      if (process.env['TYPHOON_WRITE_PAGES'] !== undefined)
        writeFileSync(PAGE, introduction + text);
      else expect(plain(page.slice(introduction.length))).toBe(plain(text));
    });
  });
});
