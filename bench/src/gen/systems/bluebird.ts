// bluebird: generators over its own promises.
import Bluebird from 'bluebird';
import { CHILDREN, QUERIES, WAITING } from '../cases.ts';
import * as store from '../store.ts';
import type { System } from '../cases.ts';
import type { Blob, Done, FileRow } from '../store.ts';

type Waits<R, S> = Generator<Bluebird<unknown>, R, S>;

/** What it does with a generator function; its own declarations know no types of what is sent in. */
type Wrap = <A extends unknown[], S, R>(
  fn: (...args: A) => Waits<R, S>,
) => (...args: A) => Bluebird<R>;

const { coroutine: wrap } = Bluebird as unknown as { readonly coroutine: Wrap };

function lift<A, R>(operation: (argument: A, done: Done<R>) => void): (argument: A) => Bluebird<R> {
  return Bluebird.promisify<R, A>(operation);
}

const putBlob = lift(store.putBlob);
const findFile = lift(store.findFile);
const openFolder = lift(store.openFolder);
const execute = lift(store.execute);
const commit = lift(store.commit);
const rollback = lift(store.rollback);

const upload = wrap(function* (path: string): Waits<number, unknown> {
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

const query = wrap(function* (path: string): Waits<number, readonly string[]> {
  const all: Bluebird<string>[] = [];
  for (let i = 0; i < QUERIES; i++) all.push(openFolder(path));
  return (yield Bluebird.all(all)).length;
});

const value = Bluebird.resolve(1);

const settled = wrap(function* (count: number): Waits<number, number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield value;
  return sum;
});

let waiting: ((value: number) => void)[] = [];

function next(): Bluebird<number> {
  return new Bluebird((resolve) => {
    waiting.push(resolve);
    if (waiting.length === WAITING) setImmediate(settleAll);
  });
}

function settleAll(): void {
  const all = waiting;
  waiting = [];
  for (const resolve of all) resolve(1);
}

const waits = wrap(function* (count: number): Waits<number, number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield next();
  return sum;
});

// eslint-disable-next-line require-yield -- the case is one that never waits
const once = wrap(function* (n: number): Waits<number, number> {
  return n;
});

const second = wrap(function* (n: number): Waits<number, number> {
  return (yield once(n)) + 1;
});

const first = wrap(function* (n: number): Waits<number, number> {
  return (yield second(n)) + 1;
});

const calls = wrap(function* (count: number): Waits<number, number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield once(i);
  return sum;
});

const levels = wrap(function* (count: number): Waits<number, number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield first(i);
  return sum;
});

const multis = wrap(function* (count: number): Waits<number, readonly number[]> {
  let sum = 0;
  for (let i = 0; i < count; i += CHILDREN) {
    const all: Bluebird<number>[] = [];
    for (let child = 0; child < CHILDREN; child++) all.push(next());
    sum += (yield Bluebird.all(all)).length;
  }
  return sum;
});

const plusOne = wrap(function* (before: Bluebird<number>): Waits<number, number> {
  return (yield before) + 1;
});

function chain(count: number): Bluebird<number> {
  let last = value;
  for (let i = 0; i < count; i++) last = plusOne(last);
  return last;
}

function times<T>(count: number, start: () => Bluebird<T>): Bluebird<T[]> {
  return Bluebird.all(Array.from({ length: count }, start));
}

const holdOne = wrap(function* (resolvers: ((value: number) => void)[]): Waits<number, number> {
  return (
    (yield new Bluebird<number>((resolve) => {
      resolvers.push(resolve);
    })) + 1
  );
});

/** Bluebird's coroutines. */
export const system: System = {
  name: 'bluebird',
  packageName: 'bluebird',
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
