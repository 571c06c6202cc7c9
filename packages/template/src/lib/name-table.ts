// The variables of the generated code. Owns: where each name of a template comes from, and where it must be checked that it
// came from somewhere (TPL-6). Must not know: directives.
//
// Each name that a template uses is one variable of the generated function. It is filled when the function begins, from the
// arguments, the namespace or the built-ins; where none has it, with the mark `_tt_no`. A name is compared with the mark where it
// is read first, and not any more where that has happened or where something was assigned to it.
import { BUILTINS } from './builtins.ts';
import type { Expression } from './parsed-expression.ts';
import type { NameUse } from './name-uses.ts';

/** An expression as it stands in the generated code. */
export interface RenderedExpression {
  /** Statements to go before it. */
  readonly checks: readonly string[];
  readonly code: string;
}

/** What is known of the names inside one function of the generated code. */
interface FunctionNames {
  readonly assigned: Set<string>;
  /** The names that can not be the mark, for each block that is open. */
  readonly known: Set<string>[];
}

/** The names of one template. */
export class NameTable {
  /** Each name, and whether its value at the beginning matters. */
  readonly #isLookedUp = new Map<string, boolean>();
  readonly #functions: FunctionNames[] = [{ assigned: new Set(), known: [new Set()] }];

  /** Begins a block; what becomes known inside is forgotten at its end. */
  openBlock(): void {
    this.#current.known.push(new Set());
  }

  closeBlock(): void {
    this.#current.known.pop();
  }

  openFunction(): void {
    this.#functions.push({ assigned: new Set(), known: [new Set()] });
  }

  /** Ends a function, and gives the names that must be its own, because it assigns to them (TPL-14). */
  closeFunction(): string[] {
    const names = [...this.#current.assigned];
    this.#functions.pop();
    for (const name of names) this.#isLookedUp.set(name, this.#isLookedUp.get(name) ?? false);
    return names;
  }

  /** The code of an expression that is evaluated right here. */
  render(expression: Expression): RenderedExpression {
    const checks: string[] = [];
    return { checks, code: this.#render(expression, checks) };
  }

  /** The code of an expression that has no place for checks before it. */
  renderInline(expression: Expression): string {
    return this.#render(expression, null);
  }

  /** The code of something that is assigned to right here. */
  renderTarget(target: Expression): string {
    const code = this.#render(target, null);
    for (const { kind, name } of target.uses) if (kind === 'write') this.#setKnown(name);
    return code;
  }

  #render({ source, uses }: Expression, checks: string[] | null): string {
    const edits: Edit[] = [];
    for (const use of uses) {
      const { name, kind, isConditional } = use;
      const needsCheck = kind !== 'write' && !this.#isKnown(name);
      this.#record(use, needsCheck);
      if (!needsCheck) {
        if (kind === 'write' && !isConditional && checks !== null) this.#setKnown(name);
      } else if (isConditional || kind === 'typeof' || checks === null) {
        addEdits(use, edits);
      } else {
        // A statement of its own keeps the expression, and what V8 says when it fails, as the author wrote it.
        checks.push(`if (${name} === _tt_no) _tt_unknown("${name}");`);
        this.#setKnown(name);
      }
    }
    return applyEdits(source, edits);
  }

  #setKnown(name: string): void {
    this.#current.known.at(-1)?.add(name);
  }

  /** The declarations of all names. */
  declarations(): string[] {
    const assigned = this.#current.assigned;
    return [...this.#isLookedUp].map(([name, isLookedUp]) => {
      if (!isLookedUp) return `let ${name};`;
      const otherwise = Object.hasOwn(BUILTINS, name) ? `_tt_builtin.${name}` : '_tt_no';
      const value = `${has('_tt_args', name)} : ${has('_tt_space', name)} : ${otherwise}`;
      return `${assigned.has(name) ? 'let' : 'const'} ${name} = ${value};`;
    });
  }

  get #current(): FunctionNames {
    const current = this.#functions.at(-1);
    if (current === undefined)
      throw new Error('unreachable: the outermost function is never closed');
    return current;
  }

  #record({ name, kind }: NameUse, isChecked: boolean): void {
    const isWritten = kind === 'write' || kind === 'update';
    if (isWritten) this.#current.assigned.add(name);
    const isBuiltin = kind !== 'write' && Object.hasOwn(BUILTINS, name);
    const wasLookedUp = this.#isLookedUp.get(name) ?? false;
    this.#isLookedUp.set(name, wasLookedUp || isChecked || isBuiltin);
  }

  #isKnown(name: string): boolean {
    if (Object.hasOwn(BUILTINS, name)) return true;
    return this.#functions.some(({ known }) => known.some((names) => names.has(name)));
  }
}

/** The first two thirds of a look-up. What all objects inherit is no name. */
function has(object: string, name: string): string {
  const test =
    name in Object.prototype ? `_tt_has(${object}, "${name}")` : `"${name}" in ${object}`;
  return `${test} ? ${object}.${name}`;
}

interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly text: string;
}

function addEdits({ name, kind, start, end }: NameUse, edits: Edit[]): void {
  const checked = `(${name} === _tt_no ? _tt_unknown("${name}") : ${name})`;
  const removed = end - start;
  switch (kind) {
    case 'read':
      edits.push({ at: start, removed, text: checked });
      break;
    case 'shorthand':
      edits.push({ at: start, removed, text: `${name}: ${checked}` });
      break;
    case 'typeof': {
      const text = `(${name} === _tt_no ? "undefined" : typeof ${name})`;
      edits.push({ at: start, removed, text });
      break;
    }
    case 'update':
      edits.push({ at: start, removed: 0, text: `(${checked}, ` });
      edits.push({ at: end, removed: 0, text: ')' });
      break;
    case 'write':
      break;
  }
}

function applyEdits(source: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return source;
  let code = '';
  let from = 0;
  for (const { at, removed, text } of [...edits].sort((a, b) => a.at - b.at)) {
    code += source.slice(from, at) + text;
    from = at + removed;
  }
  return code + source.slice(from);
}
