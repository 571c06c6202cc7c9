// A crawler: ten coroutines take pages from one queue and put the links that they find there into it.
// `node dist/webspider.js [URL]` reads every page beneath the URL, each once.
import { CancelledError, withTimeout } from '@typhoon/concurrent';
import { xhtmlUnescape } from '@typhoon/escape';
import { coroutine } from '@typhoon/gen';
import { AsyncHTTPClient } from '@typhoon/httpclient';
import { Queue } from '@typhoon/sync';

const WORKERS = 10;
const LIMIT_MS = 60_000;

const start = new URL(process.argv[2] ?? 'http://127.0.0.1:8888/').href;
const root = new URL('.', start).href;

const client = new AsyncHTTPClient();
// Without a limit, for who takes from it puts into it, too: workers that all wait for room would wait for ever.
const queue = new Queue<string>();
const found = new Set<string>();
let failures = 0;

/** Puts a page into the queue, unless it is there already, or not beneath where we began. */
function discover(url: string): void {
  if (found.has(url) || !url.startsWith(root)) return;
  found.add(url);
  queue.putNowait(url);
}

/** Where the links of a page lead, without the places within a page. */
function* linksOf(html: string, page: string): Generator<string, void, undefined> {
  for (const [, href = ''] of html.matchAll(/<a\s[^>]*?href\s*=\s*["']([^"']*)["']/gi)) {
    const target = xhtmlUnescape(href);
    if (!URL.canParse(target, page)) continue;
    const url = new URL(target, page);
    url.hash = '';
    yield url.href;
  }
}

const visit = coroutine(function* (page: string) {
  const response = yield* client.fetch(page);
  for (const link of linksOf(response.body.toString(), response.effectiveUrl)) discover(link);
});

/** Goes on until it is cancelled; what it has taken is done with in any case. */
const work = coroutine(function* (): Generator<unknown, never, unknown> {
  for (;;) {
    const page = yield* queue.get();
    try {
      yield* visit(page);
      console.log(`fetched ${page}`);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      failures++;
      console.log(`failed ${page}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      queue.taskDone();
    }
  }
});

discover(start);
const workers = Array.from({ length: WORKERS }, () => work());
try {
  await withTimeout(LIMIT_MS, queue.join());
  console.log(`${found.size} pages, ${failures} of them failed`);
} finally {
  for (const worker of workers) worker.cancel();
  client.close();
}
