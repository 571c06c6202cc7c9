// From the text of one template to its nodes. Owns: the tags and directives, and how blocks nest.
// Must not know: other files, or what is generated.
import { parseAutoescape, parseDirective, parseExcept, parseFileName } from './directive.ts';
import { parseFrom, parseImport, type Directive } from './directive.ts';
import { parseExpression, parseLoopHead, parseStatement } from './expression.ts';
import type { Expression } from './parsed-expression.ts';
import type { Branch, FileReference, Handler, TemplateFile } from './nodes.ts';
import type { TemplateNode, TestedBranch } from './nodes.ts';
import { quoted } from './quoted.ts';
import { TagReader } from './tag-reader.ts';
import { invalidMode, isWhitespaceMode, type WhitespaceMode } from './whitespace.ts';

/** What a file is read with, until its own directives say otherwise. */
export interface ParseOptions {
  readonly name: string;
  readonly whitespace: WhitespaceMode;
  readonly autoescape: string | null;
}

/**
 * Parses a template.
 *
 * @throws ParseError
 */
export function parseTemplate(text: string, options: ParseOptions): TemplateFile {
  return new Parser(text, options).parse();
}

// Tornado's limit is Python's: a hundred levels of indentation.
const MAX_DEPTH = 100;

/** What a block goes on with, and which blocks do. */
const CONTINUATIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['elif', ['if']],
  ['else', ['if', 'for', 'while', 'try']],
  ['except', ['try']],
  ['finally', ['try']],
]);

/** The body of a block, and the directive behind it: its end, or what it goes on with. */
interface Section {
  readonly body: readonly TemplateNode[];
  readonly stop: Directive;
}

class Parser {
  readonly #tags: TagReader;
  readonly #name: string;
  #autoescape: Expression | null;
  #parent: FileReference | null = null;
  /** The blocks that are open, outermost first. */
  readonly #open: string[] = [];
  /** How many loops `break` could leave. */
  #loops = 0;

  constructor(text: string, { name, whitespace, autoescape }: ParseOptions) {
    this.#tags = new TagReader(text, name, whitespace);
    this.#name = name;
    this.#autoescape = this.#javaScript(parseAutoescape, autoescape ?? 'null');
  }

