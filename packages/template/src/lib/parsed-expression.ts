// What is known of the JavaScript in a tag. Must not know: how it was found out.
import type { NameUse } from './name-uses.ts';

/** A piece of JavaScript, and what it wants from outside. */
export interface Expression {
  readonly source: string;
  readonly uses: readonly NameUse[];
  /** Whether it is something like `a.b`: a function from there wants its `this` when it is called. */
  readonly isMember: boolean;
}

/** What stands behind `for`. */
export interface LoopHead {
  readonly target: Expression;
  readonly values: Expression;
}
