// What is being answered. Owns: the count, and knowing when it is over. Must not know: handlers.
import { Future } from '@typhoon/concurrent';

/** Counts requests between their beginning and their end. */
export class InFlight {
  #count = 0;
  #drained: Future<void> | null = null;

  /** Whether no more are taken. */
  get isDraining(): boolean {
    return this.#drained !== null;
  }

  /** One more. */
  begin(): void {
    this.#count++;
  }

  /** One less. */
  end(): void {
    this.#count--;
    this.#settle();
  }

  /** From here on no more are taken; settled when the last has ended. */
  drain(): Future<void> {
    this.#drained ??= new Future<void>();
    this.#settle();
    return this.#drained;
  }

  #settle(): void {
    if (this.#count === 0 && this.#drained?.done() === false) this.#drained.setResult();
  }
}
