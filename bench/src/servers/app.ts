// What the servers of `bench http` answer besides `/`, the same for each of them: JSON that is posted to `/echo`, parsed and written
// again; and of a hundred routes `/resource0/ID` to `/resource99/ID` the ID.

/** The names of the routes, in their order. */
export const RESOURCES: readonly string[] = Array.from({ length: 100 }, (_, n) => `/resource${n}`);

/** For `/`. */
export const HELLO = 'Hello, world';
