// Expressions that are names and dots alone, `row.name`: most of those in templates, and what they are is seen without a parser.
// Owns: which these are. Must not know: any other expression; null says that this is one.
// HOT: `pnpm bench template`, compile
import type { NameUse } from './name-uses.ts';
import type { Expression, LoopHead } from './parsed-expression.ts';

const PATH = /^([A-Za-z$_][\w$]*)(?:\.[A-Za-z$_][\w$]*)*$/;
const LOOP = /^([A-Za-z$_][\w$]*) (?:in|of) ([A-Za-z$_][\w$.]*)$/;

// What can not be a name in strict code, and what is none of a template's.
const RESERVED: ReadonlySet<string> = new Set(
  [
    'await break case catch class const continue debugger default delete do else enum export extends false finally for',
    'function if implements import in instanceof interface let new null package private protected public return static',
    'super switch this throw true try typeof var void while with yield',
    'arguments eval Infinity NaN undefined async of',
  ].flatMap((words) => words.split(' ')),
);

/** `name`, `name.of.something`. */
export function simpleExpression(source: string): Expression | null {
  const name = PATH.exec(source)?.[1];
  if (name === undefined || !isPlain(name)) return null;
  return { source, uses: [use(name, 'read', false)], isMember: name.length < source.length };
}

/** `name`, which is assigned to. */
export function simpleTarget(source: string): Expression | null {
  if (PATH.exec(source)?.[1] !== source || !isPlain(source)) return null;
  return { source, uses: [use(source, 'write', true)], isMember: false };
}

/** `name in name.of.something`. */
export function simpleLoopHead(source: string): LoopHead | null {
  const [, left = '', right = ''] = LOOP.exec(source) ?? [];
  const target = simpleTarget(left);
  const values = target === null ? null : simpleExpression(right);
  return target === null || values === null ? null : { target, values };
}

function isPlain(name: string): boolean {
  return !RESERVED.has(name) && !name.startsWith('_tt_');
}

function use(name: string, kind: 'read' | 'write', isConditional: boolean): NameUse {
  return { name, kind, start: 0, end: name.length, isConditional };
}
