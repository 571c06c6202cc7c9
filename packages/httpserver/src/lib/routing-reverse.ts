// Paths from patterns (RTE-10, 11). Owns: which patterns can be turned round, and how values are escaped.
// Must not know: matching.
import { endsInDollar } from './routing-matchers.ts';

const UNRESERVED = /[A-Za-z0-9_.~/-]/;

/**
 * The literal text before, between and behind the groups of a pattern; null if the pattern has anything else that could
 * match more than one text. An unescaped dot counts as itself: `index.html` is how people write it.
 */
export function literalPieces(source: string): string[] | null {
  const end = endsInDollar(source) ? -1 : source.length;
  const pattern = source.slice(source.startsWith('^') ? 1 : 0, end);
  const pieces: string[] = [];
  let piece = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '(') {
      at = groupEnd(pattern, at);
      if (at < 0) return null;
      pieces.push(piece);
      piece = '';
    } else if (character === '\\') {
      const escaped = unescape(pattern.charAt(++at));
      if (escaped === null) return null;
      piece += escaped;
    } else if (/[*+?{|[\])^$]/.test(character)) {
      return null;
    } else {
      piece += character;
    }
  }
  pieces.push(piece);
  return pieces;
}

/** UTL-14: only punctuation is escaped for its own sake; `\d` is a class and `\b` a place. */
function unescape(character: string): string | null {
  return character === '' || /[A-Za-z0-9]/.test(character) ? null : character;
}

/** Where the group that begins at `start` ends; -1 for one that captures nothing or has groups within. */
function groupEnd(pattern: string, start: number): number {
  if (/^\(\?(?!<[A-Za-z_$])/.test(pattern.slice(start, start + 4))) return -1;
  let isClass = false;
  for (let at = start + 1; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '\\') at++;
    else if (character === '[') isClass = true;
    else if (character === ']') isClass = false;
    else if (!isClass && character === '(') return -1;
    else if (!isClass && character === ')') return at;
  }
  return -1;
}

/** PYS-1: text as UTF-8, bytes as they are; `/` stays, a space is `%20`. */
export function percentEncode(value: unknown): string {
  const bytes = value instanceof Uint8Array ? value : Buffer.from(String(value));
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += UNRESERVED.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

/** PYS-2: `%` and two hex digits is a byte, everything else is itself; `+` too (RTE-5). */
export function percentDecode(text: string): Buffer {
  if (!text.includes('%')) return Buffer.from(text, 'latin1');
  const decoded = text.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, 'latin1');
}
