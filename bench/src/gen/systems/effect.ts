// Effect: effects, and fibers that run them.
import { Deferred, Effect } from 'effect';
import { CHILDREN, QUERIES, WAITING } from '../cases.ts';
import * as store from '../store.ts';
import type { System } from '../cases.ts';
import type { Done } from '../store.ts';

type Failing<R> = Effect.Effect<R, Error>;

function lift<A, R>(operation: (argument: A, done: Done<R>) => void): (argument: A) => Failing<R> {
  return (argument) =>
    Effect.callback<R, Error>((resume) => {
      operation(argument, (error, value) => {
        resume(error === null ? Effect.succeed(value) : Effect.fail(error));
      });
    });
}

const putBlob = lift(store.putBlob);
const findFile = lift(store.findFile);
const openFolder = lift(store.openFolder);
const execute = lift(store.execute);
const commit = lift(store.commit);
const rollback = lift(store.rollback);

const steps = Effect.fnUntraced(function* (path: string, transaction: store.Transaction) {
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
});

function upload(path: string): Failing<number> {
  const transaction = new store.Transaction();
  return Effect.onError(steps(path, transaction), () => Effect.ignore(rollback(transaction)));
}

const atOnce = { concurrency: 'unbounded' } as const;

const query = Effect.fnUntraced(function* (path: string) {
  const all: Failing<string>[] = [];
  for (let i = 0; i < QUERIES; i++) all.push(openFolder(path));
  return (yield* Effect.all(all, atOnce)).length;
});

const value = Effect.succeed(1);

const settled = Effect.fnUntraced(function* (count: number) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* value;
  return sum;
});

let waiting: ((value: Effect.Effect<number>) => void)[] = [];

const next: Effect.Effect<number> = Effect.callback((resume) => {
  waiting.push(resume);
  if (waiting.length === WAITING) setImmediate(settleAll);
});

function settleAll(): void {
  const all = waiting;
  waiting = [];
  for (const resume of all) resume(value);
}

const waits = Effect.fnUntraced(function* (count: number) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* next;
  return sum;
});

// eslint-disable-next-line require-yield -- the case is one that never waits
const once = Effect.fnUntraced(function* (n: number) {
  return n;
});

const second = Effect.fnUntraced(function* (n: number) {
  return (yield* once(n)) + 1;
});

const first = Effect.fnUntraced(function* (n: number) {
  return (yield* second(n)) + 1;
});

const calls = Effect.fnUntraced(function* (count: number) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* once(i);
  return sum;
});

const levels = Effect.fnUntraced(function* (count: number) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* first(i);
  return sum;
});

const multis = Effect.fnUntraced(function* (count: number) {
  let sum = 0;
  for (let i = 0; i < count; i += CHILDREN) {
    const all: Effect.Effect<number>[] = [];
    for (let child = 0; child < CHILDREN; child++) all.push(next);
    sum += (yield* Effect.all(all, atOnce)).length;
  }
  return sum;
});

const plusOne = Effect.fnUntraced(function* (before: Effect.Effect<number>) {
  return (yield* before) + 1;
});

function chain(count: number): Promise<number> {
  let last: Effect.Effect<number> = value;
  for (let i = 0; i < count; i++) last = plusOne(last);
  return Effect.runPromise(last);
}

function times<T>(count: number, start: () => Failing<T>): Promise<T[]> {
  return Effect.runPromise(Effect.all(Array.from({ length: count }, start), atOnce));
}

/** `Effect.fnUntraced`, the form its documentation advises for hot paths. */
export const system: System = {
  name: 'Effect',
  packageName: 'effect',
  runs: {
    settled: (count) => Effect.runPromise(settled(count)),
    pending: (count) => times(WAITING, () => waits(count / WAITING)),
    call: (count) => Effect.runPromise(calls(count)),
    levels: (count) => Effect.runPromise(levels(count)),
    doxbee: (count) => times(count, () => upload('a/b/c')),
    parallel: (count) => times(count, () => query('a/b/c')),
    multi: (count) => Effect.runPromise(multis(count)),
    chain,
  },
  hold(count) {
    return Array.from({ length: count }, () => {
      const deferred = Deferred.makeUnsafe<number>();
      return { deferred, fiber: Effect.runFork(plusOne(Deferred.await(deferred))) };
    });
  },
};
