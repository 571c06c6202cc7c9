// Locks against models of arrays: random acquires, releases, waits, wake-ups, cancellations and timeouts, several in one
// turn, under the virtual clock. fast-check prints the seed of a failure.
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedSemaphore, Condition, Event, Lock } from '../src/index.ts';
import { expire, outcomeOf, withdraw, type Outcome, type Waiting } from './outcome.ts';
import type { Future } from '@typhoon/concurrent';
import type { Releaser, Semaphore } from '../src/index.ts';

const timeoutMs = fc.option(fc.nat(6), { nil: Infinity });
const cancel = fc.record({ do: fc.constant('cancel' as const), back: fc.nat(8) });
const advance = fc.record({ do: fc.constant('advance' as const), ms: fc.nat(4) });

interface Rig {
  readonly clock: VirtualClock;
  readonly futures: Future<unknown>[];
  readonly outcomes: Outcome[];
  readonly line: Waiting[];
}

/** Runs `body` with a loop of its own. */
async function withRig(body: (rig: Rig) => Promise<void>): Promise<void> {
  const clock = new VirtualClock({ autoJump: false });
  const loop = new IOLoop({ clock });
  await body({ clock, futures: [], outcomes: [], line: [] });
  loop.close();
}

/** Somebody begins to wait, in both worlds; answers who. */
function join(rig: Rig, future: Future<unknown>, timeout: number): number {
  const id = rig.futures.push(future) - 1;
  rig.outcomes.push('waits');
  rig.line.push({ id, deadlineMs: rig.clock.now() + timeout });
  return id;
}

async function disturb(
  { clock, futures, outcomes, line }: Rig,
  step: { do: 'cancel'; back: number } | { do: 'advance'; ms: number },
): Promise<void> {
  if (step.do === 'advance') {
    await clock.advance(step.ms);
    expire(line, clock.now(), outcomes);
    return;
  }
  const id = futures.length - 1 - step.back;
  if (id >= 0) expect(futures[id]?.cancel()).toBe(withdraw(line, id, outcomes));
}

function limit(timeout: number): number | undefined {
  return timeout === Infinity ? undefined : timeout;
}

const permits = {
  Lock: { make: (): Semaphore => new Lock(), count: 1 },
  BoundedSemaphore: { make: (): Semaphore => new BoundedSemaphore(3), count: 3 },
};

describe.each(Object.entries(permits))('%s', (_, { make, count }) => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('acquire' as const), timeoutMs }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('release' as const), at: fc.nat(20) }) },
    { weight: 3, arbitrary: cancel },
    { weight: 2, arbitrary: advance },
  );

  it('gives each permit to one at a time, in order, and loses none (LCK-6, 9, 10)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), (steps) =>
        withRig(async (rig) => {
          const semaphore = make();
          const held: Releaser[] = [];
          let free = count;
          const serve = (): void => {
            for (const { id } of rig.line.splice(0, free)) {
              free--;
              const releaser = rig.futures[id]?.result() as Releaser;
              held.push(releaser);
              rig.outcomes[id] = { value: releaser };
            }
          };
          for (const one of steps) {
            if (one.do === 'acquire') {
              join(rig, semaphore.acquire(limit(one.timeoutMs)), one.timeoutMs);
              serve();
            } else if (one.do === 'release') {
              const [releaser] = held.splice(one.at % Math.max(1, held.length), 1);
              if (releaser === undefined) continue;
              releaser.release();
              releaser.release(); // which is one too many, and changes nothing
              free++;
              serve();
            } else {
              await disturb(rig, one);
            }
            expect(rig.futures.map(outcomeOf)).toEqual(rig.outcomes);
            expect(held.length + free).toBe(count);
          }
          for (const one of rig.futures) one.cancel();
          for (const one of held) one.release();
          expect(String(semaphore)).toContain(`[unlocked,value:${count}]`);
          expect(rig.clock.pendingTimers).toBe(0);
        }),
      ),
      { numRuns: 300 },
    );
  });
});

describe('Condition', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), timeoutMs }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('notify' as const), n: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('notifyAll' as const) }) },
    { weight: 3, arbitrary: cancel },
    { weight: 2, arbitrary: advance },
  );

  it('wakes as many as it is told to, in order, none of those who have left (LCK-1, 2)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), (steps) =>
        withRig(async (rig) => {
          const condition = new Condition();
          for (const one of steps) {
            if (one.do === 'wait') {
              join(rig, condition.wait(limit(one.timeoutMs)), one.timeoutMs);
            } else if (one.do === 'notify' || one.do === 'notifyAll') {
              if (one.do === 'notify') condition.notify(one.n);
              else condition.notifyAll();
              const woken = one.do === 'notify' ? one.n : rig.line.length;
              for (const { id } of rig.line.splice(0, woken)) rig.outcomes[id] = { value: true };
            } else {
              await disturb(rig, one);
            }
            const expected = rig.outcomes.map((outcome) =>
              outcome === 'timeout' ? { value: false } : outcome,
            );
            expect(rig.futures.map(outcomeOf)).toEqual(expected);
          }
          condition.notifyAll();
          expect([String(condition), rig.clock.pendingTimers]).toEqual(['<Condition>', 0]);
        }),
      ),
      { numRuns: 300 },
    );
  });
});

describe('Event', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), timeoutMs }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('set' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
    { weight: 3, arbitrary: cancel },
    { weight: 2, arbitrary: advance },
  );

  it('wakes all who are there when it is set, and nobody else (LCK-5)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), (steps) =>
        withRig(async (rig) => {
          const event = new Event();
          let isSet = false;
          const wakeAll = (): void => {
            for (const { id } of rig.line.splice(0)) rig.outcomes[id] = { value: undefined };
          };
          for (const one of steps) {
            if (one.do === 'wait') {
              join(rig, event.wait(limit(one.timeoutMs)), one.timeoutMs);
              if (isSet) wakeAll();
            } else if (one.do === 'set') {
              event.set();
              isSet = true;
              wakeAll();
            } else if (one.do === 'clear') {
              event.clear();
              isSet = false;
            } else {
              await disturb(rig, one);
            }
            expect(rig.futures.map(outcomeOf)).toEqual(rig.outcomes);
          }
          event.set();
          expect(rig.clock.pendingTimers).toBe(0);
        }),
      ),
      { numRuns: 300 },
    );
  });
});
