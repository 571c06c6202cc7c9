// One topic of many processes, as its users see it. Must not know: connections.
import type { Future } from '@typhoon/concurrent';
import type { PublishOptions, Topic, TopicSubscriber } from '@typhoon/topic';

/** All that a topic asks of those who keep the connections. */
export interface TopicHub {
  sizeOf(name: string): number;
  publish(name: string, data: string | Uint8Array, key: string | undefined): Future<void>;
  subscribe(topic: Topic, subscriber: TopicSubscriber): () => void;
  ready(name: string): Future<void>;
}

/** A name under which all processes publish and hear; two objects of one name are one topic. `RedisTopics` makes it. */
export class RedisTopic implements Topic {
  readonly name: string;
  readonly #hub: TopicHub;

  constructor(name: string, hub: TopicHub) {
    this.name = name;
    this.#hub = hub;
  }

  get size(): number {
    return this.#hub.sizeOf(this.name);
  }

  /**
   * Sends a message to the subscribers of all processes, this one included. Bytes are the topic's until it is settled.
   *
   * @returns Settled when Redis has it. While Redis is away it waits, `publishTimeoutMs` at most. Fails with TopicError.
   */
  publish(data: string | Uint8Array, options?: PublishOptions): Future<void> {
    return this.#hub.publish(this.name, data, options?.key);
  }

  /**
   * Subscribes; what is published is heard as soon as Redis has confirmed it: see `ready`.
   * @throws TopicError `ERR_TOPICS_CLOSED`
   */
  subscribe(subscriber: TopicSubscriber): () => void {
    return this.#hub.subscribe(this, subscriber);
  }

  /** As for every topic; while Redis is away it waits. Fails with TopicError `ERR_SUBSCRIBE_REFUSED`, `ERR_TOPICS_CLOSED`. */
  ready(): Future<void> {
    return this.#hub.ready(this.name);
  }
}
