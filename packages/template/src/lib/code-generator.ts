// From the nodes of a template to JavaScript. Owns: what each directive becomes.
// Must not know: how templates are read, or how the code is run.
//
// The code is the body of a function whose parameters are the names of RUNTIME and `_tt_modules_by_name`, and which returns the
// function that generates output from `_tt_args` and `_tt_space`. `_tt_text` and `_tt_kept` are the output so far.
// HOT: `pnpm bench template`
import { CodeWriter, literal, type GeneratedCode } from './code-writer.ts';
import type { Expression } from './parsed-expression.ts';
import type { Inheritance } from './inheritance.ts';
import { NameTable } from './name-table.ts';
import type { ApplyNode, BlockNode, Branch, Handler, IfNode, LoopNode } from './nodes.ts';
import type { TemplateFile, TemplateNode, TryNode } from './nodes.ts';
import { ParseError } from './template-error.ts';

/**
 * The code for a template and all the files that belong to it.
 *
 * @throws ParseError
 */
export function generateCode(files: Inheritance): GeneratedCode {
  return new CodeGenerator(files).generate();
}

/** Where the nodes are that code is generated for. */
interface Context {
  readonly file: TemplateFile;
  /** The places that led here, innermost first, as `b.html:1, a.html:1`. */
  readonly via: string;
}

class CodeGenerator {
  readonly #files: Inheritance;
  readonly #names = new NameTable();
  #writer = new CodeWriter(0);
  #count = 0;
  /** How many `try` there are around. */
  #tries = 0;
  /** For each loop that `break` could leave here: the variable that says it did not. */
  #loops: (string | null)[] = [];

  constructor(files: Inheritance) {
    this.#files = files;
  }

