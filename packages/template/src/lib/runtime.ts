// What generated code calls while it runs. Owns: how values become output.
// Must not know: directives, files.
//
// A template's output is built as text, and encoded once at its end. Bytes that are put out as they are go into `parts`, after
// the text before them.
import { toUnicode, xhtmlEscape } from '@typhoon/escape';

import { BUILTINS, TEXT_FUNCTIONS } from './builtins.ts';
import { quoted } from './quoted.ts';
import { TemplateError } from './template-error.ts';

type Parts = (string | Uint8Array)[];

/** The value of names that have none. */
const NO_VALUE: unique symbol = Symbol('no value');

/** `{% raw %}`: the text that goes on with `value`, unescaped (TPL-7). */
function raw(parts: Parts, text: string, value: unknown): string {
  if (typeof value === 'string') return text + value;
  if (!(value instanceof Uint8Array)) return text + String(value);
  parts.push(text, value);
  return '';
}

/** `{{ }}`: the text that goes on with `value`, escaped by `escape`. */
function escaped(parts: Parts, text: string, escape: unknown, value: unknown): string {
  if (escape !== xhtmlEscape) return applied(parts, text, escape, printed(value));
  if (typeof value === 'string') return text + xhtmlEscape(value);
  if (typeof value === 'number') return text + String(value);
  return text + xhtmlEscape(printed(value));
}

function printed(value: unknown): string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array ? value : String(value);
}

/** The text that goes on with what `apply` makes of `value`. The user's functions are given bytes (TPL-14). */
function applied(parts: Parts, text: string, apply: unknown, value: string | Uint8Array): string {
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
  return raw(parts, text, result);
}

/** The output of a template. */
function toBytes(parts: Parts, text: string): Buffer {
  if (parts.length === 0) return Buffer.from(text);
  parts.push(text);
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** The output of a part of a template: text if that is all it is. */
function joined(parts: Parts, text: string): string | Uint8Array {
  return parts.length === 0 ? text : toBytes(parts, text);
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
  _tt_bytes: toBytes,
  _tt_joined: joined,
  _tt_is_caught: isCaught,
  _tt_import: imported,
};
