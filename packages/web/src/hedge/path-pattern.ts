// URL patterns: matched against a path, and turned back into one (RTE-4 to 6, 10, 11).
// HOT: `pnpm bench http`
import { urlEscape, urlUnescape } from '@typhoon/escape';
import { WebError } from './http-error.ts';

/** What a pattern's groups captured: percent-decoded bytes, null for a group that did not take part. */
export interface PathMatch {
  /** Positional groups, in order. */
  readonly args: readonly (Buffer | null)[];
  /** Named groups, or null when there are none. */
  readonly named: Readonly<Record<string, Buffer | null>> | null;
}

const NO_GROUPS: PathMatch = { args: [], named: null };

/** A pattern over the whole path. */
export class PathPattern {
  /** The pattern as a regular expression, anchored at both ends. */
  readonly regExp: RegExp;
  /** The path itself where the pattern has no special characters: compared, not matched. */
  readonly literal: string | null;
  readonly #hasGroups: boolean;
  readonly #reverse: readonly string[] | null;

  constructor(pattern: string | RegExp) {
    const source = typeof pattern === 'string' ? pattern : pattern.source;
    const flags = typeof pattern === 'string' ? '' : pattern.flags.replace(/[gy]/g, '');
    const body = source.replace(/^\^/, '');
    this.regExp = new RegExp(
      `^(?:${typeof pattern === 'string' ? body.replace(/(?<!\\)\$$/, '') : body})${typeof pattern === 'string' ? '$' : ''}`,
      flags,
    );
    this.literal = typeof pattern === 'string' && /^[\w/\-~%]*$/.test(body) ? body : null;
    this.#hasGroups = /\((?!\?:)/.test(source);
    this.#reverse = reversible(body.replace(/(?<!\\)\$$/, ''));
  }

  /** The groups, or null when the path does not match. */
  match(path: string): PathMatch | null {
    if (this.literal !== null) return path === this.literal ? NO_GROUPS : null;
    const match = this.regExp.exec(path);
    if (match === null) return null;
    if (!this.#hasGroups) return NO_GROUPS;
    if (match.groups === undefined) return { args: match.slice(1).map(decode), named: null };
    const named = Object.fromEntries(
      Object.entries(match.groups).map(([name, text]) => [name, decode(text)]),
    );
    return { args: [], named };
  }

  /** The path with `args` in place of the groups. @throws WebError `ERR_NOT_REVERSIBLE`, TypeError for their number. */
  reverse(args: readonly unknown[]): string {
    const parts = this.#reverse;
    if (parts === null)
      throw new WebError('ERR_NOT_REVERSIBLE', `Cannot reverse url regex ${this.regExp.source}`);
    if (args.length !== parts.length - 1) {
      throw new TypeError(
        `required number of arguments not found: ${parts.length - 1} needed, ${args.length} given`,
      );
    }
    return parts.map((part, at) => (at === 0 ? part : escaped(args[at - 1]) + part)).join('');
  }
}

function decode(text: string | undefined): Buffer | null {
  if (text === undefined) return null;
  const bytes = urlUnescape(text, { encoding: null, plus: false });
  return Buffer.from(bytes as Uint8Array);
}

function escaped(value: unknown): string {
  return urlEscape(value instanceof Uint8Array ? value : String(value), { plus: false });
}

/** The literal texts around the groups, or null for a pattern that cannot be turned back. */
function reversible(source: string): string[] | null {
  const parts = [''];
  let at = 0;
  while (at < source.length) {
    const one = source.charAt(at);
    if (one === '(') {
      if (
        source.startsWith('(?:', at) ||
        source.startsWith('(?=', at) ||
        source.startsWith('(?!', at)
      )
        return null;
      const end = closing(source, at);
      if (end < 0) return null;
      parts.push('');
      at = end + 1;
      continue;
    }
    let literal = one;
    if (one === '\\') {
      literal = source.charAt(++at);
      if (/[A-Za-z0-9]/.test(literal)) return null;
    } else if (/[.*+?[\]{}|^$]/.test(one)) {
      return null;
    }
    parts[parts.length - 1] += literal;
    at++;
  }
  return parts;
}

/** Where the group that begins at `start` ends; -1 for nested ones. */
function closing(source: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const one = source.charAt(at);
    if (one === '\\') at++;
    else if (inClass) inClass = one !== ']';
    else if (one === '[') inClass = true;
    else if (one === '(') return -1;
    else if (one === ')') return at;
  }
  return -1;
}
