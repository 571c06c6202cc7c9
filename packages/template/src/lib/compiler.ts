// From nodes to one JavaScript function. Owns: the generated code, and which template line each of its lines is.
// A template is trusted code, as in Tornado: whoever writes it can do what the program can.
import { ParseError, TemplateError } from './template-error.ts';
import { filterWhitespace } from './whitespace.ts';
import { resolveInheritance, type FileLookup, type OwnedBlock } from './inheritance.ts';
import type { ControlNode, Position, TemplateFile, TemplateNode } from './nodes.ts';

/** The generated code. */
export interface GeneratedCode {
  readonly code: string;
  /** For each line of the code, from 0: where it came from, or empty. */
  readonly origins: readonly string[];
}

/** Writes the code of a file with everything it extends and includes. @throws ParseError */
export function compile(file: TemplateFile, lookup: FileLookup | null): GeneratedCode {
  const { root, blocks } = resolveInheritance(file, lookup);
  const writer = new CodeWriter(blocks, lookup);
  writer.line('with (_tt_names) {', null);
  writer.functionBody(root.body, root);
  writer.line('}', null);
  return { code: writer.code(), origins: writer.origins };
}

/** `else` and its kind divide a control's body. */
interface Section {
  readonly operator: string;
  readonly code: string;
  readonly at: Position;
  readonly body: readonly TemplateNode[];
}

class CodeWriter {
  readonly origins: string[] = [];
  readonly #lines: string[] = [];
  readonly #blocks: ReadonlyMap<string, OwnedBlock>;
  readonly #lookup: FileLookup | null;
  /** Where we were when another file's nodes began: innermost first. */
  #via: string[] = [];
  #including: string[] = [];
  /** Names that `set` assigns, of the function being written. */
  #assigned = new Set<string>();
  /** The flag of each loop being written, or null where nobody asks for it. */
  #loops: (string | null)[] = [];
  #count = 0;

  constructor(blocks: ReadonlyMap<string, OwnedBlock>, lookup: FileLookup | null) {
    this.#blocks = blocks;
    this.#lookup = lookup;
  }

  code(): string {
    return this.#lines.join('\n');
  }

