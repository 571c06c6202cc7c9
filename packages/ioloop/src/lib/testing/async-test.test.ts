import { once } from 'node:events';
import { connect } from 'node:net';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { IOLoop } from '../ioloop.ts';
import { asyncTest } from './async-test.ts';
import { getAsyncTestTimeout } from './test-run.ts';
import { VirtualClock } from './virtual-clock.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A promise that never settles. */
const NEVER = new Promise<void>(() => undefined);

describe('asyncTest', () => {
  it('has a loop of its own, current meanwhile and closed afterwards with all it listens on (TST-1)', async () => {
    const before = IOLoop.current();
    const loops: IOLoop[] = [];
    let port = 0;
    const test = asyncTest(async (loop) => {
      loops.push(loop, IOLoop.current());
      const protocol = {
        connectionMade: () => undefined,
        dataReceived: () => undefined,
        connectionLost: () => undefined,
      };
      const listener = await loop.poller.listen({ host: '127.0.0.1', port: 0 }, {}, () => protocol);
      ({ port } = listener.address);
    });
    await test();
    expect(loops[0] === loops[1] && loops[0] !== before).toBe(true);
    expect(IOLoop.current()).toBe(before);
    const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [Error];
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('fails a generator that nobody wraps, and a value that nobody takes (TST-5)', async () => {
    const generator = function* (): Generator<number> {
      yield 1;
    };
    await expect(asyncTest(generator as never)()).rejects.toThrow('wrapped with coroutine()');
    await expect(asyncTest((() => 42) as never)()).rejects.toThrow('test ignored: 42');
  });

  it('takes its timeout from the environment when it is made, unless it says its own (TST-2)', async () => {
    vi.stubEnv('ASYNC_TEST_TIMEOUT', '40');
    const clock = new VirtualClock();
    const test = asyncTest(() => NEVER, { clock });
    const explicit = asyncTest(() => NEVER, { clock: new VirtualClock(), timeoutMs: 30 });
    vi.stubEnv('ASYNC_TEST_TIMEOUT', '50');
    await expect(test()).rejects.toThrow('has not ended after 40 ms');
    await expect(explicit()).rejects.toThrow('has not ended after 30 ms');
    vi.stubEnv('ASYNC_TEST_TIMEOUT', '');
    expect(getAsyncTestTimeout()).toBe(5000);
  });

  it('may measure its timeout by another clock than the loop’s', async () => {
    const clock = new VirtualClock({ autoJump: false });
    const test = asyncTest(
      async (loop) => {
        await clock.advance(86_400_000);
        expect(loop.time()).toBe(86_400_000);
        await NEVER;
      },
      { clock, timeoutClock: new VirtualClock(), timeoutMs: 100_000 },
    );
    await expect(test()).rejects.toThrow('has not ended after 100000 ms');
  });
});

describe('stop and wait', () => {
  it('hand a value over, whichever comes first (TST-3)', async () => {
    const values: unknown[] = [];
    await asyncTest(async (loop, test) => {
      loop.addCallback(() => {
        test.stop({ some: 'record' });
      });
      values.push(await test.wait());
      test.stop('before');
      values.push(await test.wait());
    })();
    expect(values).toEqual([{ some: 'record' }, 'before']);
  });

  it('wait until a condition holds (TST-3)', async () => {
    let count = 0;
    await asyncTest(async (loop, test) => {
      const step = (): void => {
        count++;
        test.stop(count);
        if (count < 3) loop.addCallback(step);
      };
      loop.addCallback(step);
      expect(await test.wait({ condition: () => count === 3 })).toBe(3);
    })();
  });

  it('give up, and say after how long; an option wins over the environment (TST-2, 3)', async () => {
    vi.stubEnv('ASYNC_TEST_TIMEOUT', '200');
    const options = { clock: new VirtualClock(), timeoutMs: 10_000 };
    const environment = asyncTest((_loop, test) => test.wait(), options);
    await expect(environment()).rejects.toThrow('Async operation timed out after 200 ms');
    const own = asyncTest((_loop, test) => test.wait({ timeoutMs: 100 }), {
      ...options,
      clock: new VirtualClock(),
    });
    await expect(own()).rejects.toThrow('Async operation timed out after 100 ms');
  });

  it('fail with what a callback threw, at once (TST-4)', async () => {
    const test = asyncTest(async (loop) => {
      loop.addCallback(() => {
        throw new Error('of a callback');
      });
      await new Promise((resolve) => setImmediate(resolve));
    });
    await expect(test()).rejects.toThrow('of a callback');
    const waiting = asyncTest((loop, control) => {
      loop.addCallback(() => {
        throw new Error('of a callback, too');
      });
      return control.wait();
    });
    await expect(waiting()).rejects.toThrow('of a callback, too');
  });

  it('log further errors of callbacks (TST-4)', async () => {
    const test = asyncTest(async (loop) => {
      for (const name of ['first', 'second']) {
        loop.addCallback(() => {
          throw new Error(name);
        });
      }
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    });
    await new ExpectLog('typhoon.application', 'multiple unhandled exceptions in test').run(() =>
      expect(test()).rejects.toThrow('first'),
    );
  });
});
