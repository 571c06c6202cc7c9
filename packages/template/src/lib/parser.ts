// From text to nodes (TPL-1 to 4, 16, 23, 24). Owns: the syntax. Must not know: JavaScript, other files.
import { ParseError } from './template-error.ts';
import type { Position, TemplateFile, TemplateNode } from './nodes.ts';

/** How a file is read. */
export interface ParseOptions {
  readonly name: string;
  /** For files that do not say. */
  readonly autoescape: string | null;
  readonly whitespace: string;
}

const BRANCHES: Readonly<Record<string, readonly string[]>> = {
  else: ['if', 'for', 'while', 'try'],
  elif: ['if'],
  except: ['try'],
  finally: ['try'],
};
const STATEMENTS = new Set([
  'extends',
  'include',
  'set',
  'import',
  'from',
  'raw',
  'module',
  'autoescape',
  'whitespace',
  'comment',
]);
const BLOCKS = new Set(['apply', 'block', 'if', 'for', 'while', 'try']);

/** Parses one file. @throws ParseError */
export function parse(source: string, options: ParseOptions): TemplateFile {
  const parser = new Parser(source, options);
  const body = parser.body(null, null);
  return { name: options.name, body, autoescape: parser.autoescape };
}

class Parser {
  autoescape: string | null;
  readonly #source: string;
  readonly #name: string;
  #whitespace: string;
  #at = 0;
  #line = 1;

  constructor(source: string, { name, autoescape, whitespace }: ParseOptions) {
    this.#source = source;
    this.#name = name;
    this.autoescape = autoescape;
    this.#whitespace = whitespace;
  }

  /** Nodes up to the end of the block `inBlock`, or of the file. `inLoop` is the loop that `break` would leave. */
  body(inBlock: string | null, inLoop: string | null): TemplateNode[] {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const curly = this.#nextBrace();
      if (curly < 0) {
        if (inBlock !== null) throw this.#error(`Missing {% end %} block for ${inBlock}`);
        this.#text(nodes, this.#source.length);
        return nodes;
      }
      this.#text(nodes, curly);
      const brace = this.#consume(2);
      const at = this.#position();
      // {{! is a literal {{
      if (this.#source[this.#at] === '!') {
        this.#consume(1);
        nodes.push({ kind: 'text', text: brace, whitespace: this.#whitespace, at });
      } else if (brace === '{#') {
        this.#until('#}', 'Missing end comment #}');
      } else if (brace === '{{') {
        const code = this.#until('}}', 'Missing end expression }}').trim();
        if (code === '') throw this.#error('Empty expression');
        nodes.push({ kind: 'expression', code, isRaw: false, at });
      } else if (this.#directive(nodes, inBlock, inLoop, at)) {
        return nodes;
      }
    }
  }

  /** Answers whether it was the block's end. */
  #directive(
    nodes: TemplateNode[],
    inBlock: string | null,
    inLoop: string | null,
    at: Position,
  ): boolean {
    const contents = this.#until('%}', 'Missing end block %}').trim();
    if (contents === '') throw this.#error('Empty block tag ({% %})');
    const space = contents.search(/ /);
    const operator = space < 0 ? contents : contents.slice(0, space);
    const suffix = space < 0 ? '' : contents.slice(space + 1).trim();
    const parents = BRANCHES[operator];
    if (parents !== undefined) {
      if (inBlock === null) throw this.#error(`${operator} outside ${parents.join(', ')} block`);
      if (!parents.includes(inBlock))
        throw this.#error(`${operator} block cannot be attached to ${inBlock} block`);
      nodes.push({ kind: 'branch', operator, code: suffix, at });
    } else if (operator === 'end') {
      if (inBlock === null) throw this.#error('Extra {% end %} block');
      return true;
    } else if (operator === 'break' || operator === 'continue') {
      if (inLoop === null) throw this.#error(`${operator} outside for, while block`);
      nodes.push({ kind: 'statement', operator, code: suffix, at });
    } else if (BLOCKS.has(operator)) {
      nodes.push(this.#block(operator, suffix, inLoop, at));
    } else if (STATEMENTS.has(operator)) {
      this.#statement(nodes, operator, suffix, at);
    } else {
      throw this.#error(`unknown operator: '${operator}'`);
    }
    return false;
  }

  #block(operator: string, suffix: string, inLoop: string | null, at: Position): TemplateNode {
    const isLoop = operator === 'for' || operator === 'while';
    // apply makes a function of its body: what leaves a loop cannot leave that.
    const loop = isLoop ? operator : operator === 'apply' ? null : inLoop;
    const body = this.body(operator, loop);
    if (operator === 'apply') {
      if (suffix === '') throw this.#error('apply missing method name');
      return { kind: 'apply', code: suffix, body, at };
    }
    if (operator === 'block') {
      if (suffix === '') throw this.#error('block missing name');
      return { kind: 'block', block: suffix, body, at };
    }
    return { kind: 'control', operator, code: suffix, body, at };
  }

  #statement(nodes: TemplateNode[], operator: string, suffix: string, at: Position): void {
    const file = suffix.replace(/^"+|"+$/g, '').replace(/^'+|'+$/g, '');
    switch (operator) {
      case 'comment':
        break;
      case 'extends':
      case 'include':
        if (file === '') throw this.#error(`${operator} missing file path`);
        nodes.push({ kind: operator, file, at });
        break;
      case 'set':
      case 'import':
      case 'from':
        if (suffix === '')
          throw this.#error(`${operator === 'set' ? 'set' : 'import'} missing statement`);
        nodes.push({
          kind: 'statement',
          operator,
          code: operator === 'set' ? suffix : contents(operator, suffix),
          at,
        });
        break;
      case 'autoescape':
        this.autoescape = suffix === 'None' || suffix === 'null' ? null : suffix;
        break;
      case 'whitespace':
        this.#whitespace = suffix;
        break;
      default:
        nodes.push({
          kind: 'expression',
          code: operator === 'module' ? `_tt_modules.${suffix}` : suffix,
          isRaw: true,
          at,
        });
    }
  }

  /** The next `{{`, `{%` or `{#`; of several braces in a row the innermost pair counts (TPL-1). */
  #nextBrace(): number {
    let at = this.#at;
    for (;;) {
      at = this.#source.indexOf('{', at);
      if (at < 0 || at + 1 >= this.#source.length) return -1;
      const next = this.#source.charAt(at + 1);
      if (!'{%#'.includes(next) || (next === '{' && this.#source[at + 2] === '{')) at++;
      else return at;
    }
  }

  #text(nodes: TemplateNode[], end: number): void {
    if (end <= this.#at) return;
    const at = this.#position();
    const text = this.#consume(end - this.#at);
    nodes.push({ kind: 'text', text, whitespace: this.#whitespace, at });
  }

  #until(end: string, missing: string): string {
    const behind = this.#source.indexOf(end, this.#at);
    if (behind < 0) throw this.#error(missing);
    const text = this.#consume(behind - this.#at);
    this.#consume(end.length);
    return text;
  }

  #consume(count: number): string {
    const text = this.#source.slice(this.#at, this.#at + count);
    this.#at += count;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#line++;
    return text;
  }

  #position(): Position {
    return { name: this.#name, line: this.#line };
  }

  #error(message: string): ParseError {
    return new ParseError(message, this.#name, this.#line);
  }
}

function contents(operator: string, suffix: string): string {
  return `${operator} ${suffix}`;
}
