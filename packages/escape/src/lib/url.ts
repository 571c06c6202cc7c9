// URL parts and query strings. Owns: plus signs, slashes, which bytes are which text.
import { EscapeError } from './escape-error.ts';
import { percentDecode, percentEncode } from './percent.ts';
import { textOf, utf8 } from './text.ts';

/** Options of {@link urlEscape}. */
export interface UrlEscapeOptions {
  /** As in a query: a space becomes `+` and `/` is escaped. False, as in a path: `%20`, and `/` stays. Default true. */
  readonly plus?: boolean;
}

/** Options of {@link urlUnescape}. */
export interface UrlUnescapeOptions {
  /** The encoding of the text, any that `TextDecoder` knows. Null: give bytes. Default `utf-8`. */
  readonly encoding?: string | null;
  /** Whether `+` is a space. Default true. */
  readonly plus?: boolean;
}

const UNRESERVED = /^[\w.~-]*$/;

/** Escapes text, as UTF-8, or bytes for use in a URL (ESC-6). */
export function urlEscape(value: string | Uint8Array, options: UrlEscapeOptions = {}): string {
  if (typeof value === 'string' && UNRESERVED.test(value)) return value;
  const encoded = percentEncode(utf8(value));
  return options.plus === false ? encoded.replaceAll('%2F', '/') : encoded.replaceAll('%20', '+');
}

/**
 * Undoes {@link urlEscape}. A `%` without two hex digits stays as it is; bytes that are not of the encoding become U+FFFD
 * (ESC-7).
 *
 * @throws RangeError for an encoding that `TextDecoder` does not know.
 */
export function urlUnescape(
  value: string | Uint8Array,
  options: { readonly encoding: null; readonly plus?: boolean },
): Uint8Array;
export function urlUnescape(
  value: string | Uint8Array,
  options?: { readonly encoding?: string; readonly plus?: boolean },
): string;
export function urlUnescape(
  value: string | Uint8Array,
  options?: UrlUnescapeOptions,
): string | Uint8Array;
export function urlUnescape(
  value: string | Uint8Array,
  options: UrlUnescapeOptions = {},
): string | Uint8Array {
  return unescapeAs(value, options);
}

function unescapeAs(
  value: string | Uint8Array,
  { encoding = 'utf-8', plus = true }: UrlUnescapeOptions,
): string | Uint8Array {
  if (encoding === null) return unescapeToBytes(value, plus);
  const text = textOf(value);
  return unescapeToText(plus ? text.replaceAll('+', ' ') : text, decoderOf(encoding));
}

function unescapeToBytes(value: string | Uint8Array, plus: boolean): Uint8Array {
  const bytes = Buffer.from(utf8(value));
  if (plus) for (let i = bytes.indexOf(43); i !== -1; i = bytes.indexOf(43, i)) bytes[i] = 32;
  return percentDecode(bytes);
}

function unescapeToText(text: string, decode: (bytes: Uint8Array) => string): string {
  if (!text.includes('%')) return text;
  // Characters beyond ASCII were not escaped, so they are text already.

  return text.replaceAll(/[\0-\x7f]+/g, (run) =>
    run.includes('%') ? decode(percentDecode(Buffer.from(run))) : run,
  );
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8Text = (bytes: Uint8Array): string => UTF8.decode(bytes);

/** How bytes become text. PYS-19: what TextDecoder calls latin1 is windows-1252, so that one is done otherwise. */
function decoderOf(encoding: string): (bytes: Uint8Array) => string {
  if (encoding === 'utf-8') return utf8Text;
  if (/^(?:latin[-_]?1|iso[-_]?8859-1)$/i.test(encoding)) return latin1;
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return (bytes) => decoder.decode(bytes);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Options of {@link parseQsBytes}. */
export interface ParseQsOptions {
  /** Keep fields whose value is empty. Default false. */
  readonly keepBlankValues?: boolean;
  /** Refuse fields without `=`, the empty one included. Default false. */
  readonly strictParsing?: boolean;
}

/**
 * Parses a query string or a form's body into keys and the bytes of their values, in the order given (ESC-8, PYS-3). Keys
 * are the bytes read as latin-1. The bytes are the caller's to keep.
 *
 * @throws EscapeError `ERR_QUERY_FIELD`, `ERR_QUERY_NOT_LATIN1`
 */
export function parseQsBytes(
  qs: string | Uint8Array,
  options: ParseQsOptions = {},
): Map<string, Uint8Array[]> {
  const { keepBlankValues = false, strictParsing = false } = options;
  const text = typeof qs === 'string' ? qs : latin1(qs);
  const result = new Map<string, Uint8Array[]>();
  for (const field of text.split('&')) {
    const equals = field.indexOf('=');
    if (equals === -1 && strictParsing) {
      throw new EscapeError('ERR_QUERY_FIELD', `field ${JSON.stringify(field)} has no "="`);
    }
    const key = equals === -1 ? field : field.slice(0, equals);
    const value = equals === -1 ? '' : field.slice(equals + 1);
    if (field === '' || (value === '' && !keepBlankValues)) continue;
    const name = unescapeToText(key.replaceAll('+', ' '), latin1);
    const values = result.get(name);
    if (values === undefined) result.set(name, [unescapeLatin1(value)]);
    else values.push(unescapeLatin1(value));
  }
  return result;
}

const BEYOND_LATIN1 = /[^\0-\xff]/;

function unescapeLatin1(value: string): Uint8Array {
  const strange = BEYOND_LATIN1.exec(value)?.[0];
  if (strange !== undefined) {
    throw new EscapeError(
      'ERR_QUERY_NOT_LATIN1',
      `value ${JSON.stringify(value)} has ${JSON.stringify(strange)}, which must be escaped`,
    );
  }
  return percentDecode(Buffer.from(value.replaceAll('+', ' '), 'latin1'));
}
