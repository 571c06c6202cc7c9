// The cases of `pnpm bench routes`: finding one of 1,000 routes.

/** One kind of route. */
export interface RouteCase {
  readonly name: 'parameter' | 'literal' | 'none';
  readonly does: string;
  /** What is looked up. */
  readonly path: string;
}

export const COUNT = 1000;

export const CASES: readonly RouteCase[] = [
  { name: 'parameter', does: 'the last of 1,000 with a parameter', path: '/route999/abc' },
  { name: 'literal', does: 'the last of 1,000 without', path: '/fixed999' },
  { name: 'none', does: 'a path that none of 2,000 is for', path: '/nothing/here' },
];
