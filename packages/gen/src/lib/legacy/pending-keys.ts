// The keys of callbacks that were made and not waited for. Owns: which keys are the same, what was called back with.
// Must not know: who waits.
import { KeyReuseError, UnknownKeyError } from './yield-point-error.ts';

/** What a callback was called with, once it was. */
interface Entry {
  readonly key: unknown;
  outcome: { readonly result: unknown } | null;
}

/** A table of pending keys: lists with the same elements are one key, other keys are compared as a Map's (GEN-30). */
export class PendingKeys {
  readonly #simple = new Map<unknown, Entry>();
  readonly #lists: Entry[] = [];

  /** The keys, for an error's message. */
  get keys(): readonly unknown[] {
    return [...this.#simple.keys(), ...this.#lists.map(({ key }) => key)];
  }

  /** @throws KeyReuseError `ERR_KEY_REUSE` */
  add(key: unknown): void {
    if (this.#find(key) !== undefined) throw new KeyReuseError(key);
    const entry = { key, outcome: null };
    if (Array.isArray(key)) this.#lists.push(entry);
    else this.#simple.set(key, entry);
  }

  /** Whether the key's callback was called. @throws UnknownKeyError `ERR_UNKNOWN_KEY` */
  isReady(key: unknown): boolean {
    return this.#get(key).outcome !== null;
  }

  /** Its callback was called; nobody's business when it was waited for already. */
  settle(key: unknown, result: unknown): void {
    const entry = this.#find(key);
    if (entry !== undefined) entry.outcome = { result };
  }

  /** Takes the key out and gives what its callback was called with. @throws UnknownKeyError `ERR_UNKNOWN_KEY` */
  take(key: unknown): unknown {
    const entry = this.#get(key);
    if (Array.isArray(key)) this.#lists.splice(this.#lists.indexOf(entry), 1);
    else this.#simple.delete(key);
    return entry.outcome?.result;
  }

  #get(key: unknown): Entry {
    const entry = this.#find(key);
    if (entry === undefined) throw new UnknownKeyError(key);
    return entry;
  }

  #find(key: unknown): Entry | undefined {
    if (!Array.isArray(key)) return this.#simple.get(key);
    return this.#lists.find((entry) => isSame(entry.key, key));
  }
}

function isSame(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((element, at) => isSame(element, b[at]));
}
