// One check of one site: asked, judged, timed. Owns: what counts as up. Must not know: where results go.
import { CancelledError, TimeoutError } from '@typhoon/concurrent';
import { coroutine } from '@typhoon/gen';
import {
  HTTPClientError,
  type AsyncHTTPClient,
  type HTTPClientErrorCode,
} from '@typhoon/httpclient';
import type { Outcome, Result, Site } from '../site.ts';

interface Verdict {
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly detail: string;
}

/** Asks a site once and says how it did; only cancelling makes it fail. */
export const check = coroutine(function* (client: AsyncHTTPClient, site: Site, timeoutMs: number) {
  const startedAt = Date.now();
  const start = performance.now();
  const verdict = yield* ask(client, site, timeoutMs);
  const latencyMs = performance.now() - start;
  return { siteId: site.id, startedAt, latencyMs, ...verdict } satisfies Result;
});

const ask = coroutine(function* (client: AsyncHTTPClient, site: Site, timeoutMs: number) {
  try {
    const response = yield* client.fetch(site.url, {
      raiseError: false,
      // One limit for all of it: looking up the name, connecting, redirects, the last byte.
      deadline: timeoutMs,
      connectTimeoutMs: 0,
      requestTimeoutMs: 0,
      headers: { 'User-Agent': 'typhoon-uptime', 'Cache-Control': 'no-cache' },
    });
    return judge(response.code, response.reason);
  } catch (error) {
    return explain(error, timeoutMs);
  }
});

function judge(status: number, reason: string): Verdict {
  if (status >= 200 && status < 400) return { outcome: 'up', status, detail: '' };
  return { outcome: 'wrong', status, detail: `answered ${status} ${reason}` };
}

function explain(error: unknown, timeoutMs: number): Verdict {
  if (error instanceof CancelledError) throw error;
  const isLate =
    error instanceof TimeoutError ||
    (error instanceof HTTPClientError && error.code === 'ERR_TIMEOUT');
  if (isLate) return { outcome: 'late', status: null, detail: `no answer within ${timeoutMs} ms` };
  return { outcome: 'down', status: null, detail: inWords(error) };
}

const WORDS: Partial<Record<HTTPClientErrorCode, string>> = {
  ERR_NAME_NOT_RESOLVED: 'nobody knows this host',
  ERR_CONNECT: 'cannot connect',
  ERR_TLS: 'cannot agree on TLS',
  ERR_STREAM_CLOSED: 'hung up before its answer was complete',
  ERR_BAD_RESPONSE: 'its answer is no valid HTTP',
  ERR_TOO_LARGE: 'its answer is too large',
  ERR_TOO_MANY_REDIRECTS: 'redirects without an end',
};

/** For people: what happened, and the code that the system gave it, to search for. */
function inWords(error: unknown): string {
  if (!(error instanceof HTTPClientError)) return String(error);
  const words = WORDS[error.code] ?? error.message;
  const code = codeBehind(error);
  return code === error.code ? words : `${words} (${code})`;
}

/** The code of the innermost cause that has one. */
function codeBehind(error: Error): string | null {
  const inner = error.cause instanceof Error ? codeBehind(error.cause) : null;
  if (inner !== null) return inner;
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}
