// The cases of `pnpm bench web`. Owns: what is asked for, and the bars.

/** One thing that all servers are asked for. */
export interface WebCase {
  readonly name: string;
  readonly path: string;
  /** Whether the cookie that the first answer sets is sent. */
  readonly hasCookie?: boolean;
  /** Whether it is a file, which nginx serves, too, and no bar is set for. */
  readonly isFile?: boolean;
}

export const CASES: readonly WebCase[] = [
  { name: 'hello', path: '/hello' },
  { name: 'json', path: '/json' },
  { name: 'route', path: '/route99/abc' },
  { name: 'cookie', path: '/cookie', hasCookie: true },
  { name: 'page', path: '/page' },
  { name: 'file-1k', path: '/static/1k.txt', isFile: true },
  { name: 'file-1m', path: '/static/1m.txt', isFile: true },
];

/** The most CPU time that ours may take, as a part of the rival's. */
export const BARS = [
  { ours: 'epoll', rival: 'Fastify', most: 0.5 },
  { ours: 'epoll', rival: 'Tornado', most: 0.1 },
  { ours: 'net', rival: 'Fastify', most: 1 },
] as const;
