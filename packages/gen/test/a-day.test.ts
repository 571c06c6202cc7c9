import { TimeoutError, withTimeout } from '@typhoon/concurrent';
import { coroutine, multi, sleep } from '@typhoon/gen';
import { IOLoop, PeriodicCallback } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { describe, expect, it } from 'vitest';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Numbers in [0, 1), the same ones on every run. */
function* chances(seed: number): Generator<number, never, unknown> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** A day in the life of a service that polls a slow backend; what happened, and when. */
class Day {
  readonly log: string[] = [];
  readonly #loop = new IOLoop({ clock: new VirtualClock() });
  readonly #chances = chances(42);
  #inFlight = 0;

  async live(): Promise<readonly string[]> {
    const loop = this.#loop;
    const poll = new PeriodicCallback(() => this.#poll(), 15 * MINUTE);
    const report = new PeriodicCallback(() => {
      this.#note(`in flight: ${this.#inFlight}`);
    }, HOUR);
    poll.start();
    report.start();
    const upkeep = this.#upkeep();
    loop.callLater(24 * HOUR, () => {
      loop.stop();
    });
    await loop.start();
    poll.stop();
    report.stop();
    upkeep.cancel();
    await upkeep.then(undefined, () => {
      this.#note('upkeep cancelled');
    });
    loop.close();
    return this.log;
  }

  #note(what: string): void {
    this.log.push(`${this.#loop.time()} ${what}`);
  }

  /** Takes from 0 to 8 seconds. */
  readonly #request = coroutine(function* (this: Day, name: string) {
    this.#inFlight++;
    try {
      yield* sleep(this.#chances.next().value * 8 * SECOND);
      return name;
    } finally {
      this.#inFlight--;
    }
  });

  readonly #withRetries = coroutine(function* (this: Day, name: string) {
    for (let attempt = 0; attempt < 4; attempt++) {
      try {
        const work = withTimeout(5 * SECOND, this.#request(name), { cancel: true });
        this.#note(`${yield* work} after ${attempt} retries`);
        return;
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        yield* sleep(SECOND * 2 ** attempt);
      }
    }
    this.#note(`${name} given up`);
  });

  readonly #poll = coroutine(function* (this: Day) {
    yield* multi([this.#withRetries('left'), this.#withRetries('right')]);
  });

  readonly #upkeep = coroutine(function* (this: Day) {
    for (;;) {
      yield* sleep(17 * MINUTE);
      yield null;
      this.#note('upkeep');
    }
  });
}

describe('a day of retries, timeouts and periodic work', () => {
  it('takes less than a second', async () => {
    const before = process.cpuUsage();
    const log = await new Day().live();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
    expect(log.filter((line) => line.endsWith('upkeep'))).toHaveLength(84);
    expect(log.filter((line) => line.includes('in flight'))).toHaveLength(23);
    expect(log.filter((line) => /left|right/.test(line))).toHaveLength(2 * 95);
  });

  it('gives the same log a hundred times over', { timeout: 120_000 }, async () => {
    const first = await new Day().live();
    for (let run = 1; run < 100; run++) expect(await new Day().live()).toEqual(first);
  });
});
