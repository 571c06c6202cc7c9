// The cases of `pnpm bench gen`. Owns: what each one does, how many operations are one call, what we aim at.

/** What one system brings. */
export interface System {
  readonly name: string;
  /** The package whose version is shown; null for Node.js's own. */
  readonly packageName: string | null;
  /** Does the case's operation `count` times; settled when all are done. */
  readonly runs: Readonly<Record<TimedCase, (count: number) => PromiseLike<unknown>>>;
  /** Starts `count` coroutines that wait, each for something of its own; the answer keeps them all. */
  hold(count: number): object;
}

/** Cases that are measured in CPU time. */
export type TimedCase =
  'settled' | 'pending' | 'call' | 'levels' | 'doxbee' | 'parallel' | 'multi' | 'chain';

/** One case. */
export interface Case {
  readonly name: TimedCase | 'memory';
  readonly does: string;
  /** Operations in one call of `run`. */
  readonly batch: number;
  /** The most that ours may take, as a part of what native async functions take, or of what any rival takes. */
  readonly target: number | 'first of all' | null;
}

/** All cases, in the order in which they are run. */
export const CASES: readonly Case[] = [
  { name: 'settled', does: 'pass a settled value', batch: 100_000, target: 0.6 },
  { name: 'pending', does: 'wait for one the loop settles', batch: 20_000, target: 1.2 },
  { name: 'call', does: 'call one that returns at once', batch: 100_000, target: 1 },
  { name: 'levels', does: 'call three levels of them', batch: 30_000, target: 1 },
  {
    name: 'doxbee',
    does: 'an upload of eight steps, 10,000 at once',
    batch: 10_000,
    target: 'first of all',
  },
  { name: 'parallel', does: '25 queries each, 2,000 at once', batch: 2000, target: 'first of all' },
  { name: 'multi', does: 'wait for 1,000, a child', batch: 5000, target: null },
  {
    name: 'chain',
    does: 'a chain of a million settled ones, a link',
    batch: 1_000_000,
    target: null,
  },
  { name: 'memory', does: '100,000 waiting at once, bytes each', batch: 100_000, target: 1 },
];

/** How many wait at once in the case `pending`. */
export const WAITING = 100;

/** How many children one `multi` has. */
export const CHILDREN = 1000;

/** How many queries one round of the case `parallel` starts. */
export const QUERIES = 25;
