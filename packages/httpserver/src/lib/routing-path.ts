// Matches paths. Owns: groups and their values, which patterns are plain text, paths from patterns.
// Must not know: rules, routers.
// HOT: `pnpm bench http`
import { anchored, endsInDollar, Matcher, matchesStart, NO_PARAMS } from './routing-matchers.ts';
import { literalPrefix } from './routing-prefix.ts';
import { literalPieces, percentDecode, percentEncode } from './routing-reverse.ts';
import type { MatchParams, PathValue } from './routing-matchers.ts';
import type { HTTPServerRequest } from './server-request.ts';

/**
 * Matches the path as it came, percent-encoded (RTE-4). Groups must be all named, `(?<name>…)`, or all unnamed.
 *
 * @throws TypeError for a pattern with both kinds of groups (RTE-5).
 */
export class PathMatches extends Matcher {
  /** Anchored at the start. */
  readonly regex: RegExp;
  readonly #groupCount: number;
  readonly #names: readonly string[] | null;
  readonly #pieces: readonly string[] | null;
  readonly #literal: string | null;
  readonly #prefix: string;

  /** @param pathPattern Text must match the whole path; a regular expression from its start on. */
  constructor(pathPattern: string | RegExp) {
    super();
    this.regex = anchored(pathPattern);
    const groups = new RegExp(`${this.regex.source}|`, this.regex.flags.replace('y', '')).exec('');
    this.#groupCount = groups === null ? 0 : groups.length - 1;
    this.#names = groups?.groups === undefined ? null : Object.keys(groups.groups);
    if (this.#names !== null && this.#names.length !== this.#groupCount) {
      const message = `groups in url regexes must either be all named or all positional: ${this.regex.source}`;
      throw new TypeError(message);
    }
    this.#pieces = literalPieces(this.regex.source);
    this.#literal = literalOf(this.regex);
    this.#prefix = literalPrefix(this.regex);
  }

  override get literalPath(): string | null {
    return this.#literal;
  }

  override get literalPrefix(): string {
    return this.#prefix;
  }

  override match(request: HTTPServerRequest): MatchParams | null {
    if (this.#literal !== null) return this.#literal === request.path ? NO_PARAMS : null;
    const { regex } = this;
    if (this.#groupCount === 0) return matchesStart(regex, request.path) ? NO_PARAMS : null;
    regex.lastIndex = 0;
    const match = regex.exec(request.path);
    if (match === null) return null;
    if (this.#names === null) {
      return { pathArgs: match.slice(1).map(decoded), pathKwargs: NO_PARAMS.pathKwargs };
    }
    const groups = Object.entries(match.groups ?? {});
    const pathKwargs = Object.fromEntries(groups.map(([name, text]) => [name, decoded(text)]));
    return { pathArgs: NO_PARAMS.pathArgs, pathKwargs };
  }

  /**
   * The path with these values in its groups, escaped (RTE-10).
   *
   * @throws TypeError for a pattern that cannot be turned round, or another number of values than groups (RTE-11).
   */
  override reverse(...args: readonly unknown[]): string {
    if (this.#pieces === null) throw new TypeError(`Cannot reverse url regex ${this.regex.source}`);
    const [first = '', ...others] = this.#pieces;
    if (args.length !== others.length) {
      const message = `required number of arguments not found: ${this.regex.source} has ${others.length}, got ${args.length}`;
      throw new TypeError(message);
    }
    return others.reduce((path, piece, at) => path + percentEncode(args[at]) + piece, first);
  }
}

function decoded(text: string | undefined): PathValue {
  return text === undefined ? null : percentDecode(text);
}

/** The text of a pattern that matches nothing else, to the end. */
function literalOf(regex: RegExp): string | null {
  const { source, flags } = regex;
  const pieces = literalPieces(source);
  if (!endsInDollar(source) || flags !== 'y' || pieces?.length !== 1) return null;
  // A bare dot, which counts as itself when a path is made, matches any character.
  return /(?<!\\)\./.test(source.replace(/\\\\/g, '')) ? null : (pieces[0] ?? null);
}