  line(text: string, at: Position | null): void {
    const via = this.#via.length === 0 ? '' : ` (via ${this.#via.join(', ')})`;
    const origin = at === null ? '' : `${at.name}:${at.line}${via}`;
    for (const one of text.split('\n')) {
      this.#lines.push(
        origin === '' ? one : `${one} // ${origin.replace(/[\r\n\u2028\u2029]/g, ' ')}`,
      );
      this.origins.push(origin);
    }
  }

  /** A function's code between its braces: gathers the text in `_tt_out`, and returns it. */
  functionBody(nodes: readonly TemplateNode[], file: TemplateFile): void {
    const outer = { assigned: this.#assigned, loops: this.#loops };
    this.#assigned = new Set();
    this.#loops = [];
    const at = this.#lines.length;
    this.line('let _tt_out = "";', null);
    this.nodes(nodes, file);
    this.line('return _tt_out;', null);
    if (this.#assigned.size > 0) this.#lines[at] += ` var ${[...this.#assigned].join(', ')};`;
    this.#assigned = outer.assigned;
    this.#loops = outer.loops;
  }

  nodes(nodes: readonly TemplateNode[], file: TemplateFile): void {
    for (const node of nodes) this.#node(node, file);
  }

  #node(node: TemplateNode, file: TemplateFile): void {
    switch (node.kind) {
      case 'text': {
        const text = node.text.includes('<pre>')
          ? node.text
          : filterWhitespace(node.whitespace, node.text);
        if (text !== '') this.line(`_tt_out += ${literal(text)};`, node.at);
        break;
      }
      case 'expression': {
        const escape = node.isRaw || file.autoescape === null ? 'null' : file.autoescape;
        this.line(`_tt_out += _tt_text(${escape}, (${node.code}\n));`, node.at);
        break;
      }
      case 'statement':
        this.#statement(node.operator, node.code, node.at);
        break;
      case 'control':
        this.#control(node, file);
        break;
      case 'apply':
        this.line(`_tt_out += _tt_apply(${node.code}, (() => {`, node.at);
        this.functionBody(node.body, file);
        this.line('})());', node.at);
        break;
      case 'block': {
        const { node: block, file: owner } = this.#blocks.get(node.block) ?? { node, file };
        this.#within(node.at, block !== node, () => {
          this.nodes(block.body, owner);
        });
        break;
      }
      case 'include':
        this.#include(node.file, node.at, file);
        break;
      case 'branch':
      case 'extends':
        break;
    }
  }

  #include(name: string, at: Position, file: TemplateFile): void {
    if (this.#lookup === null)
      throw new ParseError('{% include %} found, but no template loader', at.name, at.line);
    const included = this.#lookup(name, file.name);
    if (this.#including.includes(included.name))
      throw new ParseError('a template includes itself', at.name, at.line);
    this.#including.push(included.name);
    this.#within(at, true, () => {
      this.nodes(included.body, included);
    });
    this.#including.pop();
  }

  /** Lines written by `write` tell that they came by way of `at`. */
  #within(at: Position, isElsewhere: boolean, write: () => void): void {
    const outer = this.#via;
    if (isElsewhere) this.#via = [`${at.name}:${at.line}`, ...outer];
    write();
    this.#via = outer;
  }

  #statement(operator: string, code: string, at: Position): void {
    if (operator === 'break') {
      const flag = this.#loops.at(-1);
      this.line(flag === null || flag === undefined ? 'break;' : `{ ${flag} = false; break; }`, at);
    } else if (operator === 'continue') {
      this.line('continue;', at);
    } else if (operator === 'set') {
      for (const name of assignedNames(code)) this.#assigned.add(name);
      this.line(`${/^\s*\{/.test(code) ? `(${code}\n)` : code};`, at);
    } else {
      for (const { name, value } of imports(code, at)) {
        this.#assigned.add(name);
        this.line(`${name} = ${value};`, at);
      }
    }
  }

  #control(node: ControlNode, file: TemplateFile): void {
    const sections = divide(node);
    if (node.operator === 'if') {
      for (const { operator, code, at, body } of sections) {
        const test =
          operator === 'else'
            ? '} else {'
            : `${operator === 'elif' ? '} else ' : ''}if (${code}\n) {`;
        this.line(test, at);
        this.nodes(body, file);
      }
      this.line('}', node.at);
    } else if (node.operator === 'try') {
      this.#try(sections, file);
    } else {
      this.#loop(sections, file);
    }
  }

  /** The `else` of a loop runs when nothing broke out of it (TPL-27). */
  #loop([loop, otherwise]: readonly Section[], file: TemplateFile): void {
    if (loop === undefined) return;
    const flag = otherwise === undefined ? null : `_tt_flag${this.#count++}`;
    if (flag !== null) this.line(`let ${flag} = true;`, loop.at);
    this.line(loop.operator === 'for' ? forHead(loop) : `while (${loop.code}\n) {`, loop.at);
    this.#loops.push(flag);
    this.nodes(loop.body, file);
    this.#loops.pop();
    this.line('}', loop.at);
    if (flag === null || otherwise === undefined) return;
    this.line(`if (${flag}) {`, otherwise.at);
    this.nodes(otherwise.body, file);
    this.line('}', otherwise.at);
  }

  /** Python's order: what `else` throws is not caught here, and `finally` comes last in any case (TPL-35). */
  #try(sections: readonly Section[], file: TemplateFile): void {
    const [body, ...rest] = sections;
    if (body === undefined) return;
    const number = this.#count++;
    const excepts = rest.filter(({ operator }) => operator === 'except');
    const otherwise = rest.find(({ operator }) => operator === 'else');
    const last = rest.find(({ operator }) => operator === 'finally');
    this.line(`let _tt_flag${number} = false; try { try {`, body.at);
    this.nodes(body.body, file);
    this.line(`_tt_flag${number} = true; } catch (_tt_error${number}) {`, body.at);
    for (const { code, at, body: nodes } of excepts) {
      const { type, name } = exceptClause(code);
      const error = `_tt_error${number}`;
      this.line(`if (${type === '' ? 'true' : `${error} instanceof (${type})`}) {`, at);
      if (name !== '') this.line(`const ${name} = ${error};`, at);
      this.nodes(nodes, file);
      this.line('} else', at);
    }
    this.line(`throw _tt_error${number};`, body.at);
    this.line(`} if (_tt_flag${number}) {`, body.at);
    if (otherwise !== undefined) this.nodes(otherwise.body, file);
    this.line('} } finally {', body.at);
    if (last !== undefined) this.nodes(last.body, file);
    this.line('}', body.at);
  }
}

