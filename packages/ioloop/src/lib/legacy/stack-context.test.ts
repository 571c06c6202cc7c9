import { describe, expect, it } from 'vitest';
import { StackContextInconsistentError } from './contexts.ts';
import {
  ExceptionStackContext,
  NullContext,
  runWithStackContext,
  StackContext,
  state,
  wrap,
} from './stack-context.ts';
import type { Failure } from './contexts.ts';

const log: string[] = [];

/** A context that writes down when it is entered and left. */
function named(name: string): StackContext {
  log.length = 0;
  return new StackContext(() => ({
    enter: () => {
      log.push(`+${name}`);
    },
    exit: (failure: Failure | null) => {
      log.push(failure === null ? `-${name}` : `-${name}!`);
    },
  }));
}

/** What `fn` throws. */
function thrownBy(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** A handler of errors, and what it was told. */
function handler(answer: (error: unknown) => unknown): [ExceptionStackContext, unknown[]] {
  const heard: unknown[] = [];
  const context = new ExceptionStackContext((error) => {
    heard.push(error);
    return answer(error);
  });
  return [context, heard];
}

/** How many contexts an error would pass. */
function chainLength(): number {
  let length = 0;
  for (let { head } = state.contexts; head !== null; { head } = head.oldContexts) length++;
  return length;
}

function fail(): never {
  throw new Error('mine');
}

describe('the state', () => {
  it('is a pair: the StackContexts, outermost first, and the chain of all contexts (STK-1)', () => {
    const nothing = state.contexts;
    expect([nothing.blocks, nothing.head]).toEqual([[], null]);
    named('a').run(() => {
      const outer = state.contexts;
      new ExceptionStackContext(() => false).run(() => {
        const { blocks, head } = state.contexts;
        expect(blocks).toEqual(outer.blocks);
        expect(head?.oldContexts).toBe(outer);
        named('b').run(() => {
          expect(state.contexts.blocks.slice(0, 1)).toEqual(outer.blocks);
          expect(state.contexts.blocks).toHaveLength(2);
          expect(state.contexts.head?.oldContexts.head).toBe(head);
        });
      });
      expect(state.contexts).toBe(outer);
    });
    expect(state.contexts).toBe(nothing);
  });

  it('is not carried across an await, only by wrapped functions (STK-13)', async () => {
    const seen: number[] = [];
    const look = (): number => seen.push(state.contexts.blocks.length);
    let carried: () => unknown = look;
    const work = named('a').run(async () => {
      look();
      carried = wrap(look);
      await Promise.resolve();
      look();
    });
    await work;
    carried();
    expect(seen).toEqual([1, 0, 1]);
  });
});

describe('wrap', () => {
  it('gives null for null, and a wrapped function as it is (STK-2)', () => {
    expect(wrap(null)).toBeNull();
    const wrapped = wrap(fail);
    expect(wrap(wrapped)).toBe(wrapped);
    named('a').run(() => {
      expect(wrap(wrapped)).toBe(wrapped);
    });
    expect(wrapped.name).toBe('fail');
  });

  it('enters what it captured anew, in order, leaves in reverse, and restores the caller’s state (STK-3)', () => {
    const carried = named('a').run(() =>
      named('b').run(() => wrap((n: number) => log.push(`call ${n}`))),
    );
    log.length = 0;
    named('c').run(() => {
      const before = state.contexts;
      carried(1);
      expect(state.contexts).toBe(before);
    });
    carried(2);
    const around = (n: number): string[] => ['+a', '+b', `call ${n}`, '-b', '-a'];
    expect(log).toEqual(['+c', ...around(1), '-c', ...around(2)]);
  });

  it('makes a new manager for each call, and takes a Disposable for one (STK-3)', () => {
    let made = 0;
    const open = new Set<number>();
    const context = new StackContext(() => {
      const id = made++;
      open.add(id);
      return { [Symbol.dispose]: () => open.delete(id) };
    });
    const carried = context.run(() => wrap(() => [...open]));
    expect([carried(), carried(), made, open.size]).toEqual([[1], [2], 3, 0]);
  });

  it('passes this, arguments and the result through', () => {
    const carried = named('a').run(() =>
      wrap(function (this: { factor: number }, n: number) {
        return this.factor * n;
      }),
    );
    expect(carried.call({ factor: 2 }, 21)).toBe(42);
  });

  it('keeps out what is open when it is called, if nothing was when it was made (STK-4)', () => {
    const carried = wrap(() => state.contexts.head);
    const [context, heard] = handler(() => true);
    const failing = wrap(fail);
    context.run(() => {
      expect(carried()).toBeNull();
      expect(failing).toThrow('mine');
    });
    expect(heard).toEqual([]);
  });

  it('asks the handlers for an error from the innermost outward until one takes care of it (STK-5)', () => {
    const [outer, heardOutside] = handler(() => true);
    const [inner, heardInside] = handler(() => undefined);
    const [around, heardAround] = handler(() => true);
    const carried = around.run(() => outer.run(() => inner.run(() => wrap(fail))));
    expect(carried).not.toThrow();
    expect(heardInside).toEqual([new Error('mine')]);
    expect(heardOutside).toEqual(heardInside);
    expect(heardAround).toEqual([]);
  });

  it('passes on what a handler throws in the error’s place, and throws what nobody takes (STK-5)', () => {
    const [outer, heard] = handler(() => false);
    const [inner] = handler(() => {
      throw new Error('another');
    });
    const carried = outer.run(() => inner.run(() => wrap(fail)));
    expect(carried).toThrow('another');
    expect(heard).toEqual([new Error('another')]);
  });

  it('tells a StackContext of the error, which goes on (STK-5)', () => {
    const [outer, heard] = handler(() => true);
    const carried = outer.run(() => named('a').run(() => wrap(fail)));
    log.length = 0;
    carried?.();
    expect(log).toEqual(['+a', '-a!']);
    expect(heard).toHaveLength(1);
  });

  it('hears of a manager that fails when it is left (STK-5)', () => {
    const [outer, heard] = handler(() => true);
    let isOpen = true;
    const failing = new StackContext(() => ({
      enter: () => undefined,
      exit: () => {
        if (!isOpen) fail();
      },
    }));
    const carried = outer.run(() => failing.run(() => wrap(() => 'result')));
    isOpen = false;
    expect(carried?.()).toBe('result');
    expect(heard).toEqual([new Error('mine')]);
  });

  it('does not call the function when a context cannot be entered; what is around that hears of it (STK-6)', () => {
    const [outer, heard] = handler(() => true);
    const [inner, heardInside] = handler(() => true);
    let isBroken = false;
    const breaking = new StackContext(() =>
      isBroken ? fail() : { [Symbol.dispose]: () => undefined },
    );
    let isCalled = false;
    const carried = outer.run(() =>
      named('a').run(() => breaking.run(() => inner.run(() => wrap(() => (isCalled = true))))),
    );
    isBroken = true;
    log.length = 0;
    expect(carried?.()).toBeNull();
    expect(isCalled).toBe(false);
    expect([heard, heardInside]).toEqual([[new Error('mine')], []]);
    expect(log).toEqual(['+a', '-a!']);
  });

  it('does not call the function either when it is the outermost context that cannot be entered (STK-6)', () => {
    let isBroken = false;
    const breaking = new StackContext(() =>
      isBroken ? fail() : { [Symbol.dispose]: () => undefined },
    );
    let isCalled = false;
    const carried = breaking.run(() => wrap(() => (isCalled = true)));
    isBroken = true;
    expect(carried).toThrow('mine');
    expect(isCalled).toBe(false);
  });

  it('gives null for a call whose error was taken care of (STK-7)', () => {
    const [context] = handler(() => true);
    expect(context.run(() => wrap(fail))?.()).toBeNull();
    expect(context.run(fail)).toBeNull();
  });
});

describe('deactivate', () => {
  it('drops the context from later calls, of functions wrapped before, too; the block goes on (STK-8)', () => {
    const seen: number[] = [];
    const look = (): number => seen.push(state.contexts.blocks.length);
    const carried = named('a').run((deactivate) => {
      const wrapped = wrap(look);
      wrapped();
      deactivate();
      look();
      return wrapped;
    });
    carried();
    expect(seen).toEqual([1, 1, 0]);
    expect(log).toEqual(['+a', '+a', '-a', '-a']);
  });

  it.each([
    ['outermost', 0, ['+b', '+c', '-c', '-b']],
    ['middle', 1, ['+a', '+c', '-c', '-a']],
    ['innermost', 2, ['+a', '+b', '-b', '-a']],
  ])('drops the %s of several (STK-8)', (_, which, expected) => {
    const carried = named('a').run((...a) =>
      named('b').run((...b) =>
        named('c').run((...c) => {
          [a, b, c][which]?.[0]();
          return wrap(chainLength);
        }),
      ),
    );
    log.length = 0;
    expect(carried()).toBe(2);
    expect(log).toEqual(expected);
  });

  it('keeps what is deactivated during a call until its end (STK-8)', () => {
    let drop = (): void => undefined;
    const carried = named('a').run((deactivate) => {
      drop = deactivate;
      return wrap(() => {
        drop();
      });
    });
    log.length = 0;
    carried();
    carried();
    expect(log).toEqual(['+a', '-a']);
  });

  it('forgets the context: no chain grows, and its handler is asked no more (STK-8)', () => {
    const [context, heard] = handler(() => true);
    const depths = new Set<number>();
    const hop = (): unknown => {
      depths.add(chainLength());
      return context.run((deactivate) => {
        deactivate();
        return wrap(hop);
      });
    };
    let carried: unknown = hop;
    for (let i = 0; i < 100; i++) carried = (carried as () => unknown)();
    expect([...depths]).toEqual([0]);
    expect(context.run((deactivate) => (deactivate(), wrap(fail)))).toThrow('mine');
    expect(heard).toEqual([]);
  });
});

describe('blocks', () => {
  it('are ended where they began, else StackContextInconsistentError; the state is right by then (STK-9)', () => {
    const before = state.contexts;
    for (const context of [named('a'), new ExceptionStackContext(() => false)]) {
      const outer = context.enter();
      const inner = named('b').enter();
      expect(() => {
        outer[Symbol.dispose]();
      }).toThrow(StackContextInconsistentError);
      expect(state.contexts).toBe(before);
      expect(() => {
        inner[Symbol.dispose]();
      }).toThrow(StackContextInconsistentError);
      state.contexts = before;
    }
    expect(thrownBy(() => named('a').run(() => named('b').enter()))).toMatchObject({
      code: 'ERR_STACK_CONTEXT_INCONSISTENT',
    });
    expect(state.contexts).toBe(before);
  });

  it('that wait are ended for them, and told so (STK-9)', async () => {
    const leaving = async (): Promise<void> => {
      const block = named('a').enter();
      try {
        await Promise.resolve();
      } finally {
        block[Symbol.dispose]();
      }
    };
    const left = leaving();
    await Promise.resolve();
    expect(state.contexts.head).toBeNull();
    await expect(left).rejects.toThrow(StackContextInconsistentError);
  });

  it('rethrow what the function throws, after the manager heard of it', () => {
    expect(() => named('a').run(fail)).toThrow('mine');
    expect(log).toEqual(['+a', '-a!']);
    expect(state.contexts.head).toBeNull();
  });

  it('are not begun when the manager cannot be entered', () => {
    expect(() => {
      new StackContext(fail).run(() => undefined);
    }).toThrow('mine');
    expect(state.contexts.head).toBeNull();
  });

  it('hear of the error of their own code, too (STK-5)', () => {
    const [context, heard] = handler((error) => (error as Error).message === 'mine');
    expect(context.run(fail)).toBeNull();
    expect(() =>
      context.run(() => {
        throw new Error('other');
      }),
    ).toThrow('other');
    expect(heard).toHaveLength(2);
  });
});

describe('NullContext', () => {
  it('closes both parts of the state for its block, and needs no order (STK-11)', () => {
    const [context, heard] = handler(() => true);
    context.run(() => {
      named('a').run(() => {
        const before = state.contexts;
        const carried = new NullContext().run(() => {
          expect([state.contexts.blocks, state.contexts.head]).toEqual([[], null]);
          return wrap(fail);
        });
        expect(state.contexts).toBe(before);
        expect(carried).toThrow('mine');
        const block = new NullContext().enter();
        named('b').enter();
        block[Symbol.dispose]();
        expect(state.contexts).toBe(before);
      });
    });
    expect(heard).toEqual([]);
  });
});

describe('runWithStackContext', () => {
  it('calls in any kind of context', () => {
    const count = (): number => state.contexts.blocks.length;
    expect(runWithStackContext(named('a'), count)).toBe(1);
    expect(runWithStackContext(new ExceptionStackContext(() => true), fail)).toBeNull();
    expect(runWithStackContext(new NullContext(), count)).toBe(0);
  });
});
