// How much a server has to do. Owns: two counters that its connections share. Must not know: connections.
// HOT: `pnpm bench http`

/** Requests of one server, since it was made. */
export class RequestLoad {
  /** Requests of which the head has come. */
  begun = 0;
  /** Those of them that are answered or given up. */
  ended = 0;

  /** Requests that are being read or answered. */
  get inProgress(): number {
    return this.begun - this.ended;
  }
}
