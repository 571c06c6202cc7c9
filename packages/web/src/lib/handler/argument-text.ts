// Arguments as text. WEB-26; Python's idea of white space (PYS-18).
import { isAscii } from 'node:buffer';
import { HTTPError } from '../errors/http-error.ts';
import { toLatin1 } from '../octets.ts';

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// eslint-disable-next-line no-control-regex -- what no text field means to send
const CONTROLS = /[\x00-\x08\x0e-\x1f]/g;
// PYS-18, without the controls, which are spaces by then; JavaScript's trim would take a byte order mark too.
const SPACE = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** UTF-8, strictly. @throws HTTPError 400 for what is none. */
export function decodeUtf8(value: Uint8Array, name: string): string {
  if (isAscii(value)) {
    return toLatin1(value);
  }
  try {
    return UTF_8.decode(value);
  } catch (error) {
    const shown = toLatin1(value.subarray(0, 40));
    throw new HTTPError(400, 'Invalid unicode in %s: %r', [name, shown], { cause: error });
  }
}

/** Control characters become spaces; white space at both ends goes. */
export function cleanArgument(text: string, strip: boolean): string {
  const clean = text.replace(CONTROLS, ' ');
  return strip ? stripped(clean) : clean;
}

/** By hand: a regular expression would look at a long run of spaces once from each of them. */
function stripped(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.test(text.charAt(start))) start++;
  while (end > start && SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
