// Tornado 4.5's stack contexts: what surrounds a piece of code surrounds the callbacks that it leaves behind, too.
// Owns: how a block begins and ends. Must not know: how callbacks are carried (contexts.ts).
import { Contexts, StackContextInconsistentError } from './contexts.ts';
import type { ContextBlock, Failure } from './contexts.ts';

/** What a `StackContext` makes anew for its block and for every callback. */
export interface ContextManager {
  /** Called before. What it throws keeps the callback from being called. */
  enter(): void;
  /** Called after, with what was thrown, if anything was. Throwing replaces that. */
  exit(failure: Failure | null): void;
}

/** Makes a manager; one that is a `Disposable` is entered when it is made. */
export type ContextFactory = () => ContextManager | Disposable;

/** A block that has begun and ends when it is disposed of. */
export interface OpenBlock extends Disposable {
  /** Callbacks that are called from now on are not surrounded any more; the block itself goes on (STK-8). */
  readonly deactivate: () => void;
}

/** What `StackContext`, `ExceptionStackContext` and `NullContext` have in common. */
export interface AnyStackContext {
  /** Calls `fn` in a block. */
  run<T>(fn: () => T): T | null;
}

/** A block between its beginning and its end. */
abstract class Block implements ContextBlock, OpenBlock {
  oldContexts: Contexts = Contexts.current;
  isActive = true;
  readonly deactivate = (): void => {
    this.isActive = false;
  };
  /** As `oldContexts`, but what was deactivated stays: outer blocks end where they began. */
  #before: Contexts | null = null;
  #within: Contexts | null = null;

  abstract reenter(): void;
  abstract unwind(failure: Failure | null): boolean;

  protected begin(within: Contexts): void {
    this.#before = this.oldContexts;
    this.#within = within;
    Contexts.current = within;
  }

  /** Ends the block; answers whether a failure is taken care of. What is open is set right before anything is thrown (STK-9). */
  end(failure: Failure | null): boolean {
    let isHandled = false;
    let thrown: Failure | null = null;
    try {
      isHandled = this.unwind(failure);
    } catch (error) {
      thrown = { error };
    }
    const isConsistent = Contexts.current === this.#within;
    if (this.#before !== null) Contexts.current = this.#before;
    this.#before = null;
    this.#within = null;
    if (!isConsistent) throw new StackContextInconsistentError();
    if (thrown !== null) throw thrown.error;
    return isHandled;
  }

  [Symbol.dispose](): void {
    this.end(null);
  }
}

class ManagedBlock extends Block {
  readonly #factory: ContextFactory;
  readonly #entered: (ContextManager | Disposable)[] = [];

  constructor(factory: ContextFactory) {
    super();
    this.#factory = factory;
    this.begin(new Contexts([...this.oldContexts.blocks, this], this));
    try {
      this.reenter();
    } catch (error) {
      Contexts.current = this.oldContexts;
      throw error;
    }
  }

  reenter(): void {
    const manager = this.#factory();
    if ('enter' in manager) manager.enter();
    this.#entered.push(manager);
  }

  unwind(failure: Failure | null): boolean {
    const manager = this.#entered.pop();
    if (manager === undefined) return false;
    if ('exit' in manager) manager.exit(failure);
    else manager[Symbol.dispose]();
    return false;
  }
}

class HandlerBlock extends Block {
  readonly #handler: (error: unknown) => unknown;

  constructor(handler: (error: unknown) => unknown) {
    super();
    this.#handler = handler;
    this.begin(new Contexts(this.oldContexts.blocks, this));
  }

  reenter(): void {
    // Nothing to enter: it only hears of errors.
  }

