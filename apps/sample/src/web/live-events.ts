// Live updates as server-sent events: for where WebSockets do not get through.
import { args, EventStream, HTTPError, type ArgsOf } from '@typhoon/web';
import { toStandardJsonSchema as described } from '@valibot/to-json-schema';
import { liveQuery, pageNews, START_ANEW } from './live.ts';
import { newsOf } from '../live-updates.ts';
import { UptimeHandler } from './uptime-handler.ts';

const followed = args({ query: described(liveQuery) }, { summary: 'News as server-sent events' });

/** `GET /live/events?after=ID`, and the filter; a browser that connects again says itself what it has seen last. */
export class LiveEventsHandler extends UptimeHandler {
  @followed
  override async get({ query }: ArgsOf<typeof followed>): Promise<void> {
    const stream = new EventStream(this);
    const seen = stream.lastEventId ?? '';
    const leave = this.uptime.live.follow(
      {
        deliver: (message) => {
          const { id } = newsOf(message).update;
          void stream.send({
            id: String(id),
            data: String(pageNews(this, message, query).data),
          });
          return !stream.isEnded;
        },
        startAnew: () => void stream.send(START_ANEW),
        end: () => {
          stream.close();
        },
      },
      /^\d{1,15}$/.test(seen) ? Number(seen) : query.after,
    );
    await stream.ended;
    leave();
  }

  /** A stream without its body would never end. */
  override head(): void {
    throw new HTTPError(405);
  }
}