  parse(): TemplateFile {
    const body: TemplateNode[] = [];
    for (let tag = this.#next(body); tag !== null; tag = this.#next(body)) {
      this.#directive(tag, body);
    }
    return { name: this.#name, body, autoescape: this.#autoescape, parent: this.#parent };
  }

  /** Adds text and expressions to `body` until there is a directive; null at the end of the file. */
  #next(body: TemplateNode[]): Directive | null {
    for (;;) {
      const tag = this.#tags.next(this.#open.at(-1));
      if (tag === null) return null;
      if (tag.kind === 'directive') return parseDirective(tag.contents, tag.line);
      if (tag.kind === 'text') addText(body, tag.text, tag.line);
      else body.push(this.#output(tag.line, tag.contents, false));
    }
  }

  #output(line: number, source: string, isRaw: boolean): TemplateNode {
    return { kind: 'output', line, value: this.#javaScript(parseExpression, source), isRaw };
  }

  #directive(tag: Directive, body: TemplateNode[]): void {
    const { operator, suffix, line } = tag;
    switch (operator) {
      case 'apply':
      case 'block':
      case 'for':
      case 'if':
      case 'try':
      case 'while':
        body.push(this.#block(tag));
        break;
      case 'comment':
        break;
      case 'autoescape':
        this.#require(suffix, 'autoescape missing function name');
        this.#autoescape = this.#javaScript(parseAutoescape, suffix);
        break;
      case 'whitespace':
        if (!isWhitespaceMode(suffix)) this.#tags.fail(invalidMode(suffix));
        this.#tags.whitespace = suffix;
        break;
      case 'extends':
        this.#extends(tag);
        break;
      case 'break':
      case 'continue':
        if (this.#loops === 0) this.#tags.fail(`${operator} outside for, while block`);
        body.push({ kind: 'jump', line, keyword: operator });
        break;
      default:
        body.push(this.#leaf(tag));
    }
  }

  /** The directives without a body that become a node. */
  #leaf({ operator, suffix, line }: Directive): TemplateNode {
    switch (operator) {
      case 'include':
        this.#require(suffix, 'include missing file path');
        return { kind: 'include', line, name: parseFileName(suffix) };
      case 'import':
      case 'from': {
        this.#require(suffix, 'import missing statement');
        const parse = operator === 'import' ? parseImport : parseFrom;
        return { kind: 'import', line, bindings: this.#javaScript(parse, suffix) };
      }
      case 'set':
        this.#require(suffix, 'set missing statement');
        return { kind: 'statement', line, statement: this.#javaScript(parseStatement, suffix) };
      case 'raw':
        this.#require(suffix, 'raw missing expression');
        return this.#output(line, suffix, true);
      case 'module':
        this.#require(suffix, 'module missing name');
        return this.#output(line, `_tt_modules.${suffix}`, true);
      default:
        return this.#tags.fail(this.#misplaced(operator));
    }
  }

  #misplaced(operator: string): string {
    if (operator === 'end') return 'Extra {% end %} block';
    const parents = CONTINUATIONS.get(operator);
    if (parents === undefined) return `unknown operator: ${quoted(operator)}`;
    const block = this.#open.at(-1);
    if (block === undefined) return `${operator} outside ${parents.join(', ')} block`;
    return `${operator} block cannot be attached to ${block} block`;
  }

  #extends({ suffix, line }: Directive): void {
    this.#require(suffix, 'extends missing file path');
    const block = this.#open.at(-1);
    if (block !== undefined) this.#tags.fail(`extends cannot be inside ${block} block`);
    if (this.#parent !== null) this.#tags.fail('extends twice in one file');
    this.#parent = { name: parseFileName(suffix), line };
  }

  #block(tag: Directive): TemplateNode {
    const { operator, suffix, line } = tag;
    switch (operator) {
      case 'if':
        return this.#if(tag);
      case 'try':
        return this.#try(tag);
      case 'for':
      case 'while':
        return this.#loop(tag);
      case 'apply': {
        this.#require(suffix, 'apply missing method name');
        const method = this.#javaScript(parseExpression, suffix);
        return { kind: 'apply', line, method, body: this.#only(operator).body };
      }
      default:
        this.#require(suffix, 'block missing name');
        return { kind: 'block', line, name: suffix, body: this.#only('block').body };
    }
  }

  #if({ suffix, line }: Directive): TemplateNode {
    this.#require(suffix, 'if missing condition');
    const test = this.#javaScript(parseExpression, suffix);
    let { body, stop } = this.#section('if');
    const branches: TestedBranch[] = [{ line, test, body }];
    while (stop.operator === 'elif') {
      this.#require(stop.suffix, 'elif missing condition');
      const branch = { line: stop.line, test: this.#javaScript(parseExpression, stop.suffix) };
      ({ body, stop } = this.#section('if'));
      branches.push({ ...branch, body });
    }
    const otherwise = stop.operator === 'else' ? this.#last('if', stop) : null;
    return { kind: 'if', branches, otherwise };
  }

  #loop({ operator, suffix, line }: Directive): TemplateNode {
    this.#require(suffix, `${operator} missing condition`);
    const head =
      operator === 'for'
        ? this.#javaScript(parseLoopHead, suffix)
        : this.#javaScript(parseExpression, suffix);
    this.#loops++;
    const { body, stop } = this.#section(operator);
    // What stands in the `else` is not in the loop any more.
    this.#loops--;
    const otherwise = stop.operator === 'else' ? this.#last(operator, stop) : null;
    return { kind: 'loop', line, head, body, otherwise };
  }

  #try({ line }: Directive): TemplateNode {
    const { body, stop: first } = this.#section('try');
    let stop = first;
    const handlers: Handler[] = [];
    while (stop.operator === 'except') {
      if (handlers.at(-1)?.type === null) this.#tags.fail('except behind an except for all errors');
      const { line: at } = stop;
      const caught = this.#javaScript(parseExcept, stop.suffix);
      const section = this.#section('try');
      handlers.push({ line: at, ...caught, body: section.body });
      stop = section.stop;
    }
    let otherwise: Branch | null = null;
    if (stop.operator === 'else') {
      if (handlers.length === 0) this.#tags.fail('else in a try block without except');
      const section = this.#section('try');
      otherwise = { line: stop.line, body: section.body };
      stop = section.stop;
    }
    const finalizer = stop.operator === 'finally' ? this.#last('try', stop) : null;
    if (finalizer === null && stop.operator !== 'end') this.#failOrder(stop);
    const isBare = handlers.length === 0 && finalizer === null;
    if (isBare) this.#tags.fail('try block without except or finally');
    return { kind: 'try', line, body, handlers, otherwise, finalizer };
  }

  /** The body of a block that nothing can go on in; `break` can not leave an `apply` (TPL-14). */
  #only(operator: 'apply' | 'block'): Section {
    const around = this.#loops;
    if (operator === 'apply') this.#loops = 0;
    const section = this.#section(operator);
    this.#loops = around;
    return section;
  }

  /** The body of the last part of a block, which only the end may follow. */
  #last(operator: string, { line }: Directive): Branch {
    const { body, stop } = this.#section(operator);
    if (stop.operator !== 'end') this.#failOrder(stop);
    return { line, body };
  }

  #section(operator: string): Section {
    if (this.#open.length >= MAX_DEPTH) {
      this.#tags.fail(`more than ${MAX_DEPTH} blocks inside each other`, 'ERR_TEMPLATE_TOO_DEEP');
    }
    this.#open.push(operator);
    const body: TemplateNode[] = [];
    for (let tag = this.#next(body); tag !== null; tag = this.#next(body)) {
      if (tag.operator === 'end' || CONTINUATIONS.get(tag.operator)?.includes(operator) === true) {
        this.#open.pop();
        return { body, stop: tag };
      }
      this.#directive(tag, body);
    }
    throw new Error('unreachable: the end of the file inside a block is an error');
  }

  #failOrder({ operator }: Directive): never {
    this.#tags.fail(`${operator} block in the wrong place`);
  }

  #require(suffix: string, missing: string): void {
    if (suffix === '') this.#tags.fail(missing);
  }

  /** Runs a parser of JavaScript, and says where it failed. */
  #javaScript<T>(parse: (source: string) => T, source: string): T {
    try {
      return parse(source);
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      const isTooDeep = cause.name === 'RangeError';
      if (!isTooDeep && cause.name !== 'SyntaxError') throw cause;
      const reason = isTooDeep ? 'nested too deeply' : cause.message;
      const message = `invalid expression ${quoted(source)}: ${reason}`;
      return this.#tags.fail(message, 'ERR_TEMPLATE_EXPRESSION', cause);
    }
  }
}

/** Adds text, to the text before it if there is some. */
function addText(body: TemplateNode[], text: string, line: number): void {
  const last = body.at(-1);
  if (last?.kind === 'text') body[body.length - 1] = { ...last, text: last.text + text };
  else body.push({ kind: 'text', line, text });
}
