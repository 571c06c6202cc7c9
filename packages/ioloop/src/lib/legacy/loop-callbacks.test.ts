// What the loop keeps is carried into the contexts that were open when it was given.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExpectLog } from '@typhoon/log/testing';
import { IOLoop } from '../ioloop.ts';
import { openContexts } from '../open-contexts.ts';
import { MemoryPoller } from '../testing/memory-poller.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { ExceptionStackContext, StackContext, state, wrap } from './stack-context.ts';

let clock: VirtualClock;
let loop: IOLoop;
let poller: WatchingPoller;
let seen: number[];
let heard: unknown[];

/** Keeps the handlers that it is given. */
class WatchingPoller extends MemoryPoller {
  handler: (fd: number, events: number) => void = () => undefined;
  addHandler(_fd: number, handler: (fd: number, events: number) => void): void {
    this.handler = handler;
  }
}

beforeEach(() => {
  clock = new VirtualClock();
  loop = new IOLoop({ clock, poller: (host) => (poller = new WatchingPoller(host)) });
  seen = [];
  heard = [];
});

afterEach(() => {
  loop.close();
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Calls `fn` in a context of each kind. */
function inContexts(fn: () => void): void {
  new ExceptionStackContext((error) => {
    heard.push(error);
    return true;
  }).run(() => {
    new StackContext(() => ({ [Symbol.dispose]: () => undefined })).run(fn);
  });
}

function look(): void {
  seen.push(state.contexts.blocks.length);
}

function fail(): never {
  throw new Error('mine');
}

describe('the loop, in a stack context', () => {
  it('carries addCallback’s callback and its errors (STK-12)', async () => {
    inContexts(() => {
      loop.addCallback(look);
      loop.addCallback(fail);
    });
    loop.addCallback(look);
    await turn();
    expect([seen, heard]).toEqual([[1, 0], [new Error('mine')]]);
  });

  it('carries the callbacks of timers (STK-12)', async () => {
    inContexts(() => {
      loop.callAt(loop.time() + 1, look);
      loop.callLater(2, look);
      loop.addTimeout(3, fail);
    });
    loop.callLater(4, look);
    await clock.advance(5);
    expect([seen, heard]).toEqual([[1, 1, 0], [new Error('mine')]]);
  });

  it('carries addFuture’s callback (IOL-24, STK-12)', () => {
    const callbacks: (() => void)[] = [];
    const future = { addDoneCallback: (callback: () => void) => callbacks.push(callback) };
    inContexts(() => {
      loop.addFuture(future, look);
      loop.addFuture(future, fail);
    });
    loop.addFuture(future, look);
    loop.enter();
    for (const callback of callbacks) callback();
    loop.exit();
    expect([seen, heard]).toEqual([[1, 0], [new Error('mine')]]);
  });

  it('carries addHandler’s handler (STK-12)', () => {
    inContexts(() => {
      loop.addHandler(3, look, IOLoop.READ);
    });
    poller.handler(3, IOLoop.READ);
    expect(seen).toEqual([1]);
  });

  it('carries nothing for spawnCallback and addCallbackFromSignal (STK-11, 12)', async () => {
    inContexts(() => {
      loop.spawnCallback(look);
      loop.addCallbackFromSignal(look);
      loop.spawnCallback(fail);
    });
    const expected = new ExpectLog('typhoon.application', /Exception in callback fail/);
    await expected.run(turn);
    expect([seen, heard]).toEqual([[0, 0], []]);
  });

  it('logs under its own name what no context takes care of', async () => {
    new StackContext(() => ({ [Symbol.dispose]: () => undefined })).run(() => {
      loop.addCallback(fail);
    });
    await new ExpectLog('typhoon.application', /Exception in callback fail/).run(turn);
  });

  it('does not wrap twice what is wrapped (STK-2)', async () => {
    inContexts(() => {
      const wrapped = wrap(look);
      new StackContext(() => ({ [Symbol.dispose]: () => undefined })).run(() => {
        loop.addCallback(wrapped);
      });
    });
    await turn();
    expect(seen).toEqual([1]);
  });

  it('has nothing to compare with once the last block is over', () => {
    expect(openContexts.current).toBeNull();
    inContexts(() => {
      expect(openContexts.current).not.toBeNull();
    });
    expect(openContexts.current).toBeNull();
  });
});
