// Coroutines and stack contexts: what a coroutine was started in it is resumed in, and what it opens itself it must close.
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import {
  ExceptionStackContext,
  NullContext,
  StackContext,
  StackContextInconsistentError,
  state,
} from '@typhoon/ioloop/legacy';
import { describe, expect, it } from 'vitest';
import { coroutine } from '../coroutine.ts';
import { moment } from '../moment.ts';
import { sleep } from '../sleep.ts';

const surrounding = new StackContext(() => ({ [Symbol.dispose]: () => undefined }));
const hearing = new ExceptionStackContext(() => false);

describe('a coroutine that waits in a context which it opened', () => {
  it.each([
    ['StackContext', surrounding],
    ['ExceptionStackContext', hearing],
  ])('gets StackContextInconsistentError there, in a %s (STK-10)', async (_, context) => {
    let thrown: unknown = null;
    const work = coroutine(function* () {
      const block = context.enter();
      try {
        yield* sleep(0);
      } catch (error) {
        thrown = error;
        throw error;
      } finally {
        block[Symbol.dispose]();
      }
    });
    const future = work();
    expect(state.contexts.head).toBeNull();
    await expect(future).rejects.toThrow(StackContextInconsistentError);
    expect(thrown).toBeInstanceOf(StackContextInconsistentError);
  });

  it('may go on after that; what it left open is closed', async () => {
    let attempts = 0;
    const work = coroutine(function* () {
      surrounding.enter();
      for (;;) {
        try {
          attempts++;
          yield* sleep(0);
          return state.contexts.blocks.length;
        } catch {
          // once for the wait, once for not closing the block
        }
      }
    });
    expect(await work()).toBe(0);
    expect(attempts).toBe(3);
  });

  it('may wait outside of the block (STK-10)', async () => {
    const work = coroutine(function* () {
      const later: number[] = [];
      surrounding.run(() => {
        IOLoop.current().addCallback(() => later.push(state.contexts.blocks.length));
      });
      yield moment;
      return later;
    });
    expect(await work()).toEqual([1]);
  });

  it('is told so too when it closed what it was started in', async () => {
    const work = coroutine(function* () {
      const block = new NullContext().enter();
      try {
        yield moment;
      } finally {
        block[Symbol.dispose]();
      }
    });
    const future = surrounding.run(() => work());
    await expect(future).rejects.toThrow(StackContextInconsistentError);
  });
});

describe('a coroutine started in a context', () => {
  it('is in it after each kind of wait (STK-12)', async () => {
    const depths: number[] = [];
    const look = (): number => depths.push(state.contexts.blocks.length);
    const gate = new Future<void>();
    const work = coroutine(function* () {
      look();
      yield* sleep(0);
      look();
      yield moment;
      look();
      yield Promise.resolve();
      look();
      yield* gate;
      look();
    });
    const future = surrounding.run(() => work());
    hearing.run(() => {
      IOLoop.current().callLater(5, () => {
        gate.setResult();
      });
    });
    await future;
    expect(depths).toEqual([1, 1, 1, 1, 1]);
    expect(state.contexts.head).toBeNull();
  });

  it('leaves its callbacks’ errors to that context', async () => {
    const heard: unknown[] = [];
    const context = new ExceptionStackContext((error) => heard.push(error) > 0);
    const work = coroutine(function* () {
      yield* sleep(0);
      IOLoop.current().addCallback(() => {
        throw new Error('in a callback');
      });
      yield moment;
    });
    await context.run(() => work());
    expect(heard).toEqual([new Error('in a callback')]);
  });
});
