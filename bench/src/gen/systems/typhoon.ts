// Ours.
import { Future } from '@typhoon/concurrent';
import { coroutine, multi } from '@typhoon/gen';
import { CHILDREN, QUERIES, WAITING } from '../cases.ts';
import * as store from '../store.ts';
import type { System } from '../cases.ts';
import type { Done } from '../store.ts';

function lift<A, R>(operation: (argument: A, done: Done<R>) => void): (argument: A) => Future<R> {
  return (argument) => {
    const future = new Future<R>();
    operation(argument, (error, value) => {
      if (error === null) future.setResult(value);
      else future.setException(error);
    });
    return future;
  };
}

const putBlob = lift(store.putBlob);
const findFile = lift(store.findFile);
const openFolder = lift(store.openFolder);
const execute = lift(store.execute);
const commit = lift(store.commit);
const rollback = lift(store.rollback);

const upload = coroutine(function* (path: string) {
  const transaction = new store.Transaction();
  try {
    const blob = yield* putBlob(path);
    let file = yield* findFile(path);
    const version = store.versionOf(blob, file?.version ?? null);
    yield* execute({ transaction, kind: 'insert', row: version });
    if (file === null) {
      file = store.fileAt(path, yield* openFolder(path), version.id);
      yield* execute({ transaction, kind: 'insert', row: file });
    }
    yield* execute({ transaction, kind: 'link', row: version });
    yield* execute({ transaction, kind: 'update', row: file });
    return yield* commit(transaction);
  } catch (error) {
    yield* rollback(transaction);
    throw error;
  }
});

const query = coroutine(function* (path: string) {
  const all: Future<string>[] = [];
  for (let i = 0; i < QUERIES; i++) all.push(openFolder(path));
  return (yield* multi(all)).length;
});

const value = Future.resolved(1);

const settled = coroutine(function* (count: number) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* value;
  return sum;
});

let waiting: Future<number>[] = [];

function next(): Future<number> {
  const future = new Future<number>();
  waiting.push(future);
  if (waiting.length === WAITING) setImmediate(settleAll);
  return future;
}

function settleAll(): void {
  const all = waiting;
  waiting = [];
  for (const future of all) future.setResult(1);
}

const waits = coroutine(function* (count: number) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* next();
  return sum;
});

// eslint-disable-next-line require-yield -- the case is one that never waits
const once = coroutine(function* (n: number) {
  return n;
});

const second = coroutine(function* (n: number) {
  return (yield* once(n)) + 1;
});

const first = coroutine(function* (n: number) {
  return (yield* second(n)) + 1;
});

const calls = coroutine(function* (count: number) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* once(i);
  return sum;
});

const levels = coroutine(function* (count: number) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* first(i);
  return sum;
});

const multis = coroutine(function* (count: number) {
  let sum = 0;
  for (let i = 0; i < count; i += CHILDREN) {
    const all: Future<number>[] = [];
    for (let child = 0; child < CHILDREN; child++) all.push(next());
    sum += (yield* multi(all)).length;
  }
  return sum;
});

const plusOne = coroutine(function* (before: Future<number>) {
  return (yield* before) + 1;
});

function chain(count: number): Future<number> {
  let last = value;
  for (let i = 0; i < count; i++) last = plusOne(last);
  return last;
}

function times<T>(count: number, start: () => Future<T>): Future<T[]> {
  return multi(Array.from({ length: count }, start));
}

const holdOne = coroutine(function* (futures: Future<number>[]) {
  const future = new Future<number>();
  futures.push(future);
  return (yield* future) + 1;
});

/** Coroutines of `@typhoon/gen`. */
export const system: System = {
  name: 'typhoon',
  packageName: '@typhoon/gen',
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
    const futures: Future<number>[] = [];
    const results = Array.from({ length: count }, () => holdOne(futures));
    return { futures, results };
  },
};
