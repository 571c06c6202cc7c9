// Header fields as one text and the places of names and values in it. Owns: looking a name up there without making
// anything of the other fields. Must not know: who wrote the text.
// HOT: `pnpm bench http`
import { cut, trimBlanks } from './octets.ts';

/** The place of the first field, for `findField`. */
export const FIRST_FIELD = 1;

/**
 * The place of `name`, a token in any case, at or behind the place `from`, or -1.
 *
 * @param marks Where the first line ends in `text`, then two numbers a field: its colon, and the end of its line.
 */
export function findField(
  text: string,
  marks: readonly number[],
  name: string,
  from: number,
): number {
  const { length } = name;
  for (let at = from; at < marks.length; at += 2) {
    const start = startOf(marks, at);
    if ((marks[at] ?? 0) - start === length && isSameName(text, start, name)) return at;
  }
  return -1;
}

/** The name of the field at a place, as it is written. */
export function nameAt(text: string, marks: readonly number[], at: number): string {
  return text.slice(startOf(marks, at), marks[at]);
}

/** The value of the field at a place, without the blanks around it. */
export function valueAt(text: string, marks: readonly number[], at: number): string {
  const end = marks[at + 1] ?? 0;
  return trimBlanks(cut(text, (marks[at] ?? 0) + 1, end));
}

/** Fields begin behind the CRLF of the line before. */
function startOf(marks: readonly number[], at: number): number {
  return (marks[at - 1] ?? 0) + 2;
}

/** Both are tokens; only letters have two cases. */
function isSameName(text: string, start: number, name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const a = text.charCodeAt(start + at);
    const b = name.charCodeAt(at);
    if (a !== b && !((a | 0x20) === (b | 0x20) && (a | 0x20) >= 0x61 && (a | 0x20) <= 0x7a))
      return false;
  }
  return true;
}
