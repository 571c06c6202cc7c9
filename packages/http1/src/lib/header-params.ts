// Header values with parameters: `form-data; name="x"; filename="y"`. HTU-28 to 30.

/** A value and its parameters, names in lower case; a parameter without `=` has the value null (HTU-29). */
export interface HeaderParams {
  readonly value: string;
  readonly params: Map<string, string | null>;
}

/** One parameter: a name, then a quoted string or anything up to the next semicolon. Linear (SEC-23). */
const PARAM = /;[ \t]*([^;="\s]*)[ \t]*(?:=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;]*)))?[ \t]*/gsy;

/** Reads a value with parameters; what comes behind the first fault is left out. */
export function parseHeaderParams(line: string): HeaderParams {
  const end = line.indexOf(';');
  const params = new Map<string, string | null>();
  if (end < 0) return { value: line.trim(), params };
  PARAM.lastIndex = end;
  for (let match = PARAM.exec(line); match !== null; match = PARAM.exec(line)) {
    const [, name = '', quoted, plain] = match;
    if (name === '') continue;
    const value = quoted === undefined ? plain?.trim() : quoted.replace(/\\(["\\])/g, '$1');
    params.set(name.toLowerCase(), value ?? null);
  }
  decodeExtended(params);
  return { value: line.slice(0, end).trim(), params };
}

/** RFC 8187: `filename*=UTF-8''%e2%82%ac` stands for `filename`. */
function decodeExtended(params: Map<string, string | null>): void {
  for (const [name, value] of [...params]) {
    if (!name.endsWith('*') || value === null) continue;
    const match = /^utf-8'[^']*'(.*)$/is.exec(value);
    if (match === null) continue;
    try {
      params.set(name.slice(0, -1), decodeURIComponent(match[1] ?? ''));
      params.delete(name);
    } catch {
      params.delete(name); // not UTF-8: the plain parameter stands
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
