// Leaves out the rules that cannot match: those for one literal path that is another, and those whose pattern begins with text
// that the path does not begin with. The order of rules stays. HOT: `pnpm bench http`, `pnpm bench routes`
import type { Rule } from './routing-rules.ts';

/** Rules by the text that their paths begin with, of a router whose rules do not change any more. */
export class RuleIndex {
  readonly #rules: readonly Rule[];
  /** For each literal path the rules that could match it; null until somebody asks for that path. */
  readonly #byPath = new Map<string, readonly Rule[] | null>();
  /**
   * For each prefix the rules that could match a path which begins so, and with no longer one of these; null until somebody
   * asks. Whatever else such a path begins with, the prefix begins with it, too.
   */
  readonly #byPrefix = new Map<string, readonly Rule[] | null>([['', null]]);
  /** The lengths of prefixes, longest first. */
  readonly #lengths: readonly number[];

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    for (const { matcher } of rules) {
      if (matcher.literalPath === null) this.#byPrefix.set(matcher.literalPrefix, null);
      else this.#byPath.set(matcher.literalPath, null);
    }
    const lengths = new Set(Array.from(this.#byPrefix.keys(), ({ length }) => length));
    this.#lengths = [...lengths].sort((a, b) => b - a);
  }

  /** The rules to try for a path, in order. */
  candidates(path: string): readonly Rule[] {
    const known = this.#byPath.get(path);
    if (known === undefined) return this.#byLongestPrefix(path);
    if (known !== null) return known;
    const made = this.#rules.filter(({ matcher: { literalPath, literalPrefix } }) => {
      return literalPath === null ? path.startsWith(literalPrefix) : literalPath === path;
    });
    this.#byPath.set(path, made);
    return made;
  }

  #byLongestPrefix(path: string): readonly Rule[] {
    for (const length of this.#lengths) {
      if (length > path.length) continue;
      const prefix = path.slice(0, length);
      const known = this.#byPrefix.get(prefix);
      if (known === undefined) continue;
      if (known !== null) return known;
      const made = this.#rules.filter(({ matcher: { literalPath, literalPrefix } }) => {
        return literalPath === null && prefix.startsWith(literalPrefix);
      });
      this.#byPrefix.set(prefix, made);
      return made;
    }
    return [];
  }
}
