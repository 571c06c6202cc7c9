// How a value looks in a message: `repr` for %r, `display` for %s. Neither ever throws.
// Must not know: records, levels, formats.
import { inspect, types } from 'node:util';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A value as a programmer would write it: strings quoted and escaped, bytes as `b'\x00…'`, all else as `util.inspect`
 * shows it on one line (PYS-23). Never throws.
 */
export function repr(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value instanceof Uint8Array) return `b${quote(Buffer.from(value).toString('latin1'), 0x7f)}`;
  return safeInspect(value, true);
}

/** A value as a reader wants it: text as it is, bytes as text if they are UTF-8 (LOG-6), objects inspected. */
export function display(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return bytesText(value);
  if (typeof value === 'function') return safeInspect(value, true);
  if (typeof value !== 'object' || value === null) return String(value);
  return ownWords(value) ?? safeInspect(value, true);
}

/** An error with its stack and causes, or any other thrown value, over as many lines as it takes. Never throws. */
export function errorText(error: unknown): string {
  return typeof error === 'string' ? error : safeInspect(error, false);
}

function bytesText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return repr(bytes);
  }
}

/** What a `toString` says that somebody wrote for this kind of object; the built-in ones say too little or too much. */
function ownWords(value: object): string | null {
  if (Array.isArray(value) || types.isProxy(value)) return null;
  const toString: unknown = Reflect.get(value, 'toString');
  if (typeof toString !== 'function' || toString === Object.prototype.toString) return null;
  return String(Reflect.apply(toString, value, []));
}

function safeInspect(value: unknown, oneLine: boolean): string {
  try {
    return inspect(value, oneLine ? { breakLength: Infinity, compact: true } : undefined);
  } catch (reason) {
    return `<${typeof value} that cannot be shown: ${reason instanceof Error ? reason.name : typeof reason}>`;
  }
}

/** Quotes as Python does: single quotes unless the text holds some and no double ones. */
function quote(text: string, lastPlain = 0x10ffff): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = mark;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (char === mark || char === '\\') out += `\\${char}`;
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code >= lastPlain) {
      out += escapeCode(code);
    } else if (code >= 0xd800 && code < 0xe000) out += `\\u${code.toString(16)}`;
    else out += char;
  }
  return out + mark;
}

const SHORT = new Map([
  [9, '\\t'],
  [10, '\\n'],
  [13, '\\r'],
]);

/** A control character as an escape: `\n`, `\x1b`. */
export function escapeCode(code: number): string {
  return SHORT.get(code) ?? `\\x${code.toString(16).padStart(2, '0')}`;
}
