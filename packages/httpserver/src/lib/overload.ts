// What a server does not take on. Owns: what is answered beyond its limits, how often that was, one line in the log now and
// then. Must not know: connections, what the limits are compared with.
import { statusLine } from '@typhoon/http1';
import { genLog } from '@typhoon/log';

/** All that it asks of the loop. */
export interface OverloadClock {
  /** When the present event began, or nearly. */
  readonly eventTime: number;
}

/** While a server stays overloaded, it says so that often. */
const LOG_EVERY_MS = 10_000;

/** The refusals of one server. */
export class Overload {
  /** The whole answer; made once. */
  readonly answer: string;
  /** Connections that were refused. */
  connections = 0;
  /** Requests that were refused, on connections that were not. */
  requests = 0;
  readonly #clock: OverloadClock;
  #quietUntilMs = -Infinity;

  /** @param retryAfterMs When clients may try again; said in whole seconds. */
  constructor(clock: OverloadClock, retryAfterMs: number) {
    const retryAfter = `Retry-After: ${Math.ceil(retryAfterMs / 1000)}\r\n`;
    this.#clock = clock;
    this.answer = `${statusLine(503)}${retryAfter}Connection: close\r\nContent-Length: 0\r\n\r\n`;
  }

  /** A connection was refused. */
  refusedConnection(): void {
    this.connections++;
    this.#log();
  }

  /** A request was refused. */
  refusedRequest(): void {
    this.requests++;
    this.#log();
  }

  #log(): void {
    const now = this.#clock.eventTime;
    if (now < this.#quietUntilMs) return;
    this.#quietUntilMs = now + LOG_EVERY_MS;
    genLog.warning(
      'Overloaded: %d connections and %d requests refused so far',
      this.connections,
      this.requests,
    );
  }
}
