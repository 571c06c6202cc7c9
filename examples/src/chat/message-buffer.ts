// The last messages of a chat. Owns: which a client has not seen, and waking those who wait for more.
import { Condition } from '@typhoon/sync';

/** A message, as clients get it. */
export interface ChatMessage {
  readonly id: string;
  readonly text: string;
  /** The same as the page shows it. */
  readonly html: string;
}

const KEPT = 200;

/** Keeps messages. */
export class MessageBuffer {
  readonly #arrived = new Condition();
  #messages: readonly ChatMessage[] = [];

  /** All that are kept. */
  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  /** Those behind `cursor`; all for one that is not kept any more. */
  since(cursor: string): readonly ChatMessage[] {
    return this.#messages.slice(this.#messages.findIndex(({ id }) => id === cursor) + 1);
  }

  /** Settled when something comes; who gives up cancels it. */
  arrival(): ReturnType<Condition['wait']> {
    return this.#arrived.wait();
  }

  add(message: ChatMessage): void {
    this.#messages = [...this.#messages, message].slice(-KEPT);
    this.#arrived.notifyAll();
  }
}
