import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { IOLoop } from './ioloop.ts';
import { LoopError } from './loop-error.ts';
import { NetPoller } from './net-poller.ts';
import { MemoryPoller } from './testing/memory-poller.ts';

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop();
});

afterEach(() => {
  loop.close();
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A future, as far as the loop is concerned. */
class Pending {
  #tell: () => void = () => undefined;
  addDoneCallback(callback: () => void): void {
    this.#tell = callback;
  }
  settle(): void {
    loop.schedule(this.#tell, undefined);
  }
}

describe('addCallback', () => {
  it('calls in the order of adding, never at once', async () => {
    const seen: string[] = [];
    for (const name of ['a', 'b', 'c']) loop.addCallback(() => seen.push(name));
    expect(seen).toEqual([]);
    await turn();
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('leaves what a callback adds to the next turn (IOL-1)', async () => {
    const seen: string[] = [];
    loop.addCallback(() => {
      seen.push('a');
      loop.addCallback(() => seen.push('c'));
    });
    loop.addCallback(() => seen.push('b'));
    await turn();
    expect(seen).toEqual(['a', 'b']);
    await turn();
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('lets I/O have its turn between callbacks that add each other (IOL-1)', async () => {
    const server = createServer();
    let isListening = false;
    server.listen(0, '127.0.0.1', () => (isListening = true));
    await new Promise<void>((resolve) => {
      const again = (): void => {
        if (isListening) resolve();
        else loop.addCallback(again);
      };
      again();
    });
    server.close();
  });

  it('passes the arguments given when it was added, and no this (IOL-37)', async () => {
    const calls: unknown[] = [];
    function callback(this: unknown, ...args: unknown[]): void {
      calls.push([this, ...args]);
    }
    loop.addCallback(callback, 1, 'two');
    await turn();
    expect(calls).toEqual([[undefined, 1, 'two']]);
  });

  it('can be called from every phase of the event loop (IOL-11)', async () => {
    const seen = await new Promise<string[]>((resolve) => {
      const names: string[] = [];
      const add = (name: string) => (): void => {
        loop.addCallback(() => {
          if (names.push(name) === 4) resolve(names);
        });
      };
      setImmediate(add('check'));
      setTimeout(add('timers'));
      process.nextTick(add('tick'));
      void Promise.resolve().then(add('microtask'));
    });
    expect(seen.sort()).toEqual(['check', 'microtask', 'tick', 'timers']);
  });

  it('does nothing after close (IOL-12)', async () => {
    let calls = 0;
    loop.addCallback(() => calls++);
    loop.close();
    loop.addCallback(() => calls++);
    await turn();
    expect(calls).toBe(0);
  });

  it('has the synonyms spawnCallback and addCallbackFromSignal', async () => {
    const seen: number[] = [];
    loop.spawnCallback((n: number) => seen.push(n), 1);
    loop.addCallbackFromSignal((n: number) => seen.push(n), 2);
    await turn();
    expect(seen).toEqual([1, 2]);
  });
});

describe('a callback that fails', () => {
  it('is logged, and the loop goes on (IOL-14)', async () => {
    let isNextCalled = false;
    loop.addCallback(function first() {
      throw new Error('no');
    });
    loop.addCallback(() => (isNextCalled = true));
    const log = new ExpectLog(appLog, 'Exception in callback first', { level: 'error' });
    await log.run(turn);
    expect(log.loggedStack).toBe(true);
    expect(isNextCalled).toBe(true);
  });

  it('is given to handleCallbackException, which a subclass may override (IOL-14)', async () => {
    const handled: unknown[] = [];
    class Quiet extends IOLoop {
      override handleCallbackException(callback: unknown, error: unknown): void {
        handled.push([callback, error]);
      }
    }
    const quiet = new Quiet();
    const callback = (): never => {
      throw new RangeError('mine');
    };
    quiet.addCallback(callback);
    await turn();
    expect(handled).toEqual([[callback, new RangeError('mine')]]);
    quiet.close();
  });

  it('is logged when it fails through the promise it returns (IOL-13)', async () => {
    const log = new ExpectLog(appLog, 'Exception in callback later');
    await log.run(async () => {
      loop.addCallback(function later() {
        return Promise.reject(new Error('no'));
      });
      await turn();
      await turn();
    });
  });

  it('is not logged when what it returns was cancelled', async () => {
    class CancelledError extends Error {
      override readonly name = 'CancelledError';
    }
    const log = new ExpectLog(appLog, '', { required: false });
    await log.run(async () => {
      loop.addCallback(() => Promise.reject(new CancelledError()));
      await turn();
      await turn();
    });
    expect(log.matched).toBe(false);
  });

  it('does not keep a ready queue from being drained', async () => {
    const seen: string[] = [];
    loop.schedule(() => {
      throw new Error('no');
    }, null);
    loop.schedule(() => seen.push('next'), null);
    await new ExpectLog(appLog, 'Exception in callback').run(turn);
    expect(seen).toEqual(['next']);
  });
});

describe('what a callback returns', () => {
  it('is ignored unless it can be waited for, and puts nothing on the queue (IOL-13)', async () => {
    let adds = 0;
    class Counting extends IOLoop {
      override addCallback<A extends unknown[]>(callback: (...a: A) => unknown, ...a: A): void {
        adds++;
        super.addCallback(callback, ...a);
      }
      override schedule<A>(callback: (argument: A) => void, argument: A): void {
        adds++;
        super.schedule(callback, argument);
      }
    }
    const counting = new Counting();
    counting.addCallback(() => ({}));
    counting.addCallback(() => []);
    for (let n = 0; n < 5; n++) await turn();
    expect(adds).toBeLessThan(10);
    counting.close();
  });
});

describe('schedule', () => {
  it('calls at the end of the event, behind what is scheduled already', () => {
    const seen: string[] = [];
    loop.enter();
    loop.schedule(() => {
      seen.push('a');
      loop.schedule(() => seen.push('c'), null);
    }, null);
    loop.schedule(() => seen.push('b'), null);
    expect(seen).toEqual([]);
    loop.exit();
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('calls soon when no event is under way', async () => {
    const seen: string[] = [];
    loop.schedule(() => seen.push('a'), null);
    expect(seen).toEqual([]);
    await Promise.resolve();
    expect(seen).toEqual(['a']);
  });

  it('does not drain in a nested event', () => {
    const seen: string[] = [];
    loop.enter();
    loop.enter();
    loop.schedule(() => seen.push('a'), null);
    loop.exit();
    expect(seen).toEqual([]);
    loop.exit();
    expect(seen).toEqual(['a']);
  });

  it('runs a chain of 100,000 without recursion', () => {
    let left = 100_000;
    const step = (): void => {
      if (--left > 0) loop.schedule(step, undefined);
    };
    loop.enter();
    loop.schedule(step, undefined);
    loop.exit();
    expect(left).toBe(0);
  });

  it('flushes what was written when the queue is empty, and drains again behind it', () => {
    const seen: string[] = [];
    loop.enter();
    loop.addFlush({
      flush: () => {
        seen.push('flush');
        loop.schedule(() => seen.push('after'), null);
      },
    });
    loop.schedule(() => seen.push('before'), null);
    loop.exit();
    expect(seen).toEqual(['before', 'flush', 'after']);
  });

  it('flushes soon what is written outside of events, and survives a flush that throws', async () => {
    const seen: string[] = [];
    loop.addFlush({
      flush: () => {
        throw new Error('no');
      },
    });
    loop.addFlush({ flush: () => seen.push('flush') });
    await new ExpectLog(appLog, 'Exception in callback flush').run(() => Promise.resolve());
    expect(seen).toEqual(['flush']);
  });
});

describe('addFuture', () => {
  it('calls with the future on the loop, never at once (IOL-24)', async () => {
    const future = new Pending();
    const seen: unknown[] = [];
    loop.addFuture(future, (settled) => seen.push(settled));
    future.settle();
    expect(seen).toEqual([]);
    await turn();
    expect(seen[0]).toBe(future);
  });

  it('calls on its own loop when another one settles the future (IOL-24, PLT-2)', async () => {
    const other = new IOLoop({ makeCurrent: false });
    const future = new Pending(); // settled on `loop`
    const ran = new Promise<IOLoop>((resolve) => {
      other.addFuture(future, () => {
        resolve(IOLoop.current());
      });
    });
    future.settle();
    expect(await ran).toBe(other);
    other.close();
  });
});

describe('the current loop', () => {
  it('is made when there is none (IOL-25)', () => {
    IOLoop.clearCurrent();
    expect(IOLoop.current({ instance: false })).toBeNull();
    const made = IOLoop.current();
    expect(IOLoop.current()).toBe(made);
    made.close();
  });

  it('is the one made last, unless it is not to be (IOL-26)', () => {
    const aside = new IOLoop({ makeCurrent: false });
    expect(IOLoop.current()).toBe(loop);
    const last = new IOLoop();
    expect(IOLoop.current()).toBe(last);
    loop.makeCurrent();
    expect(IOLoop.current()).toBe(loop);
    for (const one of [aside, last]) one.close();
  });

  it('is inside a callback always the loop that runs it (IOL-42)', async () => {
    const other = new IOLoop({ makeCurrent: false });
    const seen = await new Promise<unknown[]>((resolve) => {
      other.addCallback(() => {
        const made = new IOLoop();
        const inside = IOLoop.current();
        made.close();
        loop.makeCurrent();
        resolve([inside, IOLoop.current()]);
      });
    });
    for (const one of seen) expect(one).toBe(other);
    expect(seen).toHaveLength(2);
    expect(IOLoop.current()).toBe(loop);
    other.close();
  });

  it('is forgotten when it is closed (PLT-3)', () => {
    loop.close();
    expect(IOLoop.current({ instance: false })).toBeNull();
  });
});

describe('a closed loop', () => {
  it('can be closed again, and has no poller any more', () => {
    loop.close();
    loop.close();
    expect(() => loop.poller).toThrow(LoopError);
  });

  it('closes its poller', async () => {
    const own = new IOLoop({ poller: (host) => new MemoryPoller(host) });
    const { poller } = own;
    own.close();
    const listening = poller.listen({ port: 1 }, {}, () => {
      throw new Error('nobody connects');
    });
    await expect(listening).rejects.toMatchObject({ code: 'ERR_CONNECTION_ABORTED' });
  });
});

describe('raw descriptors', () => {
  it('are refused by a poller that cannot watch them: ERR_HANDLERS_UNSUPPORTED', () => {
    const loop = new IOLoop({ poller: (host) => new NetPoller(host) });
    const uses = [
      () => {
        loop.addHandler(0, () => undefined, IOLoop.READ);
      },
      () => {
        loop.updateHandler(0, IOLoop.WRITE);
      },
      () => {
        loop.removeHandler(0);
      },
    ];
    for (const use of uses) {
      expect(use).toThrow('the net poller cannot watch raw descriptors');
      expect(use).toThrow(LoopError);
    }
  });
});

describe('eventTime', () => {
  it('is read once an event, when it is asked for, and anew outside of one', () => {
    let now = 0;
    const clock = { now: () => ++now, setTimer: () => ({}), clearTimer: () => undefined };
    const timed = new IOLoop({ clock, makeCurrent: false });
    timed.enter();
    expect([timed.eventTime, timed.eventTime, timed.time(), timed.eventTime]).toEqual([1, 1, 2, 1]);
    timed.exit();
    expect([timed.eventTime, timed.eventTime]).toEqual([3, 4]);
    timed.enter();
    expect([timed.eventTime, timed.eventTime]).toEqual([5, 5]);
    timed.exit();
    timed.close();
  });
});
