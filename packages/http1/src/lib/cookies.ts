// The Cookie header. HTU-18, HTU-19.

/** Names that are attributes of Set-Cookie, and so no cookie's (PYS-8). */
const RESERVED = new Set(
  'expires path comment domain max-age secure httponly version samesite'.split(' '),
);

/** Cookies by name; of several with one name the last wins. Linear in the text (SEC-17). */
export function parseCookie(text: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    const name = at < 0 ? '' : part.slice(0, at).trim();
    const value = (at < 0 ? part : part.slice(at + 1)).trim();
    if (name === '' && value === '') continue;
    if (RESERVED.has(name.toLowerCase())) continue;
    cookies.set(name, unquoteCookie(value));
  }
  return cookies;
}

/** HTU-19: `"a\054b"` is `a,b`. */
function unquoteCookie(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value
    .slice(1, -1)
    .replace(
      /\\(?:([0-3][0-7]{2})|(.))/gs,
      (_all, octal: string | undefined, other: string | undefined) =>
        octal === undefined ? (other ?? '') : String.fromCharCode(Number.parseInt(octal, 8)),
    );
}
