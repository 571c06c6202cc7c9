// Finding links in text that is HTML-escaped already (ESC-11, ESC-12). Owns: where a link begins and ends.
// Must not know: what becomes of a link.
//
// No regular expression finds the links: one with the nested repetition this needs takes exponential time on text made to
// hurt. Here each character is looked at a bounded number of times: once as part of a word, once as part of a link, once
// inside an opening parenthesis that is never closed.

/** A link in a text. */
export interface FoundLink {
  readonly start: number;
  /** The place behind its last character. */
  readonly end: number;
  /** Without the colon; null for a link that begins with `www.`. */
  readonly scheme: string | null;
  /** Where the host begins: behind the slashes, or at `www.`. */
  readonly hostStart: number;
}

/** All links of `text`, from left to right; they do not overlap. */
export function* findLinks(text: string): Generator<FoundLink, void, undefined> {
  const words = /[\p{L}\p{N}_-]+/gu;
  for (let word = words.exec(text); word !== null; word = words.exec(text)) {
    const link = linkAt(text, word.index, word.index + word[0].length);
    if (link === null) continue;
    yield link;
    words.lastIndex = link.end;
  }
}

/** The link that the word from `start` to `end` begins, as its scheme or as its `www`. */
function linkAt(text: string, start: number, end: number): FoundLink | null {
  const next = text[end];
  if (next === ':') return linkWithScheme(text, start, end);
  if (next !== '.' || !text.startsWith('www', end - 3) || end - 3 < start) return null;
  const isAtBoundary = end - 3 === start || text[end - 4] === '-';
  return isAtBoundary ? linkFrom(text, end - 3, null, end - 3, end + 1) : null;
}

function linkWithScheme(text: string, wordStart: number, wordEnd: number): FoundLink | null {
  let start = wordStart;
  while (text[start] === '-') start++;
  if (start >= wordEnd) return null; // A word of dashes has no boundary.
  let hostStart = wordEnd + 1;
  while (text[hostStart] === '/' && hostStart < wordEnd + 4) hostStart++;
  if (hostStart === wordEnd + 1) return null;
  return linkFrom(text, start, text.slice(start, wordEnd), hostStart, hostStart);
}

function linkFrom(
  text: string,
  start: number,
  scheme: string | null,
  hostStart: number,
  bodyStart: number,
): FoundLink | null {
  const end = endOfBody(text, bodyStart);
  return end === bodyStart ? null : { start, end, scheme, hostStart };
}

// What a link may not end with, unless it is in parentheses.
const PUNCTUATION = new Set('!"#$%&\'()*+,.:;<=>?@[]^`{|}~');

/** Where the link ends whose rest begins at `start`; that very place if there is nothing to link. */
function endOfBody(text: string, start: number): number {
  let end = start; // behind the last character that a link may end with
  let i = start;
  for (;;) {
    const length = unitLength(text, i);
    if (length === 1) {
      i += 1;
      if (!PUNCTUATION.has(text.charAt(i - 1))) end = i;
    } else if (length > 1) {
      i += length;
    } else {
      // Parentheses are part of the link only if nothing but what it may end with stands before them.
      const closed = text[i] === '(' && i === end ? endOfParentheses(text, i) : -1;
      if (closed === -1) return end;
      i = end = closed;
    }
  }
}

/** The place behind the `)` that closes the `(` at `open`, if only link characters are between; else -1. */
function endOfParentheses(text: string, open: number): number {
  let i = open + 1;
  for (let length = unitLength(text, i); length > 0; length = unitLength(text, i)) i += length;
  return text[i] === ')' ? i + 1 : -1;
}

const SPACE = /\s/;

/** How long the link character at `i` is: 1, or an entity; 0 if there is none. */
function unitLength(text: string, i: number): number {
  if (i >= text.length) return 0;
  const char = text.charAt(i);
  if (char === '&') {
    if (text.startsWith('&amp;', i)) return 5;
    return text.startsWith('&quot;', i) ? 6 : 0;
  }
  return char === '(' || char === ')' || SPACE.test(char) ? 0 : 1;
}
