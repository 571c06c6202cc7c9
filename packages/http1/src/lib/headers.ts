// Header fields. Owns: names without regard to case, several values a name, what may go out on the wire.
// Two forms: as they came (one text and the places of names and values in it, looked up by a scan) until they are changed
// or walked through; then by name.
// HOT: `pnpm bench http`
import { HTTPInputError, HTTPOutputError } from './errors.ts';
import { FIRST_FIELD, findField, nameAt, valueAt } from './field-lines.ts';
import { FieldTable } from './field-table.ts';
import { isFieldValue, isToken, quoted, trimBlanks } from './octets.ts';

/** What a set of header fields can be made of. */
export type HeadersInit =
  HTTPHeaders | Readonly<Record<string, string>> | Iterable<readonly [string, string]>;

/** A name of our own side. */
interface KnownName {
  /** As it goes out. */
  readonly text: string;
  /** The value that was found valid last, without blanks around it: most often it is the next one's. */
  lastValue: string;
}

/** Names of our own side only: what a peer sends must not fill it, nor be kept alive by it. */
const known = new Map<string, KnownName>();
const MAX_KNOWN = 1000;
const MAX_KNOWN_LENGTH = 64;
/** Longer values are not remembered. */
const MAX_LAST_VALUE = 256;

/** HTU-1: `content-TYPE` becomes `Content-Type`. */
export function normalizeName(name: string): string {
  const found = known.get(name);
  if (found !== undefined) return found.text;
  // Only what is a token: `checkedName` takes a name that stands here for a valid one.
  return isToken(name) ? remember(name).text : capitalize(name);
}

function remember(name: string): KnownName {
  const made = { text: capitalize(name), lastValue: '' };
  if (known.size < MAX_KNOWN && name.length <= MAX_KNOWN_LENGTH) known.set(name, made);
  return made;
}

/** As `normalizeName`, for a name that somebody else chose. */
function normalizeForeign(name: string): string {
  return known.get(name)?.text ?? capitalize(name);
}

function capitalize(name: string): string {
  return name
    .split('-')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase())
    .join('-');
}

/** Header fields, by name without regard to case, in the order of their first appearance. */
export class HTTPHeaders implements Iterable<string> {
  /** As they came; see field-lines.ts. */
  #text = '';
  #marks: readonly number[] | null = null;
  /** By normalised name: one value, or several. */
  #fields: FieldTable | null = null;
  /** What `parseLine` read last. */
  #lastParsed: string | null = null;

  constructor(init?: HeadersInit) {
    if (init !== undefined) this.update(init);
  }

  /**
   * For parsers: fields that have been validated already.
   *
   * @param text The head as it came, one byte a character.
   * @param marks Places in it: where the first line ends, then for each field its colon and the end of its line.
   */
  static fromWire(text: string, marks: readonly number[]): HTTPHeaders {
    const headers = new HTTPHeaders();
    headers.#text = text;
    headers.#marks = marks;
    return headers;
  }

  /**
   * Reads header lines ending in LF or CRLF; for text that is no wire (HTU-6 to 8).
   * @throws HTTPInputError `ERR_BAD_HEADER`
   */
  static parse(text: string): HTTPHeaders {
    const headers = new HTTPHeaders();
    for (const line of text.split('\n')) {
      if (line !== '' && line !== '\r') headers.parseLine(line);
    }
    return headers;
  }

  /**
   * Adds one line `Name: value`, with or without its line end; a line that begins with space or tab goes on with the value
   * that was parsed before it (HTU-7).
   * @throws HTTPInputError `ERR_BAD_HEADER`
   */
  parseLine(line: string): void {
    const text = line.replace(/\r?\n$|\r$/, '');
    if (/[\r\n]/.test(text)) throw badHeader('a line break within a header line');
    if (/^[ \t]/.test(text)) {
      this.#continueLine(trimBlanks(text));
      return;
    }
    const colon = text.indexOf(':');
    if (colon < 0) throw badHeader('no colon in header line');
    const name = text.slice(0, colon);
    const value = trimBlanks(text.slice(colon + 1));
    if (!isToken(name)) throw badHeader(`Invalid header name ${quoted(name)}`);
    if (!isFieldValue(value)) throw badHeader(`Invalid header value ${quoted(value)}`);
    this.#lastParsed = normalizeForeign(name);
    this.#own().append(this.#lastParsed, value);
  }

