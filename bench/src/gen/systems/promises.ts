// The stage with native promises, for async functions and for co.
import { WAITING } from '../cases.ts';
import * as store from '../store.ts';
import type { Done } from '../store.ts';

function lift<A, R>(operation: (argument: A, done: Done<R>) => void): (argument: A) => Promise<R> {
  return (argument) =>
    new Promise((resolve, reject) => {
      operation(argument, (error, value) => {
        if (error === null) resolve(value);
        else reject(error);
      });
    });
}

/** The operations of the store. */
export const putBlob = lift(store.putBlob);
export const findFile = lift(store.findFile);
export const openFolder = lift(store.openFolder);
export const execute = lift(store.execute);
export const commit = lift(store.commit);
export const rollback = lift(store.rollback);

let waiting: ((value: number) => void)[] = [];

/** One that the loop settles together with those that others wait for. */
export function next(): Promise<number> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === WAITING) setImmediate(settleAll);
  });
}

function settleAll(): void {
  const all = waiting;
  waiting = [];
  for (const resolve of all) resolve(1);
}