  unwind(failure: Failure | null): boolean {
    return failure !== null && this.#handler(failure.error) === true;
  }
}

/**
 * For blocks that the caller ends. When a microtask runs, nothing else does: a context that is still open then was left
 * open by code that waits, and would surround what has nothing to do with it.
 */
function guarded<B extends Block>(block: B): B {
  if (block.oldContexts.head === null) queueMicrotask(closeAll);
  return block;
}

function closeAll(): void {
  Contexts.current = new Contexts([], null);
}

/**
 * A context that surrounds a block of code and every callback that it leaves behind: for each, the factory makes a new
 * manager, which is entered before and left after (STK-3).
 *
 * ```ts
 * import assert from 'node:assert/strict'
 * import { IOLoop } from '@typhoon/ioloop'
 * import { StackContext } from '@typhoon/ioloop/legacy'
 *
 * const log: string[] = []
 * const logged = new StackContext(() => ({ enter: () => log.push('in'), exit: () => log.push('out') }))
 * logged.run(() => IOLoop.current().addCallback(() => log.push('callback')))
 * await new Promise((resolve) => setTimeout(resolve, 5))
 * assert.deepEqual(log, ['in', 'out', 'in', 'callback', 'out'])
 * ```
 */
export class StackContext implements AnyStackContext {
  readonly #factory: ContextFactory;

  constructor(factory: ContextFactory) {
    this.#factory = factory;
  }

  /**
   * Calls `fn` in the context. `deactivate` drops the context from callbacks that are called later (STK-8).
   * @throws what `fn`, the factory or the manager throws; StackContextInconsistentError `ERR_STACK_CONTEXT_INCONSISTENT` (STK-9).
   */
  run<T>(fn: (deactivate: () => void) => T): T {
    const block = new ManagedBlock(this.#factory);
    let result: T;
    try {
      result = fn(block.deactivate);
    } catch (error) {
      block.end({ error });
      throw error;
    }
    block.end(null);
    return result;
  }

  /** Begins a block; the caller ends it, before anything is waited for. Errors as for `run`, when it ends. */
  enter(): OpenBlock {
    return guarded(new ManagedBlock(this.#factory));
  }
}

/** A context that hears of the errors of a block of code and of every callback that it leaves behind (STK-5). */
export class ExceptionStackContext implements AnyStackContext {
  readonly #handler: (error: unknown) => unknown;

  /** @param handler Answers true when it has taken care of the error; what it throws goes outward in its place. */
  constructor(handler: (error: unknown) => unknown) {
    this.#handler = handler;
  }

  /**
   * Calls `fn` in the context; null when it threw and the handler took care of that. Errors as for `StackContext.run`.
   */
  run<T>(fn: (deactivate: () => void) => T): T | null {
    const block = new HandlerBlock(this.#handler);
    let result: T;
    try {
      result = fn(block.deactivate);
    } catch (error) {
      if (block.end({ error })) return null;
      throw error;
    }
    block.end(null);
    return result;
  }

  /** Begins a block, which hears of the callbacks' errors alone; the caller ends it, before anything is waited for. */
  enter(): OpenBlock {
    return guarded(new HandlerBlock(this.#handler));
  }
}

/** No context at all, for code whose callbacks are nobody's business (STK-11). */
export class NullContext implements AnyStackContext {
  /** Calls `fn` with no context open. */
  run<T>(fn: () => T): T {
    const block = this.enter();
    try {
      return fn();
    } finally {
      block[Symbol.dispose]();
    }
  }

  /** Begins a block; the caller ends it. */
  enter(): Disposable {
    const before = Contexts.current;
    closeAll();
    return {
      [Symbol.dispose]: () => {
        Contexts.current = before;
      },
    };
  }
}

/** `context.run(fn)`, under Tornado's name. */
export function runWithStackContext<T>(context: AnyStackContext, fn: () => T): T | null {
  return context.run(() => fn());
}

/**
 * `fn`, made to run in the contexts that are open now, whenever it is called: those that are open then are not for it
 * (STK-4). The loop does it with what is given to it; this is for callbacks that others keep. A wrapped function is
 * returned as it is, and so is null (STK-2). Null is what a call gives whose error was taken care of (STK-7).
 */
export function wrap(fn: null): null;
export function wrap<This, A extends unknown[], R>(
  fn: (this: This, ...args: A) => R,
): (this: This, ...args: A) => R | null;
export function wrap<A extends unknown[]>(
  fn: ((...args: A) => unknown) | null,
): ((...args: A) => unknown) | null {
  return fn === null ? null : Contexts.current.carry(fn);
}

/** What is open at present, for tests and for runners of coroutines. */
export const state: { contexts: Contexts } = {
  get contexts() {
    return Contexts.current;
  },
  set contexts(contexts: Contexts) {
    Contexts.current = contexts;
  },
};
