// How a piece of a template is shown in a message.

const LONGEST = 80;

/** `text` in single quotes on one line, as Python shows it (PYS-23); what is long is cut. */
export function quoted(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  const quote = short.includes("'") && !short.includes('"') ? '"' : "'";
  const escaped = short.replace(/[\\\p{C}\p{Zl}\p{Zp}]/gu, escapeOf);
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

const SHORT_ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escapeOf(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16);
  const long = code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, '0')}`;
  return SHORT_ESCAPES.get(char) ?? long;
}
