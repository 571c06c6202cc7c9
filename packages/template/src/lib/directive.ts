// What stands behind a directive's name. Owns: the small languages of `import`, `except` and file names.
// Must not know: blocks, or where in the file the directive is.
import { parseErrorTypes, parseExpression, parseLocal } from './expression.ts';
import type { Expression } from './parsed-expression.ts';
import type { Handler, ImportBinding } from './nodes.ts';

/** A tag's text in its two parts (TPL-4). */
export interface Directive {
  readonly operator: string;
  readonly suffix: string;
  readonly line: number;
}

/** Splits a tag at its first space; other white space does not count (TPL-4). */
export function parseDirective(contents: string, line: number): Directive {
  const space = contents.indexOf(' ');
  if (space === -1) return { operator: contents, suffix: '', line };
  return { operator: contents.slice(0, space), suffix: contents.slice(space + 1).trim(), line };
}

/** A file's name without the quotes that it may stand in. */
export function parseFileName(suffix: string): string {
  return stripChar(stripChar(suffix, '"'), "'");
}

function stripChar(text: string, char: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === char) start++;
  while (end > start && text[end - 1] === char) end--;
  return text.slice(start, end);
}

/** The function of `autoescape`; null for `None` and `null` (TPL-10). */
export function parseAutoescape(name: string): Expression | null {
  return name === 'None' || name === 'null' ? null : parseExpression(name);
}

/** What stands between `except` and its end: nothing, `TypeError`, `TypeError as e`, `(TypeError, RangeError) as e`. */
export function parseExcept(suffix: string): Pick<Handler, 'type' | 'local'> {
  if (suffix === '') return { type: null, local: null };
  const [, type = suffix, local] = /^(.*\S)\s+as\s+(\S+)$/s.exec(suffix) ?? [];
  return { type: parseErrorTypes(type), local: local === undefined ? null : parseLocal(local) };
}

/** `import a, b as c`, where `suffix` is what follows `import`. */
export function parseImport(suffix: string): readonly ImportBinding[] {
  return splitNames(suffix).map(([module, local]) => {
    return { module, member: null, local: parseLocal(local) };
  });
}

/** `from a import b, c as d`, where `suffix` is what follows `from`. */
export function parseFrom(suffix: string): readonly ImportBinding[] {
  const [, module, names] = /^(\S+)\s+import\s+(.+)$/s.exec(suffix) ?? [];
  if (module === undefined || names === undefined)
    throw new SyntaxError('expected "MODULE import NAME"');
  return splitNames(names).map(([member, local]) => ({ module, member, local: parseLocal(local) }));
}

/** `a, b as c` as pairs of a name and the name it gets. */
function splitNames(text: string): [name: string, local: string][] {
  return text.split(',').map((part) => {
    const [name, as, local, more] = part.trim().split(/\s+/);
    if (name === undefined || more !== undefined || (as !== undefined && as !== 'as')) {
      throw new SyntaxError('expected "NAME" or "NAME as NAME"');
    }
    return [name, local ?? name];
  });
}
