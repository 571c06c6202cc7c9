// What is held, and giving it back.

/** Something that is held until `release` is called. */
interface Releasable {
  release(): void;
}

/**
 * What `acquire` gives: `release()` gives back what was acquired, once, however often it is called.
 * `using held = await lock.acquire()` does so at the end of the block (LCK-7).
 */
export class Releaser implements Disposable {
  #held: Releasable | null;

  constructor(held: Releasable) {
    this.#held = held;
  }

  /** Gives it back. @throws SyncError `ERR_NOT_ACQUIRED` when the lock itself was released instead. */
  release(): void {
    const held = this.#held;
    this.#held = null;
    held?.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