  generate(): GeneratedCode {
    const body = this.#inNewWriter(1, () => {
      this.#body(this.#files.root.body, { file: this.#files.root, via: '' });
    });
    const writer = this.#writer;
    writer.write('"use strict";');
    writer.write('return function _tt_execute(_tt_args, _tt_space) {');
    writer.indent();
    for (const declaration of this.#names.declarations()) writer.write(declaration);
    writer.write('const _tt_kept = new _tt_bytes();');
    writer.write('let _tt_text = "";');
    writer.append(body);
    writer.write('return _tt_kept.into(_tt_text);');
    writer.dedent();
    writer.write('};');
    return writer.finish();
  }

  #body(nodes: readonly TemplateNode[], context: Context): void {
    for (const node of nodes) this.#node(node, context);
  }

  #node(node: TemplateNode, context: Context): void {
    switch (node.kind) {
      case 'text':
        this.#add(literal(node.text), node.line, context);
        break;
      case 'output':
        this.#output(node.value, node.isRaw, node.line, context);
        break;
      case 'statement':
        this.#write(`(${this.#checked(node.statement, node.line, context)});`, node.line, context);
        break;
      case 'import':
        for (const { module, member, local } of node.bindings) {
          const what = `${literal(module)}, ${member === null ? 'null' : literal(member)}`;
          const target = this.#names.renderTarget(local);
          this.#write(`${target} = _tt_import(_tt_imports, ${what});`, node.line, context);
        }
        break;
      case 'jump':
        this.#jump(node.keyword, node.line, context);
        break;
      case 'include': {
        const file = this.#files.included(node, context.file);
        this.#body(file.body, this.#inside(file, node.line, context));
        break;
      }
      case 'block':
        this.#block(node, context);
        break;
      case 'if':
        this.#if(node, context);
        break;
      case 'loop':
        this.#loop(node, context);
        break;
      case 'try':
        this.#try(node, context);
        break;
      case 'apply':
        this.#apply(node, context);
        break;
    }
  }

  #output(value: Expression, isRaw: boolean, line: number, context: Context): void {
    const { autoescape } = context.file;
    const code = this.#checked(value, line, context);
    if (isRaw || autoescape === null) {
      this.#add(`_tt_raw(_tt_kept, ${code})`, line, context);
      return;
    }
    const escape = this.#callee(autoescape, line, context);
    this.#add(`_tt_escaped(_tt_kept, ${escape}, ${code})`, line, context);
  }

  /** TPL-12: the body is that of the youngest block of this name, in the eyes of its own file. */
  #block(node: BlockNode, context: Context): void {
    const block = this.#files.blockFor(node, context.file);
    const isOwn = block.node === node;
    this.#body(block.node.body, isOwn ? context : this.#inside(block.file, node.line, context));
  }

  #if({ branches, otherwise }: IfNode, context: Context): void {
    branches.forEach(({ test, line, body }, index) => {
      const isFirst = index === 0;
      // There is no place for checks between the branches.
      const code = isFirst ? this.#checked(test, line, context) : this.#names.renderInline(test);
      this.#write(isFirst ? `if (${code}) {` : `} else if (${code}) {`, line, context);
      this.#indented(body, context);
    });
    if (otherwise !== null) {
      this.#write('} else {', otherwise.line, context);
      this.#indented(otherwise.body, context);
    }
    this.#writer.write('}');
  }

  /** TPL-27: the `else` of a loop runs if the loop was not left by `break`. */
  #loop({ head, line, body, otherwise }: LoopNode, context: Context): void {
    const flag = otherwise === null ? null : this.#variable('ran_out');
    if (flag !== null) this.#write(`let ${flag} = true;`, line, context);
    const isFor = 'target' in head;
    const code = this.#checked(isFor ? head.values : head, line, context);
    this.#loops.push(flag);
    this.#names.openBlock();
    const target = isFor ? this.#names.renderTarget(head.target) : '';
    this.#write(isFor ? `for (${target} of ${code}) {` : `while (${code}) {`, line, context);
    this.#indented(body, context);
    this.#names.closeBlock();
    this.#loops.pop();
    this.#writer.write('}');
    if (flag !== null) this.#guarded(flag, otherwise, context);
  }

  #jump(keyword: 'break' | 'continue', line: number, context: Context): void {
    const flag = this.#loops.at(-1);
    // The parser has seen a loop around, but a block may stand somewhere else in the end.
    if (flag === undefined) {
      const message = `${keyword} outside for, while block`;
      throw new ParseError(message, context.file.name, line);
    }
    if (keyword === 'break' && flag !== null) this.#write(`${flag} = false;`, line, context);
    this.#write(`${keyword};`, line, context);
  }

  /** TPL-35: Python's order; what the `else` throws is not caught by the handlers before it. */
  #try(node: TryNode, context: Context): void {
    this.#tries++;
    this.#tryParts(node, context);
    this.#tries--;
  }

  #tryParts({ line, body, handlers, otherwise, finalizer }: TryNode, context: Context): void {
    const flag = otherwise === null ? null : this.#variable('went_well');
    if (flag !== null) this.#write(`let ${flag} = false;`, line, context);
    if (finalizer !== null) this.#open('try {', line, context);
    if (handlers.length === 0) this.#body(body, context);
    else {
      this.#write('try {', line, context);
      this.#indented(body, context);
      if (flag !== null) this.#write(`  ${flag} = true;`, line, context);
      this.#handlers(handlers, context);
    }
    if (flag !== null) this.#guarded(flag, otherwise, context);
    if (finalizer === null) return;
    this.#close();
    this.#write('} finally {', finalizer.line, context);
    this.#indented(finalizer.body, context);
    this.#writer.write('}');
  }

  #handlers(handlers: readonly Handler[], context: Context): void {
    const error = this.#variable('error');
    this.#write(`} catch (${error}) {`, handlers[0]?.line ?? 0, context);
    this.#writer.indent();
    let before = '';
    for (const { type, local, line, body } of handlers) {
      const test =
        type === null ? 'true' : `_tt_is_caught(${error}, ${this.#names.renderInline(type)})`;
      this.#open(`${before}if (${test}) {`, line, context);
      if (local !== null) {
        const target = this.#names.renderTarget(local);
        this.#write(`${target} = ${error};`, line, context);
      }
      this.#body(body, context);
      this.#close();
      before = '} else ';
    }
    this.#writer.write(`} else throw ${error};`);
    this.#writer.dedent();
    this.#writer.write('}');
  }

  /** TPL-14: a function of its own, so that what it assigns stays inside. */
  #apply({ method, line, body }: ApplyNode, context: Context): void {
    const loops = this.#loops;
    this.#loops = [];
    this.#names.openFunction();
    const inner = this.#inNewWriter(this.#writer.level + 1, () => {
      this.#body(body, context);
    });
    const names = this.#names.closeFunction().join(', ');
    this.#loops = loops;
    const name = this.#variable('apply');
    this.#write(`const ${name} = (${names}) => {`, line, context);
    this.#writer.indent();
    this.#writer.write('const _tt_kept = new _tt_bytes();');
    this.#writer.write('let _tt_text = "";');
    this.#writer.append(inner);
    this.#writer.write('return _tt_kept.into(_tt_text);');
    this.#writer.dedent();
    this.#writer.write('};');
    const callee = this.#callee(method, line, context);
    this.#add(`_tt_applied(_tt_kept, ${callee}, ${name}(${names}))`, line, context);
  }

  /** A function that is called with one value, bound to what it is a method of. */
  #callee(callee: Expression, line: number, context: Context): string {
    const code = this.#checked(callee, line, context);
    return callee.isMember ? `(_tt_value) => (${code})(_tt_value)` : code;
  }

  #guarded(flag: string, branch: Branch | null, context: Context): void {
    if (branch === null) return;
    this.#write(`if (${flag}) {`, branch.line, context);
    this.#indented(branch.body, context);
    this.#writer.write('}');
  }

  #indented(body: readonly TemplateNode[], context: Context): void {
    this.#names.openBlock();
    this.#writer.indent();
    this.#body(body, context);
    this.#writer.dedent();
    this.#names.closeBlock();
  }

  #open(code: string, line: number, context: Context): void {
    this.#write(code, line, context);
    this.#names.openBlock();
    this.#writer.indent();
  }

  #close(): void {
    this.#writer.dedent();
    this.#names.closeBlock();
  }

  /** The code of an expression, after the checks that it needs were written. */
  #checked(expression: Expression, line: number, context: Context): string {
    const { checks, code } = this.#names.render(expression);
    for (const check of checks) this.#write(check, line, context);
    return code;
  }

  #inNewWriter(level: number, action: () => void): CodeWriter {
    const outer = this.#writer;
    const inner = new CodeWriter(level);
    this.#writer = inner;
    action();
    this.#writer = outer;
    return inner;
  }

  #variable(purpose: string): string {
    return `_tt_${purpose}_${this.#count++}`;
  }

  #inside(file: TemplateFile, line: number, { file: { name }, via }: Context): Context {
    return { file, via: via === '' ? `${name}:${line}` : `${name}:${line}, ${via}` };
  }

  /** Output. In a `try` each piece is on its own: what was put out before an error stays. */
  #add(term: string, line: number, context: Context): void {
    if (this.#tries > 0) this.#write(`_tt_text += ${term};`, line, context);
    else this.#writer.add(term, placeOf(line, context));
  }

  #write(code: string, line: number, context: Context): void {
    this.#writer.write(code, placeOf(line, context));
  }
}

/** TPL-25 */
function placeOf(line: number, { file, via }: Context): string {
  return via === '' ? `${file.name}:${line}` : `${file.name}:${line} (via ${via})`;
}
