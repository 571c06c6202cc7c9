// Live updates by long polling: for where nothing else gets through. The answer waits until there is news.
import { Future, TimeoutError, withTimeout } from '@typhoon/concurrent';
import { args, type ArgsOf } from '@typhoon/web';
import { toStandardJsonSchema as described } from '@valibot/to-json-schema';
import { liveQuery, pageNews, START_ANEW } from './live.ts';
import { UptimeHandler } from './uptime-handler.ts';

/** Proxies give up on a silent answer after 30 s or more. */
const LONGEST_WAIT_MS = 25_000;

const asked = args(
  { query: described(liveQuery) },
  { summary: 'News, once there is some: `{ updates: [...] }`' },
);

/** `GET /live?after=ID`, and the filter: what happened behind that update, once something has. */
export class LivePollHandler extends UptimeHandler {
  #leave: (() => void) | null = null;
  /** Settled when there is something to be said. */
  readonly #isReady = new Future<void>();

  @asked
  override async get({ query }: ArgsOf<typeof asked>): Promise<void> {
    const updates: unknown[] = [];
    const add = (text: unknown): boolean => {
      updates.push(text);
      return this.#answer();
    };
    this.#leave = this.uptime.live.follow(
      {
        deliver: (message) => add(pageNews(this, message, query).data),
        startAnew: () => void add(START_ANEW),
        end: () => void this.#answer(),
      },
      query.after,
    );
    try {
      await withTimeout(LONGEST_WAIT_MS, this.#isReady);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    } finally {
      this.#leave();
    }
    this.setHeader('Cache-Control', 'no-store');
    this.setHeader('Content-Type', 'application/json; charset=utf-8');
    this.write(`{"updates":[${updates.join()}]}`);
  }

  override onConnectionClose(): void {
    this.#leave?.();
    this.#isReady.cancel();
  }

  #answer(): boolean {
    if (!this.#isReady.done()) this.#isReady.setResult();
    return true;
  }
}
