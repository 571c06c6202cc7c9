// Query strings and form bodies: `a=1&b=2`. PYS-1 to 4.

/** Values by name, each in the order they came in. */
export type ArgumentMap = Map<string, Uint8Array[]>;

/**
 * Reads a query or an URL-encoded form; blank values are kept (HTU-14). Names are UTF-8 text, values are bytes, for what
 * their encoding is only the application knows.
 */
export function parseQs(text: string | Uint8Array): ArgumentMap {
  const args: ArgumentMap = new Map();
  const source = typeof text === 'string' ? text : Buffer.from(text).toString('latin1');
  if (source === '') return args;
  for (const pair of source.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = unquote(at < 0 ? pair : pair.slice(0, at)).toString();
    const value = at < 0 ? Buffer.alloc(0) : unquote(pair.slice(at + 1));
    const values = args.get(name);
    if (values === undefined) args.set(name, [value]);
    else values.push(value);
  }
  return args;
}

/** PYS-2: `%` and two hex digits is a byte, `+` is a space, everything else is itself. */
function unquote(text: string): Buffer {
  const plain = text.replaceAll('+', ' ');
  if (!plain.includes('%')) return Buffer.from(plain, isLatin1(plain) ? 'latin1' : 'utf8');
  const bytes = isLatin1(plain) ? plain : Buffer.from(plain).toString('latin1');
  const decoded = bytes.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, 'latin1');
}

/** Text from the wire has a byte a character. */
function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}

/** PYS-4: writes pairs as a query. */
export function encodeQs(pairs: Iterable<readonly [string, string]>): string {
  return Array.from(pairs, ([name, value]) => `${quotePlus(name)}=${quotePlus(value)}`).join('&');
}

function quotePlus(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** HTU-20: appends arguments to a URL's query, before its fragment. @throws TypeError for arguments of another kind. */
export function urlConcat(
  url: string,
  args: Readonly<Record<string, unknown>> | Iterable<readonly [string, unknown]> | null,
): string {
  if (args === null) return url;
  if (typeof args !== 'object')
    throw new TypeError(`'args' parameter should be a record, pairs or null, not ${typeof args}`);
  const pairs = Symbol.iterator in args ? [...args] : Object.entries(args);
  const [, head = '', query = '', fragment = ''] =
    /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(url) ?? [];
  const all: [string, string][] = [];
  for (const [name, values] of parseQs(query)) {
    for (const value of values) all.push([name, Buffer.from(value).toString()]);
  }
  for (const [name, value] of pairs) all.push([name, String(value)]);
  return all.length === 0 ? url : `${head}?${encodeQs(all)}${fragment}`;
}
