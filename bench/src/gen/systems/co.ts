// co: generators over native promises.
import co from 'co';
import { CHILDREN, QUERIES, WAITING } from '../cases.ts';
import * as store from '../store.ts';
import { commit, execute, findFile, next, openFolder, putBlob, rollback } from './promises.ts';
import type { System } from '../cases.ts';
import type { Blob, FileRow } from '../store.ts';

/** What co does with a generator function; its own declarations know no types of what is sent in. */
type Wrap = <A extends unknown[], S, R>(
  fn: (...args: A) => Generator<unknown, R, S>,
) => (...args: A) => Promise<R>;

const wrap = co.wrap as Wrap;

const upload = wrap(function* (path: string): Generator<unknown, number, unknown> {
  const transaction = new store.Transaction();
  try {
    const blob = (yield putBlob(path)) as Blob;
    let file = (yield findFile(path)) as FileRow | null;
    const version = store.versionOf(blob, file?.version ?? null);
    yield execute({ transaction, kind: 'insert', row: version });
    if (file === null) {
      file = store.fileAt(path, (yield openFolder(path)) as string, version.id);
      yield execute({ transaction, kind: 'insert', row: file });
    }
    yield execute({ transaction, kind: 'link', row: version });
    yield execute({ transaction, kind: 'update', row: file });
    return (yield commit(transaction)) as number;
  } catch (error) {
    yield rollback(transaction);
    throw error;
  }
});

const query = wrap(function* (path: string): Generator<unknown, number, readonly string[]> {
  const all: Promise<string>[] = [];
  for (let i = 0; i < QUERIES; i++) all.push(openFolder(path));
  return (yield all).length;
});

const value = Promise.resolve(1);

const settled = wrap(function* (count: number): Generator<unknown, number, number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield value;
  return sum;
});

const waits = wrap(function* (count: number): Generator<unknown, number, number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield next();
  return sum;
});

// eslint-disable-next-line require-yield -- the case is one that never waits
const once = wrap(function* (n: number): Generator<unknown, number, number> {
  return n;
});

const second = wrap(function* (n: number): Generator<unknown, number, number> {
  return (yield once(n)) + 1;
});

const first = wrap(function* (n: number): Generator<unknown, number, number> {
  return (yield second(n)) + 1;
});

const calls = wrap(function* (count: number): Generator<unknown, number, number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield once(i);
  return sum;
});

const levels = wrap(function* (count: number): Generator<unknown, number, number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield first(i);
  return sum;
});

const multis = wrap(function* (count: number): Generator<unknown, number, readonly number[]> {
  let sum = 0;
  for (let i = 0; i < count; i += CHILDREN) {
    const all: Promise<number>[] = [];
    for (let child = 0; child < CHILDREN; child++) all.push(next());
    sum += (yield all).length;
  }
  return sum;
});

const plusOne = wrap(function* (before: Promise<number>): Generator<unknown, number, number> {
  return (yield before) + 1;
});

function chain(count: number): Promise<number> {
  let last = value;
  for (let i = 0; i < count; i++) last = plusOne(last);
  return last;
}

function times<T>(count: number, start: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, start));
}

const holdOne = wrap(function* (
  resolvers: ((value: number) => void)[],
): Generator<unknown, number, number> {
  return (
    (yield new Promise<number>((resolve) => {
      resolvers.push(resolve);
    })) + 1
  );
});

/** Generators that yield native promises. */
export const system: System = {
  name: 'co',
  packageName: 'co',
  runs: {
    settled,
    pending: (count) => times(WAITING, () => waits(count / WAITING)),
    call: calls,
    levels,
    doxbee: (count) => times(count, () => upload('a/b/c')),
    parallel: (count) => times(count, () => query('a/b/c')),
    multi: multis,
    chain,
  },
  hold(count) {
    const resolvers: ((value: number) => void)[] = [];
    const results = Array.from({ length: count }, () => holdOne(resolvers));
    return { resolvers, results };
  },
};
