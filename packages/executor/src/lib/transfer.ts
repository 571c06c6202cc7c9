// Marks what is to be moved to another thread instead of being copied. Owns: the marks, until the marked value is sent.
import type { Movable } from './executor.ts';

/** Which objects are moved when a value is sent. */
export type TransferMarks = WeakMap<object, readonly Movable[]>;

/**
 * Where a thread keeps its marks. A worker's own code is no module and a task's module may be another copy of this one,
 * so the place has a name that all of them know.
 */
export const TRANSFER_MARKS = '@typhoon/executor:transfer-marks';

/**
 * Has the objects of `list` moved instead of copied when `value` is next sent to another thread, as one of a task's
 * arguments or, in a worker, as its result. The sender cannot use them any more after that. Gives `value` back.
 *
 * ```ts no-run
 * await pool.submit(checksum, transfer(bytes, [bytes.buffer]))
 * ```
 *
 * A task with something to move is never sent ahead to a worker that is busy.
 */
export function transfer<T extends object>(value: T, list: readonly Movable[]): T {
  marks().set(value, list);
  return value;
}

/** What is to be moved with these arguments and what `named` says besides, or null. The marks are used up. */
export function takeTransfers(
  args: readonly unknown[],
  named: readonly Movable[] = [],
): readonly Movable[] | null {
  let taken: Movable[] | null = null;
  for (const item of named) if (!(item instanceof SharedArrayBuffer)) (taken ??= []).push(item);
  for (const arg of args) {
    if (typeof arg !== 'object' || arg === null) continue;
    const list = marks().get(arg);
    if (list === undefined) continue;
    marks().delete(arg);
    taken ??= [];
    for (const item of list) if (!(item instanceof SharedArrayBuffer)) taken.push(item);
  }
  return taken;
}

function marks(): TransferMarks {
  const place = Symbol.for(TRANSFER_MARKS);
  const known: unknown = Reflect.get(globalThis, place);
  if (known instanceof WeakMap) return known as TransferMarks;
  const made: TransferMarks = new WeakMap();
  Reflect.set(globalThis, place, made);
  return made;
}
