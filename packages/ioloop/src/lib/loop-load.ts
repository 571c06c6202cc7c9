// How loaded the thread's event loop is, as numbers. Owns: the two measurements of Node.js behind them, and their start.
// Must not know: what loads it.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { EventLoopUtilization } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

/** Measures from its making, or from the last `reset`. Costs one timer every 10 ms, which keeps no process alive. */
export class LoopLoad {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #from: EventLoopUtilization = performance.eventLoopUtilization();

  constructor() {
    this.#delay.enable();
  }

  /** The part of the time that the loop did not spend waiting for events, 0 to 1. */
  get busyRatio(): number {
    return performance.eventLoopUtilization(this.#from).utilization;
  }

  /** How late timers fire on average, in milliseconds. */
  get lagMs(): number {
    return lagOf(this.#delay.mean);
  }

  /** How late the latest timer fired, in milliseconds. */
  get maxLagMs(): number {
    return lagOf(this.#delay.max);
  }

  /** How late `percent` of 100 timers fire at most, in milliseconds. @throws RangeError unless 0 < percent ≤ 100. */
  lagPercentileMs(percent: number): number {
    return lagOf(this.#delay.percentile(percent));
  }

  /** Measures from now on. */
  reset(): void {
    this.#delay.reset();
    this.#from = performance.eventLoopUtilization();
  }

  /** Measures no more. */
  close(): void {
    this.#delay.disable();
  }
}

/** Node.js records the whole interval; before the first, it has no mean. */
function lagOf(intervalNs: number): number {
  const lagMs = intervalNs / NS_PER_MS - RESOLUTION_MS;
  return lagMs > 0 ? lagMs : 0;
}
