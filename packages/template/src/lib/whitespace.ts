// What becomes of white space in a template's text. Must not know: where the text came from.

/** How much white space stays: all of it, one character of each run, or no line breaks either. */
export type WhitespaceMode = 'all' | 'oneline' | 'single';

// What `\s` means in Python: U+001C to U+001F and U+0085 belong to it, U+FEFF does not.
// eslint-disable-next-line no-control-regex -- these are white space
const SPACES = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
const BLANKS = /[\t ]+/g;

/**
 * Filters the white space of `text` (TPL-17): `all` leaves it alone, `single` makes each run one line break if it holds one
 * and its spaces and tabs one space otherwise, `oneline` makes each run one space.
 *
 * @throws RangeError for another mode.
 */
export function filterWhitespace(mode: WhitespaceMode, text: string): string {
  switch (mode) {
    case 'all':
      return text;
    case 'single':
      return text.replace(SPACES, (run) => (run.includes('\n') ? '\n' : run.replace(BLANKS, ' ')));
    case 'oneline':
      return text.replace(SPACES, ' ');
    default:
      throw new RangeError(invalidMode(mode));
  }
}

/** Whether `mode` is one. */
export function isWhitespaceMode(mode: string): mode is WhitespaceMode {
  return mode === 'all' || mode === 'single' || mode === 'oneline';
}

/** What is said of a mode that is none. */
export function invalidMode(mode: string): string {
  return `invalid whitespace mode ${mode}`;
}

/** The mode for a template that nothing else is said about: what browsers read is thinned (TPL-18). */
export function defaultMode(name: string): WhitespaceMode {
  return name.endsWith('.html') || name.endsWith('.js') ? 'single' : 'all';
}
