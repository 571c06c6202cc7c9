// effection: operations, and tasks that run them.
import { action, all, call, run, spawn, withResolvers, type Operation, type Task } from 'effection';
import { CHILDREN, QUERIES, WAITING } from '../cases.ts';
import * as store from '../store.ts';
import type { System } from '../cases.ts';
import type { Done } from '../store.ts';

const nothingToUndo = (): void => undefined;

function lift<A, R>(
  operation: (argument: A, done: Done<R>) => void,
): (argument: A) => Operation<R> {
  return (argument) =>
    action<R>((resolve, reject) => {
      operation(argument, (error, value) => {
        if (error === null) resolve(value);
        else reject(error);
      });
      return nothingToUndo;
    });
}

const putBlob = lift(store.putBlob);
const findFile = lift(store.findFile);
const openFolder = lift(store.openFolder);
const execute = lift(store.execute);
const commit = lift(store.commit);
const rollback = lift(store.rollback);

function* upload(path: string): Operation<number> {
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
}

function* query(path: string): Operation<number> {
  const queries: Operation<string>[] = [];
  for (let i = 0; i < QUERIES; i++) queries.push(openFolder(path));
  return (yield* all(queries)).length;
}

const value = call(() => 1);

function* settled(count: number): Operation<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* value;
  return sum;
}

let waiting: ((value: number) => void)[] = [];

function next(): Operation<number> {
  return action((resolve) => {
    waiting.push(resolve);
    if (waiting.length === WAITING) setImmediate(settleAll);
    return nothingToUndo;
  });
}

function settleAll(): void {
  const resolvers = waiting;
  waiting = [];
  for (const resolve of resolvers) resolve(1);
}

function* waits(count: number): Operation<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* next();
  return sum;
}

// eslint-disable-next-line require-yield -- the case is one that never waits
function* once(n: number): Operation<number> {
  return n;
}

function* second(n: number): Operation<number> {
  return (yield* once(n)) + 1;
}

function* first(n: number): Operation<number> {
  return (yield* second(n)) + 1;
}

function* calls(count: number): Operation<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* once(i);
  return sum;
}

function* levels(count: number): Operation<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* first(i);
  return sum;
}

function* multis(count: number): Operation<number> {
  let sum = 0;
  for (let i = 0; i < count; i += CHILDREN) {
    const children: Operation<number>[] = [];
    for (let child = 0; child < CHILDREN; child++) children.push(next());
    sum += (yield* all(children)).length;
  }
  return sum;
}

function* plusOne(before: Operation<number>): Operation<number> {
  return (yield* before) + 1;
}

/** Each link is a task of its own: operations that delegate to each other a million deep have no stack. */
function* chain(count: number): Operation<number> {
  let last: Operation<number> = value;
  for (let i = 0; i < count; i++) {
    const before = last;
    last = yield* spawn(() => plusOne(before));
  }
  return yield* last;
}

function times<T>(count: number, start: () => Operation<T>): Task<T[]> {
  return run(() => all(Array.from({ length: count }, start)));
}

/** Operations over generators. */
export const system: System = {
  name: 'effection',
  packageName: 'effection',
  runs: {
    settled: (count) => run(() => settled(count)),
    pending: (count) => times(WAITING, () => waits(count / WAITING)),
    call: (count) => run(() => calls(count)),
    levels: (count) => run(() => levels(count)),
    doxbee: (count) => times(count, () => upload('a/b/c')),
    parallel: (count) => times(count, () => query('a/b/c')),
    multi: (count) => run(() => multis(count)),
    chain: (count) => run(() => chain(count)),
  },
  hold(count) {
    return Array.from({ length: count }, () => {
      const resolvers = withResolvers<number>();
      return { resolvers, task: run(() => plusOne(resolvers.operation)) };
    });
  },
};
