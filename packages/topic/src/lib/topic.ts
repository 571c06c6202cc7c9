// What publishes and who hears it: the interface that topics in one process and those between processes share.
import type { Future } from '@typhoon/concurrent';
import type { Published, PublishOptions } from './published.ts';

/** Who hears a topic: a WebSocket handler, an event stream, or anything else with this one method. */
export interface TopicSubscriber {
  /**
   * A message, at once; how much may wait for a slow reader is the subscriber's own affair. Answers whether it wants more:
   * `false` ends the subscription. One that throws is logged, and keeps its subscription.
   */
  deliver(message: Published): boolean;
  /** Calls back once when it has gone, so that its subscriptions end; absent where it never does. */
  whenGone?(callback: () => void): void;
  /**
   * Messages of the topic may be lost: those published since the last one that was delivered. The topic is heard again, and the next
   * `deliver` comes after this call; so a state that is read now, and what is delivered from now on, have no hole between
   * them. A topic within one process never loses any.
   */
  onGap?(topic: Topic): void;
}

/** A name under which messages are published. */
export interface Topic {
  readonly name: string;
  /** How many subscribers there are in this process. */
  readonly size: number;
  /**
   * Tells every subscriber, each once, in the order of the calls.
   * @returns Settled once it is on its way to all; never waits for slow readers. Fails where the topic says so.
   */
  publish(data: string | Uint8Array, options?: PublishOptions): Future<void>;
  /** Subscribes until what is returned is called, or the subscriber has gone. Twice is once. */
  subscribe(subscriber: TopicSubscriber): () => void;
  /** Settled once the subscribers that there are hear whatever is published from then on, by whomever. */
  ready(): Future<void>;
}
