// A topic within one process. Owns: who has subscribed. Must not know: how a message gets to a reader.
import { Future } from '@typhoon/concurrent';
import { appLog } from '@typhoon/log';
import { Published, type PublishOptions } from './published.ts';
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
  readonly #subscribers = new Set<TopicSubscriber>();

  constructor(name = '') {
    this.name = name;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  publish(data: string | Uint8Array, options?: PublishOptions): Future<void> {
    const message = new Published(data, options);
    for (const subscriber of this.#subscribers) {
      try {
        if (!subscriber.deliver(message)) this.#subscribers.delete(subscriber);
      } catch (error) {
        appLog.error('A subscriber of the topic %s threw', this.name, error);
      }
    }
    return DONE;
  }

  subscribe(subscriber: TopicSubscriber): () => void {
    const unsubscribe = (): void => {
      this.#subscribers.delete(subscriber);
    };
    if (this.#subscribers.has(subscriber)) return unsubscribe;
    this.#subscribers.add(subscriber);
    subscriber.whenGone?.(unsubscribe);
    return unsubscribe;
  }
}
