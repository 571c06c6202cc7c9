// News for whoever follows it, however it gets there. Owns: that each follower gets every update once, in order, whatever it has
// missed. Must not know: WebSockets, HTTP, SQL.
//
// What happened stands in the database, numbered in the order of the commits, and that is the only truth. A follower says which
// number it has seen last, be it from this process or from one before it. It is read what is behind that, and then hears the
// topic, to which everything is published that is read from then on.
import { coroutine } from '@typhoon/gen';
import { appLog } from '@typhoon/log';
import { LocalTopic, Published, type TopicSubscriber } from '@typhoon/topic';
import type { Future } from '@typhoon/concurrent';
import type { Missed, News } from './site.ts';

/** Where what happened is kept. */
export interface UpdateLog {
  /** What is behind an update, in pieces. */
  newsAfter(id: number): Future<Missed>;
}

/** One who follows. */
export interface Follower {
  /** Takes a message (`newsOf` reads it); answers whether it wants more. */
  deliver(message: Published): boolean;
  /** It has missed what is forgotten by now, and has to look at everything anew. Nothing comes any more. */
  startAnew(): void;
  /** The app ends, or cannot tell. Nothing comes any more. */
  end(): void;
}

/** What a message says. */
export function newsOf(message: Published): News {
  return message.as('news', (data) => JSON.parse(String(data)) as News);
}

/** Tells followers of what happened. */
export class LiveUpdates {
  readonly #log: UpdateLog;
  /** Those who have caught up hear it. */
  readonly #topic = new LocalTopic('updates');
  readonly #followings = new Set<Following>();
  /** The last update that was published. */
  #lastId = 0;
  #isTelling = false;
  #isMoreToTell = false;
  #isClosed = false;

  constructor(log: UpdateLog) {
    this.#log = log;
  }

  /** Something happened, and is in the database. */
  publish(): void {
    if (this.#topic.size === 0) return; // whoever comes asks the database
    this.#isMoreToTell = true;
    if (!this.#isTelling) void this.#tell();
  }

  /** Gives a follower what is behind the update `lastSeenId`, then what happens, until what is returned is called. */
  follow(follower: Follower, lastSeenId: number): () => void {
    const following = new Following(follower, lastSeenId, () => {
      this.#followings.delete(following);
    });
    this.#followings.add(following);
    if (this.#isClosed) following.end();
    else void this.#catchUp(following);
    return () => {
      following.leave();
    };
  }

  /** Nobody follows any more. */
  close(): void {
    this.#isClosed = true;
    for (const following of [...this.#followings]) following.end();
  }

  readonly #catchUp = coroutine(function* (
    this: LiveUpdates,
    following: Following,
  ): Generator<unknown, void, unknown> {
    try {
      do {
        const { news, isComplete } = yield* this.#log.newsAfter(following.lastId);
        if (!isComplete) following.startAnew();
        for (const one of news) following.deliver(new Published(JSON.stringify(one)));
        if (following.isOver) return;
      } while (this.#topic.size > 0 && following.lastId < this.#lastId);
      const isFirst = this.#topic.size === 0;
      this.#topic.subscribe(following);
      if (!isFirst) return;
      // Whatever has happened since it was read has not been published, for nobody heard it.
      this.#lastId = following.lastId;
      this.publish();
    } catch (error) {
      appLog.error('what a client has missed cannot be read', error);
      following.end();
    }
  });

  /** Until there is no more: what happens while it is read is read next. */
  readonly #tell = coroutine(function* (this: LiveUpdates): Generator<unknown, void, unknown> {
    this.#isTelling = true;
    try {
      while (this.#isMoreToTell) {
        this.#isMoreToTell = false;
        const { news, isComplete } = yield* this.#log.newsAfter(this.#lastId);
        for (const one of news) {
          this.#isMoreToTell = true;
          this.#lastId = one.update.id;
          void this.#topic.publish(JSON.stringify(one));
        }
        if (!isComplete) for (const following of [...this.#followings]) following.startAnew();
      }
    } catch (error) {
      appLog.error('what happened cannot be read: whoever follows asks again', error);
      for (const following of [...this.#followings]) following.end();
    } finally {
      this.#isTelling = false;
    }
  });
}

/** How far a follower is. */
class Following implements TopicSubscriber {
  isOver = false;
  readonly #follower: Follower;
  readonly #forget: () => void;
  #unsubscribe: (() => void) | null = null;
  #lastId: number;

  constructor(follower: Follower, lastId: number, forget: () => void) {
    this.#follower = follower;
    this.#lastId = lastId;
    this.#forget = forget;
  }

  /** The last update that it has got. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Each update once, and never an older one: what was read for it may be published later. */
  deliver(message: Published): boolean {
    if (this.isOver) return false;
    const { id } = newsOf(message).update;
    if (id <= this.#lastId) return true;
    this.#lastId = id;
    if (!this.#follower.deliver(message)) this.leave();
    return !this.isOver;
  }

  whenGone(unsubscribe: () => void): void {
    this.#unsubscribe = unsubscribe;
  }

  leave(): void {
    this.isOver = true;
    this.#forget();
    this.#unsubscribe?.();
  }

  startAnew(): void {
    if (this.isOver) return;
    this.leave();
    this.#follower.startAnew();
  }

  end(): void {
    if (this.isOver) return;
    this.leave();
    this.#follower.end();
  }
}
