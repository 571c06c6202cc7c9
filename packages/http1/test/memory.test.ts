// What is kept of a message when the application keeps a little of it.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { parseCookie, parseQsl, RequestParser } from '../src/index.ts';
import type { RequestHead } from '../src/index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The head of a request of 60 KiB that has a session by header, cookie and query, each of them another one's neighbour. */
function longHead(session: number): RequestHead {
  const heads: RequestHead[] = [];
  const parser = new RequestParser({
    onHead: (head) => heads.push(head),
    onBody: () => undefined,
    onEnd: () => undefined,
  });
  const id = `${session}`.padStart(32, '0');
  const long = 'x'.repeat(20_000);
  const bytes = Buffer.from(
    `GET /?a=${long}&s=${id} HTTP/1.1\r\nHost: x\r\nCookie: a=${long}; s=${id}\r\nX-Session: ${id}\r\nA: ${long}\r\n\r\n`,
  );
  parser.push(bytes, 0, bytes.length);
  return heads[0]!;
}

it.each([
  ['a field', (head: RequestHead) => head.headers.get('X-Session')],
  ['a cookie', (head: RequestHead) => parseCookie(head.headers.get('Cookie', '')).get('s')],
  ['an argument', (head: RequestHead) => parseQsl(head.target.slice(2))[1]?.[1]],
])('%s that is kept keeps nothing of the rest of a long head', (_name, take) => {
  const kept: unknown[] = [];
  take(longHead(0));
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let session = 0; session < 500; session++) kept.push(take(longHead(session)));
  collectGarbage();
  // 500 heads would be 30 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(3_000_000);
  expect(new Set(kept).size).toBe(500);
});
