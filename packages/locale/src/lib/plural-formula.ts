// The plural formula of a gettext catalogue, a C expression over n (PYS-12). Owns: its grammar, one function a rule.
// A catalogue is data: its formula is read into functions, never given to the engine as code.
import { LocaleError } from './locale-error.ts';

/** Which of its plural forms a language takes for a count. */
export type PluralForm = (count: number) => number;

/** Longer ones do not occur, and each level of nesting takes a frame of the stack. */
const LONGEST = 1000;

const TOKEN = /\s*(\d+|n|\|\||&&|[=!<>]=|[-+*/%<>!?:()])\s*/y;

type Operation = (left: number, right: number) => number;

/** From what binds loosest to what binds tightest. */
const LEVELS: readonly Readonly<Record<string, Operation>>[] = [
  { '||': (a, b) => Number(a !== 0 || b !== 0) },
  { '&&': (a, b) => Number(a !== 0 && b !== 0) },
  { '==': (a, b) => Number(a === b), '!=': (a, b) => Number(a !== b) },
  {
    '<': (a, b) => Number(a < b),
    '>': (a, b) => Number(a > b),
    '<=': (a, b) => Number(a <= b),
    '>=': (a, b) => Number(a >= b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  // C has no quotient for 0; here it is the first form.
  {
    '*': (a, b) => a * b,
    '/': (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
    '%': (a, b) => (b === 0 ? 0 : a % b),
  },
];

/**
 * Reads a formula such as `n%10==1 && n%100!=11 ? 0 : 1`.
 *
 * @throws LocaleError `ERR_LOCALE_PLURAL`
 */
export function parsePluralFormula(source: string): PluralForm {
  const tokens = tokensOf(source);
  const form = ternary(tokens);
  if (tokens.length > 0) throw fault(source);
  return form;

  function ternary(rest: string[]): PluralForm {
    const test = binary(rest, 0);
    if (!takes(rest, '?')) return test;
    const yes = ternary(rest);
    if (!takes(rest, ':')) throw fault(source);
    const no = ternary(rest);
    return (n) => (test(n) === 0 ? no(n) : yes(n));
  }

  function binary(rest: string[], level: number): PluralForm {
    const operations = LEVELS[level];
    if (operations === undefined) return unary(rest);
    let left = binary(rest, level + 1);
    for (;;) {
      const operation = operations[rest[0] ?? ''];
      if (operation === undefined) return left;
      rest.shift();
      const [before, right] = [left, binary(rest, level + 1)];
      left = (n) => operation(before(n), right(n));
    }
  }

  function unary(rest: string[]): PluralForm {
    const token = rest.shift() ?? '';
    if (token === 'n') return (n) => n;
    if (/^\d/.test(token)) return () => Number(token);
    if (token === '!') {
      const operand = unary(rest);
      return (n) => Number(operand(n) === 0);
    }
    const inner = token === '(' ? ternary(rest) : null;
    if (inner === null || !takes(rest, ')')) throw fault(source);
    return inner;
  }
}

function tokensOf(source: string): string[] {
  if (source.length > LONGEST) throw fault(`${source.slice(0, 40)}…`);
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < source.length;) {
    const token = TOKEN.exec(source)?.[1];
    if (token === undefined) throw fault(source);
    tokens.push(token);
  }
  return tokens;
}

function takes(tokens: string[], token: string): boolean {
  if (tokens[0] !== token) return false;
  tokens.shift();
  return true;
}

function fault(source: string): LocaleError {
  return new LocaleError('ERR_LOCALE_PLURAL', `${JSON.stringify(source)} is no plural formula`);
}
