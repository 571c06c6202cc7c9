// One channel of Redis, as long as this process has subscribers for it. Owns: whether it is heard, and who waits for that.
// Must not know: connections.
import { Future } from '@typhoon/concurrent';
import { Subscribers, type Topic } from '@typhoon/topic';
import type { TopicError } from './topic-error.ts';

/** `new`: to be asked for; `asked`: Redis has not answered yet. */
export type ChannelState = 'new' | 'asked' | 'heard' | 'refused';

const DONE: Future<void> = Future.resolved(undefined);

/** What this process knows of a channel. */
export class Channel {
  readonly name: string;
  readonly subscribers: Subscribers;
  state: ChannelState = 'new';
  #refusal: TopicError | null = null;
  #waiting: Future<void>[] = [];
  /** It was heard before the connection ended. */
  #hasGap = false;

  constructor(name: string, topic: Topic, onEmpty: (channel: Channel) => void) {
    this.name = name;
    this.subscribers = new Subscribers(topic, () => {
      onEmpty(this);
    });
  }

  /** Whether the subscribers hear what is published now, or never will. */
  get isSettled(): boolean {
    return this.state === 'heard' || this.state === 'refused' || this.subscribers.size === 0;
  }

  /** Settled when it is heard. */
  ready(): Future<void> {
    if (this.state === 'heard') return DONE;
    if (this.#refusal !== null) return Future.rejected(this.#refusal);
    const future = new Future<void>();
    this.#waiting.push(future);
    return future;
  }

  /** Redis has confirmed it. */
  heard(): void {
    this.state = 'heard';
    this.tellGap();
    this.#settle(null);
  }

  /** Before the first message after a gap. */
  tellGap(): void {
    if (!this.#hasGap) return;
    this.#hasGap = false;
    this.subscribers.tellGap();
  }

  /** The connection has ended. */
  lost(): void {
    if (this.state === 'heard') this.#hasGap = true;
    this.state = 'new';
    this.#refusal = null;
  }

  /** Redis does not allow it. */
  refuse(error: TopicError): void {
    this.state = 'refused';
    this.#refusal = error;
    this.#settle(error);
  }

  /** Nobody is there any more, or it is all over. */
  end(error: TopicError | null): void {
    this.#settle(error);
  }

  #settle(error: TopicError | null): void {
    for (const future of this.#waiting.splice(0)) {
      if (future.done()) continue;
      if (error === null) future.setResult();
      else future.setException(error);
    }
  }
}
