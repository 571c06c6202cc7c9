// Live updates over a WebSocket: the way that costs least.
import { Published } from '@typhoon/topic';
import { args, type ArgsOf } from '@typhoon/web';
import { WebSocketHandler } from '@typhoon/websocket';
import { toStandardJsonSchema as described } from '@valibot/to-json-schema';
import { liveQuery, pageNews, START_ANEW } from './live.ts';
import type { Follower } from '../live-updates.ts';
import type { Uptime } from '../uptime.ts';

const followed = args({ query: described(liveQuery) }, { summary: 'News over a WebSocket' });

/** `GET /live/socket?after=ID`, and the filter: what happened behind that update, and what happens. */
export class LiveSocketHandler extends WebSocketHandler implements Follower {
  #uptime: Uptime | null = null;
  #query: ArgsOf<typeof followed>['query'] = { after: 0 };
  #leave: (() => void) | null = null;

  override initialize({ uptime }: { readonly uptime: Uptime }): void {
    this.#uptime = uptime;
  }

  @followed
  override get({ query }: ArgsOf<typeof followed>): unknown {
    this.#query = query;
    return super.get();
  }

  override open(): void {
    this.#leave = this.#uptime?.live.follow(this, this.#query.after) ?? null;
  }

  override onMessage(): void {
    this.close(1008, 'there is nothing to be said here');
  }

  override onClose(): void {
    this.#leave?.();
  }

  /** Who reads too slowly is closed, comes back, and asks for what it has missed. */
  override deliver(message: Published): boolean {
    return super.deliver(pageNews(this, message, this.#query));
  }

  startAnew(): void {
    super.deliver(new Published(START_ANEW));
  }

  end(): void {
    this.close(1001);
  }
}
