// How much a server has to do. Owns: two counters that its connections share, and their limit. Must not know: connections.
// HOT: `pnpm bench http`

/** Requests of one server, since it was made. */
export class RequestLoad {
  /** Requests of which the head has come. */
  begun = 0;
  /** Those of them that are answered or given up. */
  ended = 0;
  readonly #most: number;

  /** @param most How many may be in progress. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Requests that are being read or answered. */
  get inProgress(): number {
    return this.begun - this.ended;
  }

  /** Whether no further request may begin. */
  get isFull(): boolean {
    return this.begun - this.ended >= this.#most;
  }
}
