// A topic within one process. Must not know: who has subscribed (subscribers.ts), how a message gets to a reader.
import { Future } from '@typhoon/concurrent';
import { Published, type PublishOptions } from './published.ts';
import { Subscribers } from './subscribers.ts';
import type { Topic, TopicSubscriber } from './topic.ts';

const DONE: Future<void> = Future.resolved(undefined);

/**
 * Publishes to the subscribers of this process.
 *
 * ```ts no-run
 * const prices = new LocalTopic('prices')
 * prices.subscribe(handler)
 * prices.publish(JSON.stringify({ tea: 3 }))
 * ```
 */
export class LocalTopic implements Topic {
  readonly name: string;
  readonly #subscribers: Subscribers;

  constructor(name = '') {
    this.name = name;
    this.#subscribers = new Subscribers(this);
  }

  get size(): number {
    return this.#subscribers.size;
  }

  publish(data: string | Uint8Array, options?: PublishOptions): Future<void> {
    this.#subscribers.deliver(new Published(data, options));
    return DONE;
  }

  subscribe(subscriber: TopicSubscriber): () => void {
    return this.#subscribers.add(subscriber);
  }

  ready(): Future<void> {
    return DONE;
  }
}
