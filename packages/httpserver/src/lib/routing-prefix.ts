// The plain text that a pattern begins with. Owns: what in a regular expression stands for itself.
// Must not know: matchers, rules.

// Letters, digits and punctuation that mean nothing else in a pattern; escaped, also what does.
const PLAIN = /(?:[\w\-/~%,:;=@&!'"<>#` ]|\\[/.\-$^*+?()[\]{}|\\])(?![?*+{])/y;

/** The text that every match begins with; empty where nothing is sure. */
export function literalPrefix({ source, flags }: RegExp): string {
  if (flags !== 'y' || hasAlternatives(source)) return '';
  let prefix = '';
  let at = source.startsWith('^') ? 1 : 0;
  for (;;) {
    PLAIN.lastIndex = at;
    const found = PLAIN.exec(source)?.[0];
    if (found === undefined) return prefix;
    prefix += found.slice(-1);
    at += found.length;
  }
}

/** Whether there is a `|` outside of all groups. */
function hasAlternatives(source: string): boolean {
  let depth = 0;
  let isClass = false;
  for (let at = 0; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (isClass) isClass = char !== ']';
    else if (char === '[') isClass = true;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) return true;
  }
  return false;
}
