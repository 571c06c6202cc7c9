// Random programs: several workers in `async` functions use one queue, one lock and one condition, and are cancelled and
// timed out at random while they wait. Whatever happens, every item arrives once, the lock is held by one at a time and
// free in the end, and everybody comes to an end. fast-check prints the seed of a failure.
import { CancelledError, TimeoutError } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Condition, Lock, Queue } from '../src/index.ts';
import type { Future } from '@typhoon/concurrent';

const act = fc.record({
  do: fc.constantFrom('put', 'get', 'lock', 'wait', 'notify', 'pause', 'cancel'),
  ms: fc.nat(5),
  isTimed: fc.boolean(),
});
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

class World {
  readonly clock = new VirtualClock({ autoJump: false });
  readonly loop = new IOLoop({ clock: this.clock });
  readonly queue = new Queue<number>(2);
  readonly lock = new Lock();
  readonly condition = new Condition();
  /** What may be cancelled by anybody. */
  readonly waits: Future<unknown>[] = [];
  readonly put: number[] = [];
  readonly got: number[] = [];
  inside = 0;
  ended = 0;
  #made = 0;

  async work(script: readonly Act[]): Promise<void> {
    for (const one of script) {
      try {
        await this.#do(one);
      } catch (error) {
        if (!(error instanceof CancelledError || error instanceof TimeoutError)) throw error;
      }
    }
    this.ended++;
  }

  async #do({ do: what, ms, isTimed }: Act): Promise<void> {
    const timeout = isTimed ? ms : undefined;
    switch (what) {
      case 'put': {
        const item = this.#made++;
        await this.#register(this.queue.put(item, timeout));
        this.put.push(item);
        return;
      }
      case 'get':
        this.got.push(await this.#register(this.queue.get(timeout)));
        return;
      case 'lock':
        await this.#register(this.lock.run(() => this.#beInside(ms), timeout));
        return;
      case 'wait':
        await this.#register(this.condition.wait(timeout));
        return;
      case 'notify':
        this.condition.notify(ms);
        return;
      case 'pause':
        await this.#pause(ms);
        return;
      default:
        this.waits[this.waits.length - 1 - ms]?.cancel();
    }
  }

  async #beInside(ms: number): Promise<void> {
    expect(++this.inside).toBe(1);
    await this.#pause(ms);
    this.inside--;
  }

  #register<T>(future: Future<T>): Future<T> {
    this.waits.push(future);
    return future;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.loop.callLater(ms, resolve));
  }

  /** Lets time pass, and those go who wait for what nobody will do any more. */
  async finish(): Promise<void> {
    for (let left = 1; left > 0;) {
      await this.clock.advance(1000);
      left = this.waits.filter((future) => future.cancel()).length;
    }
    await this.clock.advance(1000);
  }
}

describe('random programs', () => {
  it('lose no item, hold the lock one at a time and come to an end', async () => {
    const script = fc.array(act, { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(script, { maxLength: 6 }), async (scripts) => {
        const world = new World();
        for (const one of scripts) void world.work(one);
        await world.finish();
        expect(world.ended).toBe(scripts.length);
        const rest: number[] = [];
        while (!world.queue.empty()) rest.push(world.queue.getNowait());
        const arrived = [...world.got, ...rest].sort((a, b) => a - b);
        expect(arrived).toEqual(world.put.sort((a, b) => a - b));
        expect([world.inside, String(world.lock)]).toEqual([0, '<Lock [unlocked,value:1]>']);
        expect([String(world.condition), world.clock.pendingTimers]).toEqual(['<Condition>', 0]);
        world.loop.close();
      }),
      { numRuns: 200 },
    );
  });
});
