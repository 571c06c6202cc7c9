// How these objects look where they are inspected.
import { inspect } from 'node:util';

/**
 * Has `util.inspect`, and so `console.log`, show the objects of `prototype` by their `toString`.
 * Deviation: Tornado's debug form has the object's address, too; here there are none (QUE-9).
 */
export function inspectAsText(prototype: { toString(): string }): void {
  Object.defineProperty(prototype, inspect.custom, {
    value(this: { toString(): string }): string {
      return this.toString();
    },
  });
}
