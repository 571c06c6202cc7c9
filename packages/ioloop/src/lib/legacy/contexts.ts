// What is open: the pair that Tornado calls the state (STK-1). Owns: entering it again around a callback, the way of an
// error through it, forgetting what was deactivated. Must not know: how a block begins and ends (stack-context.ts).
//
//   blocks  [ a ]────[ b ]          StackContexts only, outermost first: entered again, in this order
//             ^        ^
//   head  e ──┴─> ... ─┴─> null     all contexts, innermost first: the way of an error
import { openContexts } from '../open-contexts.ts';
import type { OpenContexts } from '../open-contexts.ts';

/** What was thrown; an object, for anything can be, `undefined` too. */
export interface Failure {
  readonly error: unknown;
}

/** One opened context, a link of the chain. */
export interface ContextBlock {
  /** False after `deactivate`. */
  readonly isActive: boolean;
  /** What was open before it; contexts that were deactivated meanwhile are forgotten. */
  oldContexts: Contexts;
  /** Enters once more, around a callback. */
  reenter(): void;
  /** Leaves what `reenter` entered; answers whether it takes care of the failure, or throws another one. */
  unwind(failure: Failure | null): boolean;
}

/** A block left while other contexts were open than its own: it is not nested in another, or a coroutine waited in it (STK-9). */
export class StackContextInconsistentError extends Error {
  override readonly name: string = 'StackContextInconsistentError';
  /** The only case. */
  readonly code = 'ERR_STACK_CONTEXT_INCONSISTENT';

  constructor() {
    super(
      'stack context inconsistency: a coroutine that waits within a context, or blocks not nested',
    );
  }
}

/** Functions made by `carry`; wrapping them again changes nothing (STK-2). */
const carried = new WeakSet<object>();

/** Which contexts are open. */
export class Contexts implements OpenContexts {
  /** The opened StackContexts, outermost first. */
  readonly blocks: readonly ContextBlock[];
  /** The innermost opened context of any kind; each knows the one around it. */
  readonly head: ContextBlock | null;

  constructor(blocks: readonly ContextBlock[], head: ContextBlock | null) {
    this.blocks = blocks;
    this.head = head;
  }

  /** What is open now. */
  static get current(): Contexts {
    return openContexts.current instanceof Contexts ? openContexts.current : NONE;
  }

  static set current(contexts: Contexts) {
    openContexts.current = contexts.head === null ? null : contexts;
  }

  /** For whoever keeps the callback (STK-2, 3, 4). */
  carry<This, A extends unknown[], R>(
    callback: (this: This, ...args: A) => R,
  ): (this: This, ...args: A) => R | null {
    if (carried.has(callback)) return callback;
    let captured: Contexts = this; // eslint-disable-line @typescript-eslint/no-this-alias -- it is replaced
    const carrier = function (this: This, ...args: A): R | null {
      captured = captured.#pruned();
      return captured.#call(() => callback.apply(this, args));
    };
    Object.defineProperty(carrier, 'name', { value: callback.name, configurable: true });
    carried.add(carrier);
    return carrier;
  }

  /** For runners of coroutines (STK-10). */
  inconsistency(): Error {
    return new StackContextInconsistentError();
  }

  #call<R>(fn: () => R): R | null {
    const outer = Contexts.current;
    Contexts.current = this;
    try {
      return this.#enterAndCall(fn);
    } finally {
      Contexts.current = outer;
    }
  }

  #enterAndCall<R>(fn: () => R): R | null {
    const chain = this.#chain();
    for (const block of this.blocks) {
      try {
        block.reenter();
      } catch (error) {
        // The function is not called; what is around this context hears of it (STK-6).
        unwind(chain.slice(chain.indexOf(block) + 1), { error });
        return null;
      }
    }
    let result: R;
    try {
      result = fn();
    } catch (error) {
      unwind(chain, { error });
      return null;
    }
    unwind(chain, null);
    return result;
  }

  /** Innermost first. As it is now: what is deactivated during the call stays until its end (STK-8). */
  #chain(): readonly ContextBlock[] {
    const chain: ContextBlock[] = [];
    for (let block = this.head; block !== null; block = block.oldContexts.head) chain.push(block);
    return chain;
  }

  /** Without what was deactivated meanwhile, which is forgotten, so that no chain grows (STK-8, GEN-36). */
  #pruned(): Contexts {
    const head = nearestActive(this.head);
    for (let block = head; block !== null; block = block.oldContexts.head) {
      const { head: around, blocks } = block.oldContexts;
      const active = nearestActive(around);
      if (active !== around) block.oldContexts = new Contexts(blocks.filter(isActive), active);
    }
    if (head === this.head && this.blocks.every(isActive)) return this;
    return new Contexts(this.blocks.filter(isActive), head);
  }
}

/** Nothing is open. */
const NONE = new Contexts([], null);

/** The way outward (STK-5): each leaves, and may take care of the failure or replace it; what is left of it is thrown. */
function unwind(chain: readonly ContextBlock[], thrown: Failure | null): void {
  let failure = thrown;
  for (const block of chain) {
    try {
      if (block.unwind(failure)) failure = null;
    } catch (error) {
      failure = { error };
    }
  }
  if (failure !== null) throw failure.error;
}

function isActive(block: ContextBlock): boolean {
  return block.isActive;
}

function nearestActive(from: ContextBlock | null): ContextBlock | null {
  let block = from;
  while (block !== null && !block.isActive) block = block.oldContexts.head;
  return block;
}
