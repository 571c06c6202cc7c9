// Topics over Redis pub/sub. Owns: which channels are subscribed to, what happens when Redis goes away and comes back.
// Must not know: how a message looks (wire.ts), how it is published (publish-queue.ts).
//
// Two connections, for one that has subscribed can do nothing else. What a process publishes comes back to it as to all others, so
// that all hear the same in the same order; it is held back while a subscription of the same process is on its way.
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { Published, type Topic, type TopicSubscriber } from '@typhoon/topic';
import { Channel } from './channel.ts';
import { isReply, PublishQueue, type PublishQueueOptions } from './publish-queue.ts';
import { RedisLink, type LinkOwner, type RedisLinkOptions } from './redis-link.ts';
import { RedisTopic, type TopicHub } from './redis-topic.ts';
import { SeenMessages } from './seen-messages.ts';
import { closedError, TopicError } from './topic-error.ts';
import { decodeMessage } from './wire.ts';

/** How topics reach Redis. */
export interface RedisTopicsOptions extends RedisLinkOptions, PublishQueueOptions {
  /** Put before the name of each topic; channels are not divided by the number of a database. Default: nothing. */
  readonly prefix?: string;
}

/** So many channels in one command. */
const CHUNK = 500;
const DONE: Future<void> = Future.resolved(undefined);

/**
 * Topics of many processes and machines. One for each process (or thread) is enough: it has two connections to Redis, and one
 * subscription for each topic that has subscribers here.
 *
 * ```ts no-run
 * const topics = new RedisTopics({ connection: 'redis://127.0.0.1:6379' })
 * const room = topics.topic('room-1')
 * room.subscribe(handler)
 * await room.publish('hello')
 * ```
 */
export class RedisTopics implements AsyncDisposable {
  readonly #loop: IOLoop = IOLoop.current();
  readonly #prefix: string;
  readonly #channels = new Map<string, Channel>();
  readonly #seen = new SeenMessages();
  readonly #hub: TopicHub;
  readonly #listening: RedisLink;
  readonly #publishing: RedisLink;
  readonly #queue: PublishQueue;
  /** Channels that are compared with what Redis knows at the end of this event. */
  readonly #changed = new Set<Channel>();
  #isAway = false;
  #closing: Promise<void> | null = null;