function divide({ operator, code, at, body }: ControlNode): Section[] {
  const sections: (Section & { readonly body: TemplateNode[] })[] = [
    { operator, code, at, body: [] },
  ];
  for (const node of body) {
    if (node.kind === 'branch')
      sections.push({ operator: node.operator, code: node.code, at: node.at, body: [] });
    else sections.at(-1)?.body.push(node);
  }
  return sections;
}

/** `for a in xs` goes over values. */
function forHead({ code, at }: Section): string {
  const match = /^(.+?)\s+(?:in|of)\s+(.+)$/s.exec(code);
  if (match === null)
    throw new ParseError(`for needs 'name in values', not '${code}'`, at.name, at.line);
  return `for (const ${match[1] ?? ''} of ${match[2] ?? ''}\n) {`;
}

/** `except`, `except Type`, `except Type as name`, `except as name`. */
function exceptClause(code: string): { readonly type: string; readonly name: string } {
  const match = /^(.*?)\s*\bas\s+([A-Za-z_$][\w$]*)$/s.exec(code);
  return match === null ? { type: code, name: '' } : { type: match[1] ?? '', name: match[2] ?? '' };
}

/** The names on the left of an assignment. */
function assignedNames(code: string): string[] {
  const left = /^([^=]*?)(?:[-+*/%&|^]|\*\*|<<|>>|\?\?|&&|\|\|)?=(?!=|>)/s.exec(code)?.[1] ?? '';
  return [...left.matchAll(/(?<![\w$.])[A-Za-z_$][\w$]*/g)].map(([name]) => name);
}

/** `import a`, `import a as b`, `from a import b, c as d` (TPL-5). */
function imports(code: string, at: Position): { readonly name: string; readonly value: string }[] {
  const from = /^from\s+(\S+)\s+import\s+(.+)$/s.exec(code);
  const list = from === null ? code.replace(/^import\s+/, '') : (from[2] ?? '');
  return list.split(',').map((one) => {
    const match = /^\s*([\w$.]+)(?:\s+as\s+([A-Za-z_$][\w$]*))?\s*$/.exec(one);
    if (match === null) throw new ParseError(`import cannot be read: ${code}`, at.name, at.line);
    const [, source = '', alias = source] = match;
    const module = `_tt_import(${JSON.stringify(from === null ? source : (from[1] ?? ''))})`;
    return { name: alias, value: from === null ? module : `${module}[${JSON.stringify(source)}]` };
  });
}

/** JSON, but for two characters that end a line in JavaScript. */
function literal(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** The function of generated code. @throws TemplateError `ERR_COMPILE` with the numbered code. */
export function toFunction({ code }: GeneratedCode, name: string): RenderFunction {
  const source = `${code}\n//# sourceURL=template:${encodeURI(name)}`;
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- this is what a template compiler is for
    return new Function(
      '_tt_names',
      '_tt_text',
      '_tt_apply',
      '_tt_import',
      source,
    ) as RenderFunction;
  } catch (error) {
    const numbered = code.split('\n').map((line, at) => `${String(at + 1).padStart(4)}  ${line}`);
    const message = error instanceof Error ? error.message : String(error);
    throw new TemplateError(
      'ERR_COMPILE',
      `${name} cannot be compiled: ${message}\n${numbered.join('\n')}`,
      { cause: error },
    );
  }
}

/** A template's text for these names. */
export type RenderFunction = (
  names: object,
  text: (escape: unknown, value: unknown) => string,
  apply: (fn: unknown, text: string) => string,
  importModule: (name: string) => unknown,
) => string;
