// Comparing secrets in a time that says nothing of where they differ.
import { timingSafeEqual } from 'node:crypto';

/** Whether two secrets are the same; their lengths are no secret (PYS-16). */
export function isSameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
