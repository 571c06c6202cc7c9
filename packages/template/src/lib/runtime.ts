// What generated code calls while it runs. Owns: how values become output.
// Must not know: directives, files.
//
// A template's output is built as text, and encoded once at its end, if at all. Bytes that are put out as they are wait in
// `KeptBytes`; a mark stands in the text for them.
// HOT: `pnpm bench template`, render
import { randomBytes } from 'node:crypto';
import { toUnicode, xhtmlEscape } from '@typhoon/escape';

import { BUILTINS, TEXT_FUNCTIONS } from './builtins.ts';
import { quoted } from './quoted.ts';
import { TemplateError } from './template-error.ts';

/** The value of names that have none. */
const NO_VALUE: unique symbol = Symbol('no value');

/** Bytes that go out as they are, whether or not they are UTF-8. */
class KeptBytes {
  readonly #bytes: Uint8Array[] = [];
  // Nobody who writes text can know it.
  #mark = '';

  /** Keeps bytes, and gives the text that stands for them. */
  keep(bytes: Uint8Array): string {
    if (this.#mark === '') this.#mark = `\0${randomBytes(16).toString('hex')}`;
    return `${this.#mark}${this.#bytes.push(bytes) - 1};`;
  }

  /** The output: text, or bytes if some were kept. */
  into(text: string): string | Buffer {
    if (this.#mark === '') return text;
    const [first = '', ...others] = text.split(this.#mark);
    const pieces: Uint8Array[] = [Buffer.from(first)];
    for (const other of others) {
      const end = other.indexOf(';');
      const bytes = this.#bytes[Number(other.slice(0, end))];
      if (bytes !== undefined) pieces.push(bytes);
      pieces.push(Buffer.from(other.slice(end + 1)));
    }
    return Buffer.concat(pieces);
  }
}

/** `{% raw %}`: the text for `value`, unescaped (TPL-7). */
function raw(kept: KeptBytes, value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? kept.keep(value) : String(value);
}

/** `{{ }}`: the text for `value`, escaped by `escape`. */
function escaped(kept: KeptBytes, escape: unknown, value: unknown): string {
  if (escape !== xhtmlEscape) return applied(kept, escape, printed(value));
  if (typeof value === 'string') return xhtmlEscape(value);
  if (typeof value === 'number') return String(value);
  return xhtmlEscape(printed(value));
}

function printed(value: unknown): string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array ? value : String(value);
}

/** The text for what `apply` makes of `value`. The user's functions are given bytes (TPL-14). */
function applied(kept: KeptBytes, apply: unknown, value: string | Uint8Array): string {
  if (typeof apply !== 'function') {
    throw new TypeError(`a template applies functions, not a value of type ${typeof apply}`);
  }
  const isText = TEXT_FUNCTIONS.has(apply);
  const input = isText ? toUnicode(value) : typeof value === 'string' ? Buffer.from(value) : value;
  const result: unknown = Reflect.apply(apply, undefined, [input]);
  if (typeof result !== 'string' && !(result instanceof Uint8Array)) {
    const got = result === null ? 'null' : typeof result;
    const name = apply.name === '' ? 'a function' : apply.name;
    throw new TypeError(`${name} returned ${got} to the template, not text or bytes`);
  }
  return raw(kept, result);
}

/** Whether an `except` for `types` catches `error`. */
function isCaught(error: unknown, types: unknown): boolean {
  if (Array.isArray(types)) return types.some((type) => isCaught(error, type));
  if (typeof types === 'function') return error instanceof types;
  throw new TypeError(`an error is caught by its class, not by a ${typeof types}`);
}

/** Throws, for a name that has no value (TPL-6). */
function unknownName(name: string): never {
  throw new TemplateError('ERR_TEMPLATE_UNKNOWN_NAME', `${name} is not defined`);
}

/** `import` and `from`, out of the modules that the loader has (TPL-5). */
function imported(modules: object, module: string, member: string | null): unknown {
  if (!Object.hasOwn(modules, module)) {
    throw new TemplateError(
      'ERR_TEMPLATE_UNKNOWN_MODULE',
      `the loader has no module ${quoted(module)}`,
    );
  }
  const value: unknown = Reflect.get(modules, module);
  if (member === null) return value;
  const hasMembers = (typeof value === 'object' && value !== null) || typeof value === 'function';
  if (!hasMembers || !(member in value)) {
    throw new TemplateError(
      'ERR_TEMPLATE_UNKNOWN_MODULE',
      `module ${quoted(module)} has no ${quoted(member)}`,
    );
  }
  return Reflect.get(value, member);
}

/** What generated code finds under which name. */
export const RUNTIME: Readonly<Record<string, unknown>> = {
  _tt_no: NO_VALUE,
  _tt_builtin: BUILTINS,
  _tt_has: Object.hasOwn,
  _tt_unknown: unknownName,
  _tt_raw: raw,
  _tt_escaped: escaped,
  _tt_applied: applied,
  _tt_bytes: KeptBytes,
  _tt_is_caught: isCaught,
  _tt_import: imported,
};
