import { Future, withTimeout } from '@typhoon/concurrent';
import { coroutine, multi, sleep } from '@typhoon/gen';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A dump collects garbage, and takes a snapshot where it looks for what is lost: seconds on a busy machine. */
const SLOW = { timeout: 60_000 };

let loop: IOLoop;
/** What the test holds, so that its coroutines live; nothing else does. */
let held: unknown[];

beforeEach(() => {
  loop = new IOLoop();
  held = [];
});

afterEach(() => {
  IOLoop.setDebug(false);
  loop.close();
});

const nap = coroutine(function* nap() {
  yield* sleep(60_000);
});

const waitFor = coroutine(function* waitFor(future: Future<unknown>) {
  yield* future;
});

/** One that waits for a promise whose resolve function nobody has. */
function holdHopeless(): void {
  held.push(waitFor(Future.from(new Promise(() => undefined))));
}

/** Lines without places and times. */
function dump(findsLost: boolean): string[] {
  const lines = loop.dump({ findLost: findsLost }).split('\n');
  return lines.slice(1).map((line) => line.replace(/waiting at \S+ for \S+ s/, 'waits'));
}

describe('dump', () => {
  it('shows who waits for whom, where and for how long', SLOW, async () => {
    const clock = new VirtualClock({ autoJump: false });
    loop = new IOLoop({ clock });
    const family = coroutine(function* family() {
      yield* multi([nap(), withTimeout(90_000, nap())]);
    });
    held.push(family());
    await clock.advance(1500);
    const text = loop.dump({ findLost: false });
    expect(text.split('\n').slice(1)).toEqual([
      expect.stringMatching(
        /^#\d family\d?, waiting at \S+dump.test.ts:\d+:\d+ for 1.5 s, on 2 of 2 at once$/,
      ),
      expect.stringMatching(
        /^ {2}#\d nap\d?, waiting at \S+dump.test.ts:\d+:\d+ for 1.5 s, on sleep$/,
      ),
      expect.stringMatching(
        /^ {2}#\d nap\d?, waiting at \S+dump.test.ts:\d+:\d+ for 1.5 s, on sleep$/,
      ),
    ]);
  });

  it('knows no coroutine that has ended', SLOW, async () => {
    const gate = new Future<void>();
    const ended = waitFor(gate);
    gate.setResult();
    await ended;
    expect(dump(false)).toEqual([]);
  });

  it('says in debug mode who made each', SLOW, () => {
    IOLoop.setDebug(true);
    (function maker() {
      held.push(nap());
    })();
    expect(dump(false)[1]).toMatch(/^ {3}made at maker \(.*dump\.test\.ts/);
  });

  it('marks a future that nobody can settle, and no other', SLOW, async () => {
    const gate = new Future<void>();
    held.push(nap(), waitFor(gate));
    holdHopeless();
    await sleep(1); // no frame has the future any more
    const marks = dump(true).flatMap((line, at, all) => (line.includes('!!') ? [all[at - 1]] : []));
    expect(marks).toEqual([expect.stringMatching(/waits, on a promise$/)]);
    gate.setResult();
  });

  it('keeps in debug mode what nothing can resume, and marks it', SLOW, async () => {
    IOLoop.setDebug(true);
    void waitFor(new Future<void>());
    await sleep(1);
    expect(dump(true).at(-1)).toBe('   !! nobody can settle what it waits for any more');
  });

  it('marks a cycle of waiters', SLOW, async () => {
    const ring: Future<void>[] = [];
    const link = coroutine(function* link(at: number): Generator<unknown, void, unknown> {
      yield null;
      yield ring[at];
    });
    ring.push(link(1), link(0));
    held.push(ring);
    for (let n = 0; n < 3; n++) await new Promise(setImmediate); // both wait for each other by now
    expect(dump(false).at(-1)).toMatch(/!! a cycle of waiters: #(\d) -> #(\d) -> #\1$/);
  });
});
