// Header values with parameters: `form-data; name="x"; filename="y"`. HTU-28 to 30; RFC 9110 §5.6.6.
import { trimBlanks } from './octets.ts';

/** A value and its parameters, names in lower case; a parameter without `=` has the value null (HTU-29). */
export interface HeaderParams {
  readonly value: string;
  readonly params: Map<string, string | null>;
}

/** Reads a value with parameters, in one walk over the text (SEC-23). Of parameters with one name the last counts. */
export function parseHeaderParams(line: string): HeaderParams {
  const params = new Map<string, string | null>();
  let value: string | null = null;
  for (let start = 0; start <= line.length;) {
    const end = partEnd(line, start);
    const part = trimBlanks(line.slice(start, end));
    start = end + 1;
    if (value === null) value = part;
    else if (part !== '') addParam(params, part);
  }
  decodeExtended(params);
  return { value: value ?? '', params };
}

const SEMICOLON = 0x3b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where the next semicolon is that stands in no quotes; text that opens quotes and never closes them goes to its end. */
function partEnd(line: string, start: number): number {
  let isQuoted = false;
  for (let at = start; at < line.length; at++) {
    const unit = line.charCodeAt(at);
    if (unit === SEMICOLON && !isQuoted) return at;
    if (unit === QUOTE) isQuoted = !isQuoted;
    else if (unit === BACKSLASH && isQuoted) at++;
  }
  return line.length;
}

function addParam(params: Map<string, string | null>, part: string): void {
  const equals = part.indexOf('=');
  if (equals < 0) {
    params.set(part.toLowerCase(), null);
    return;
  }
  const name = trimBlanks(part.slice(0, equals)).toLowerCase();
  const text = trimBlanks(part.slice(equals + 1));
  const isQuoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"');
  params.set(name, isQuoted ? unescaped(text, 1, text.length - 1) : text);
}

/** A piece of a text with `\"` and `\\` for `"` and `\`; another backslash stands for itself (HTU-28). */
function unescaped(text: string, start: number, end: number): string {
  let out = '';
  let from = start;
  for (let at = text.indexOf('\\', from); at >= 0 && at + 1 < end;) {
    const next = text.charCodeAt(at + 1);
    const isEscape = next === QUOTE || next === BACKSLASH;
    out += text.slice(from, isEscape ? at : at + 1);
    from = at + 1;
    at = text.indexOf('\\', isEscape ? at + 2 : from);
  }
  return out + text.slice(from, end);
}

/** RFC 8187: `filename*=UTF-8''%e2%82%ac` stands for `filename`. */
function decodeExtended(params: Map<string, string | null>): void {
  for (const [name, value] of [...params]) {
    if (!name.endsWith('*') || value === null) continue;
    const match = /^utf-8'[^']*'(.*)$/is.exec(value);
    if (match === null) continue;
    params.delete(name);
    try {
      params.set(name.slice(0, -1), decodeURIComponent(match[1] ?? ''));
    } catch {
      // No UTF-8: the plain parameter stands.
    }
  }
}

/** HTU-30: writes them, sorted by name; null prints the bare name. Nothing is quoted. */
export function encodeHeaderParams(
  value: string,
  params: ReadonlyMap<string, string | null>,
): string {
  const sorted = [...params].sort(([a], [b]) => (a < b ? -1 : 1));
  return [value, ...sorted.map(([name, text]) => (text === null ? name : `${name}=${text}`))].join(
    '; ',
  );
}