  #continueLine(text: string): void {
    const name = this.#lastParsed;
    const values = name === null ? undefined : this.#own().get(name);
    if (name === null || values === undefined)
      throw badHeader('first header line cannot start with whitespace');
    if (!isFieldValue(text)) throw badHeader(`Invalid header value ${quoted(text)}`);
    if (typeof values === 'string') this.#own().set(name, `${values} ${text}`);
    else values.push(`${values.pop() ?? ''} ${text}`);
  }

  /** The head that they came in, its first line included, as long as they are as they came; else null. */
  get wireText(): string | null {
    return this.#fields === null && this.#marks !== null ? this.#text : null;
  }

  /** How many names there are. */
  get size(): number {
    return this.#own().size;
  }

  /**
   * Adds a value to those that `name` has. Spaces and tabs around it are no part of it.
   * @throws HTTPOutputError `ERR_INVALID_HEADER` for a name that is no token, or a value with CR, LF or other controls.
   */
  add(name: string, value: string): void {
    const checked = checkedName(name);
    this.#own().append(checked.text, checkedValue(checked, value));
  }

  /** Replaces all values of `name`. @throws as `add`. */
  set(name: string, value: string): void {
    const checked = checkedName(name);
    this.#own().set(checked.text, checkedValue(checked, value));
  }

  /** All values joined with `,`; `fallback` when there is none (HTU-2). */
  get(name: string): string | undefined;
  get(name: string, fallback: string): string;
  get(name: string, fallback?: string): string | undefined {
    if (this.#fields === null) return this.#lookUp(name) ?? fallback;
    const values = this.#fields.get(normalizeName(name));
    if (values === undefined) return fallback;
    return typeof values === 'string' ? values : values.join(',');
  }

  /** As `get`, for a name that is written as `normalizeName` would: nothing is looked up but the field. */
  getNormalized(name: string): string | undefined {
    if (this.#fields === null) return this.#lookUp(name);
    const values = this.#fields.get(name);
    return values === undefined || typeof values === 'string' ? values : values.join(',');
  }

  /** All values of `name`, in order; none is `[]` (HTU-3). */
  getList(name: string): string[] {
    if (this.#fields === null) return this.#listed(name);
    const values = this.#own().get(normalizeName(name)) ?? [];
    return typeof values === 'string' ? [values] : [...values];
  }

  /** One pair for every value (HTU-2). */
  *getAll(): Generator<[string, string]> {
    for (const [name, values] of this.#own().entries()) {
      if (typeof values === 'string') yield [name, values];
      else for (const value of values) yield [name, value];
    }
  }

  /** Whether there is such a field. */
  has(name: string): boolean {
    if (this.#fields === null) return this.#lookUp(name) !== undefined;
    return this.#fields.has(normalizeName(name));
  }

  /** Removes all values of `name`; whether there were any. */
  delete(name: string): boolean {
    if (this.#fields === null && this.#lookUp(name) === undefined) return false;
    return this.#own().delete(normalizeName(name));
  }

  /** Sets all of `other`'s fields here; several values of one name stay several. @throws as `add`. */
  update(other: HeadersInit): void {
    const pairs = other instanceof HTTPHeaders ? other.getAll() : pairsOf(other);
    const seen = new Set<string>();
    for (const [name, value] of pairs) {
      const key = normalizeName(name);
      if (seen.has(key)) this.add(name, value);
      else this.set(name, value);
      seen.add(key);
    }
  }

  /** An independent copy (HTU-10). */
  copy(): HTTPHeaders {
    const copy = new HTTPHeaders();
    copy.#text = this.#text;
    copy.#marks = this.#marks;
    if (this.#fields !== null) copy.#fields = this.#fields.copy();
    return copy;
  }

  /** The names, each once, in the order of their first appearance (HTU-2). */
  *[Symbol.iterator](): Generator<string> {
    for (const [name] of this.#own().entries()) yield name;
  }

  /** `Name: value` lines ending in CRLF, as they go out; one byte a character (H1C-33). */
  toWire(): string {
    return this.#own().toWire();
  }

  /** `Name: value` lines ending in LF (HTU-9). */
  toString(): string {
    return this.toWire().replaceAll('\r\n', '\n');
  }

  /** By name, from here on. */
  #own(): FieldTable {
    if (this.#fields !== null) return this.#fields;
    const fields = new FieldTable();
    this.#fields = fields;
    const text = this.#text;
    const marks = this.#marks ?? [];
    for (let at = FIRST_FIELD; at < marks.length; at += 2) {
      fields.append(normalizeForeign(nameAt(text, marks, at)), valueAt(text, marks, at));
    }
    this.#text = '';
    this.#marks = null;
    return fields;
  }

  /** In the text as it came. */
  #lookUp(name: string): string | undefined {
    const marks = this.#marks;
    if (marks === null) return undefined;
    const text = this.#text;
    let at = findField(text, marks, name, FIRST_FIELD);
    if (at < 0) return undefined;
    let found = valueAt(text, marks, at);
    while ((at = findField(text, marks, name, at + 2)) > 0) found += `,${valueAt(text, marks, at)}`;
    return found;
  }

  /** All values, in the text as it came. */
  #listed(name: string): string[] {
    const marks = this.#marks;
    const found: string[] = [];
    if (marks === null) return found;
    let at = FIRST_FIELD - 2;
    while ((at = findField(this.#text, marks, name, at + 2)) > 0) {
      found.push(valueAt(this.#text, marks, at));
    }
    return found;
  }
}

/** The name as it goes out. */
function checkedName(name: string): KnownName {
  const found = known.get(name);
  if (found !== undefined) return found;
  if (isToken(name)) return remember(name);
  throw new HTTPOutputError('ERR_INVALID_HEADER', `Invalid header name ${quoted(name)}`);
}

/** The value as it goes out. */
function checkedValue(name: KnownName, value: string): string {
  if (value === name.lastValue) return value;
  if (typeof value === 'string' && isFieldValue(value)) {
    const trimmed = trimBlanks(value);
    if (trimmed.length <= MAX_LAST_VALUE) name.lastValue = trimmed;
    return trimmed;
  }
  const what = typeof value === 'string' ? quoted(value) : typeof value;
  const message = `Invalid value of header ${name.text}: ${what} has control or non-latin-1 characters`;
  throw new HTTPOutputError('ERR_INVALID_HEADER', message);
}

function badHeader(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_HEADER', message);
}

function pairsOf(
  init: Readonly<Record<string, string>> | Iterable<readonly [string, string]>,
): Iterable<readonly [string, string]> {
  return Symbol.iterator in init ? init : Object.entries(init);
}
