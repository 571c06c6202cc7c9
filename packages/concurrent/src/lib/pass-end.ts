// How one future's end becomes another's. Must not know: who asks for it.
import { CancelledError } from './future-error.ts';
import type { Future } from './future.ts';

/** Gives `target` the end of `source`, which is settled; nothing happens when `target` is settled, too. */
export function passEnd<T>(source: Future<T>, target: Future<T>): void {
  if (target.done()) return;
  let value: T;
  try {
    value = source.result();
  } catch (error) {
    if (source.cancelled() && error instanceof CancelledError) target.setCancelled(error);
    else target.setException(error);
    return;
  }
  target.setResult(value);
}
