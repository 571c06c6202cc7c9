// Native async functions.
import { CHILDREN, QUERIES, WAITING } from '../cases.ts';
import * as store from '../store.ts';
import { commit, execute, findFile, next, openFolder, putBlob, rollback } from './promises.ts';
import type { System } from '../cases.ts';

async function upload(path: string): Promise<number> {
  const transaction = new store.Transaction();
  try {
    const blob = await putBlob(path);
    let file = await findFile(path);
    const version = store.versionOf(blob, file?.version ?? null);
    await execute({ transaction, kind: 'insert', row: version });
    if (file === null) {
      file = store.fileAt(path, await openFolder(path), version.id);
      await execute({ transaction, kind: 'insert', row: file });
    }
    await execute({ transaction, kind: 'link', row: version });
    await execute({ transaction, kind: 'update', row: file });
    return await commit(transaction);
  } catch (error) {
    await rollback(transaction);
    throw error;
  }
}

async function query(path: string): Promise<number> {
  const all: Promise<string>[] = [];
  for (let i = 0; i < QUERIES; i++) all.push(openFolder(path));
  return (await Promise.all(all)).length;
}

const value = Promise.resolve(1);

async function settled(count: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await value;
  return sum;
}

async function waits(count: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await next();
  return sum;
}

// eslint-disable-next-line @typescript-eslint/require-await -- the case is one that never waits
async function once(n: number): Promise<number> {
  return n;
}

async function second(n: number): Promise<number> {
  return (await once(n)) + 1;
}

async function first(n: number): Promise<number> {
  return (await second(n)) + 1;
}

async function calls(count: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await once(i);
  return sum;
}

async function levels(count: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await first(i);
  return sum;
}

async function multis(count: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < count; i += CHILDREN) {
    const all: Promise<number>[] = [];
    for (let child = 0; child < CHILDREN; child++) all.push(next());
    sum += (await Promise.all(all)).length;
  }
  return sum;
}

async function plusOne(before: Promise<number>): Promise<number> {
  return (await before) + 1;
}

function chain(count: number): Promise<number> {
  let last = value;
  for (let i = 0; i < count; i++) last = plusOne(last);
  return last;
}

function times<T>(count: number, start: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, start));
}

async function holdOne(resolvers: ((value: number) => void)[]): Promise<number> {
  return (
    (await new Promise<number>((resolve) => {
      resolvers.push(resolve);
    })) + 1
  );
}

/** Async functions. */
export const system: System = {
  name: 'async functions',
  packageName: null,
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
