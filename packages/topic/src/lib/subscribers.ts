// Who has subscribed to a topic in this process. Must not know: where messages come from, how one gets to a reader.
import { appLog } from '@typhoon/log';
import type { Published } from './published.ts';
import type { Topic, TopicSubscriber } from './topic.ts';

/** The subscribers of one topic; for who makes a kind of topic. */
export class Subscribers {
  readonly #topic: Topic;
  readonly #onEmpty: (() => void) | null;
  readonly #all = new Set<TopicSubscriber>();

  /** @param onEmpty The last one has gone. */
  constructor(topic: Topic, onEmpty?: () => void) {
    this.#topic = topic;
    this.#onEmpty = onEmpty ?? null;
  }

  /** How many there are. */
  get size(): number {
    return this.#all.size;
  }

  /** Adds one, until what is returned is called, or it has gone. Twice is once. */
  add(subscriber: TopicSubscriber): () => void {
    const unsubscribe = (): void => {
      this.#remove(subscriber);
    };
    if (this.#all.has(subscriber)) return unsubscribe;
    this.#all.add(subscriber);
    subscriber.whenGone?.(unsubscribe);
    return unsubscribe;
  }

  /** A message for each of them. */
  deliver(message: Published): void {
    for (const subscriber of this.#all) {
      try {
        if (!subscriber.deliver(message)) this.#remove(subscriber);
      } catch (error) {
        this.#threw(error);
      }
    }
  }

  /** Messages may be lost. */
  tellGap(): void {
    for (const subscriber of this.#all) {
      try {
        subscriber.onGap?.(this.#topic);
      } catch (error) {
        this.#threw(error);
      }
    }
  }

  #remove(subscriber: TopicSubscriber): void {
    if (this.#all.delete(subscriber) && this.#all.size === 0) this.#onEmpty?.();
  }

  #threw(error: unknown): void {
    appLog.error('A subscriber of the topic %s threw', this.#topic.name, error);
  }
}