  /** Connects at once, and again whenever it has to. */
  constructor(options: RedisTopicsOptions) {
    this.#prefix = options.prefix ?? '';
    this.#hub = {
      sizeOf: (name) => this.#channels.get(this.#prefix + name)?.subscribers.size ?? 0,
      publish: (name, data, key) => this.#queue.add(this.#prefix + name, data, key),
      subscribe: (topic, subscriber) => this.#subscribe(topic, subscriber),
      ready: (name) => this.#ready(this.#prefix + name),
    };
    const owner: LinkOwner = {
      linkUp: (link) => {
        this.#linkUp(link);
      },
      linkDown: (link, reason) => {
        this.#linkDown(link, reason);
      },
    };
    this.#listening = new RedisLink(this.#loop, owner, options);
    this.#publishing = new RedisLink(this.#loop, owner, options);
    const gate = {
      mayPublish: (channel: string) => this.#channels.get(channel)?.isSettled ?? true,
    };
    this.#queue = new PublishQueue(this.#loop, this.#publishing, gate, options);
    this.#listening.redis.on('messageBuffer', (channel: Buffer, bytes: Buffer) => {
      this.#received(channel.toString(), bytes);
    });
  }

  /** Whether Redis can be reached; for a page that tells how the process is. */
  get isConnected(): boolean {
    return this.#listening.isUp && this.#publishing.isUp;
  }

  /** The topic of that name. */
  topic(name: string): RedisTopic {
    return new RedisTopic(name, this.#hub);
  }

  /** Subscribers hear no more; resolves when what was published has been confirmed, or has failed. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#listening.close();
    const channels = [...this.#channels.values()];
    this.#channels.clear();
    for (const channel of channels) channel.end(closedError());
    await this.#queue.finish();
    this.#publishing.close();
  }

  #subscribe(topic: Topic, subscriber: TopicSubscriber): () => void {
    if (this.#closing !== null) throw closedError();
    const name = this.#prefix + topic.name;
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = new Channel(name, topic, this.#syncSoon);
      this.#channels.set(name, channel);
      this.#syncSoon(channel);
    }
    return channel.subscribers.add(subscriber);
  }

  #ready(name: string): Future<void> {
    if (this.#closing !== null) return Future.rejected(closedError());
    return this.#channels.get(name)?.ready() ?? DONE;
  }

  readonly #syncSoon = (channel: Channel): void => {
    this.#changed.add(channel);
    if (this.#changed.size === 1) this.#loop.schedule(this.#sync, undefined);
  };

  /** Subscribes to what is new, and unsubscribes from what nobody wants any more. */
  readonly #sync = (): void => {
    const wanted: Channel[] = [];
    const unwanted: string[] = [];
    for (const channel of this.#changed) {
      if (channel.subscribers.size > 0) {
        if (channel.state === 'new') wanted.push(channel);
      } else if (this.#channels.get(channel.name) === channel) {
        this.#channels.delete(channel.name);
        channel.end(null);
        if (channel.state !== 'new') unwanted.push(channel.name);
      }
    }
    this.#changed.clear();
    this.#queue.flushSoon();
    if (!this.#listening.isUp) return;
    for (let at = 0; at < unwanted.length; at += CHUNK) {
      this.#listening.redis.unsubscribe(...unwanted.slice(at, at + CHUNK)).catch(ignore);
    }
    for (let at = 0; at < wanted.length; at += CHUNK) this.#ask(wanted.slice(at, at + CHUNK));
  };

  #ask(channels: readonly Channel[]): void {
    const { epoch, redis } = this.#listening;
    for (const channel of channels) channel.state = 'asked';
    redis.subscribe(...channels.map(({ name }) => name)).then(
      () => {
        this.#answered(epoch, channels, (channel) => {
          channel.heard();
        });
      },
      (error: unknown) => {
        if (!isReply(error)) return; // the connection has ended
        if (channels.length > 1) {
          // One of them is forbidden, and Redis does not say which.
          this.#answered(epoch, channels, (channel) => {
            this.#ask([channel]);
          });
          return;
        }
        this.#answered(epoch, channels, (channel) => {
          const message = `Redis does not let us subscribe to ${channel.name}: ${error.message}`;
          appLog.error(message);
          channel.refuse(new TopicError('ERR_SUBSCRIBE_REFUSED', message, { cause: error }));
        });
      },
    );
  }

  /** Redis has answered for channels; those that are still meant are told. */
  #answered(epoch: number, channels: readonly Channel[], tell: (channel: Channel) => void): void {
    if (epoch !== this.#listening.epoch) return;
    this.#listening.within(() => {
      for (const channel of channels) {
        if (this.#channels.get(channel.name) === channel && channel.state === 'asked')
          tell(channel);
      }
      this.#queue.flushSoon();
    });
  }

  #received(name: string, bytes: Buffer): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) return;
    const message = decodeMessage(bytes);
    if (message === null) {
      appLog.warning('A message on %s is none that this version knows; it is dropped', name);
      return;
    }
    const { data, key, stamp } = message;
    if (stamp !== null && !this.#seen.isNew(stamp)) return;
    this.#listening.within(() => {
      channel.tellGap();
      channel.subscribers.deliver(new Published(data, key === undefined ? {} : { key }));
    });
  }

  #linkUp(link: RedisLink): void {
    if (this.isConnected && this.#isAway) {
      this.#isAway = false;
      appLog.info('Redis is back');
    }
    if (link === this.#listening) this.#channels.forEach(this.#syncSoon);
    else this.#queue.flushSoon();
  }

  #linkDown(link: RedisLink, reason: string): void {
    if (!this.#isAway) appLog.warning('Redis is away: %s', reason);
    this.#isAway = true;
    if (link === this.#listening) for (const channel of this.#channels.values()) channel.lost();
  }
}

function ignore(): void {
  // the connection has ended, and with it all subscriptions
}
