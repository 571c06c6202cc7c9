// A value or its future, treated alike.
import { Future } from '@typhoon/concurrent';

/** The future itself, or one that has `value` already; promises are values to it (GEN-18). */
export function maybeFuture<T>(value: Future<T> | T): Future<T> {
  return value instanceof Future ? value : Future.resolved(value);
}
