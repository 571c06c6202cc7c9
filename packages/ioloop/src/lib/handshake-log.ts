// TLS handshakes that failed, in the log. Owns: that a flood of them does not become a flood of lines.
import { genLog } from '@typhoon/log';

const WINDOW_MS = 10_000;
/** So many in a window have a line each. */
const LINES_MAX = 10;

/**
 * Logs failed TLS handshakes: a warning in one line each (HSV-12, IOS-31), ten of them in ten seconds; the next line says how many
 * had none.
 */
export class HandshakeLog {
  readonly #now: () => number;
  #endMs = -Infinity;
  #lines = 0;
  #unsaid = 0;

  /** @param now A clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** One has failed: a scanner or a plain request on a TLS port is no fault of ours, so there is no trace. */
  failed(reason: string): void {
    const now = this.#now();
    if (now >= this.#endMs) {
      this.#endMs = now + WINDOW_MS;
      this.#lines = 0;
    }
    if (this.#lines === LINES_MAX) {
      this.#unsaid++;
      return;
    }
    this.#lines++;
    if (this.#unsaid === 0) genLog.warning('TLS handshake failed: %s', reason);
    else genLog.warning('TLS handshake failed: %s (and %d before it)', reason, this.#unsaid);
    this.#unsaid = 0;
  }
}
