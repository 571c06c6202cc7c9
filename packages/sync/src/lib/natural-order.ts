// The order that things have by themselves: what Python's `<` says of numbers, texts and tuples.
import { repr } from '@typhoon/log';

/**
 * Compares numbers, texts, booleans and dates with their like, and lists by their first difference; a list that the other
 * begins with comes before it.
 * @throws TypeError when there is no order between the two: different kinds, NaN, other objects.
 */
export function compareNaturally(a: unknown, b: unknown): number {
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b);
  const left = toNumber(a);
  const right = toNumber(b);
  if (left !== null && right !== null && typeof a === typeof b) {
    if (left < right) return -1;
    if (left > right) return 1;
    if (left >= right) return 0; // not so with NaN
  }
  throw new TypeError(
    `there is no order between ${repr(a)} and ${repr(b)}: give the queue a compare function`,
  );
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = a[i] === b[i] ? 0 : compareNaturally(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function toNumber(value: unknown): number | bigint | null {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return Number(value);
  return value instanceof Date ? value.getTime() : null;
}
