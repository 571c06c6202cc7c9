// How futures ended, in words that a model can use as well.
import { TimeoutError } from '@typhoon/concurrent';
import type { Future } from '@typhoon/concurrent';

export type Outcome = 'waits' | 'cancelled' | 'timeout' | { readonly value: unknown };

export function outcomeOf(future: Future<unknown>): Outcome {
  if (!future.done()) return 'waits';
  if (future.cancelled()) return 'cancelled';
  const error = future.exception();
  if (error instanceof TimeoutError) return 'timeout';
  if (error !== null) throw new Error('an end that no model foresees', { cause: error });
  return { value: future.result() };
}

/** Somebody who waits in a model: a line of them is an array, the oldest first. */
export interface Waiting {
  readonly id: number;
  readonly deadlineMs: number;
}

/** Takes out of a line those whose time is over. */
export function expire(line: Waiting[], nowMs: number, outcomes: Outcome[]): void {
  for (const waiting of line.filter(({ deadlineMs }) => deadlineMs <= nowMs)) {
    line.splice(line.indexOf(waiting), 1);
    outcomes[waiting.id] = 'timeout';
  }
}

/** Takes the one with that id out of a line; answers whether it was there. */
export function withdraw(line: Waiting[], id: number, outcomes: Outcome[]): boolean {
  const at = line.findIndex((waiting) => waiting.id === id);
  if (at < 0) return false;
  line.splice(at, 1);
  outcomes[id] = 'cancelled';
  return true;
}
