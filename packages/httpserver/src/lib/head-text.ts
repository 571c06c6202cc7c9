// The head of an answer as text. Owns: that a head which is that of the answer before is not put together again.
// HOT: `pnpm bench http`

/** The parts of the head that went out last, and what they make: most answers of a server begin alike. */
let lastLine = '';
let lastFields = '';
let lastEnd = '';
let lastHead = '';
let isLastFlat = true;

/** To look at each character of a longer text takes longer than to ask for its size. */
const SHORT_TEXT = 256;

/** Status line, header lines, and what ends the head. */
export function headText(line: string, fields: string, end: string): string {
  if (fields === lastFields && line === lastLine && end === lastEnd) {
    // To ask for a character makes one string of the parts, which every answer would have to go through otherwise.
    if (!isLastFlat) isLastFlat = lastHead.charCodeAt(lastHead.length - 1) > 0;
    return lastHead;
  }
  lastLine = line;
  lastFields = fields;
  lastEnd = end;
  lastHead = line + fields + end;
  isLastFlat = false;
  return lastHead;
}

/** Whether a text is short, and each of its characters one byte in any encoding. */
export function isShortAscii(text: string): boolean {
  if (text.length > SHORT_TEXT) return false;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
