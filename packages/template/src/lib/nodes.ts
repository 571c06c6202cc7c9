// What a parsed template is made of. Owns: the shapes. Must not know: how they are read or compiled.
import type { Expression, LoopHead } from './parsed-expression.ts';

/** One parsed file. */
export interface TemplateFile {
  readonly name: string;
  readonly body: readonly TemplateNode[];
  /** The function that everything in this file is escaped with (TPL-9). */
  readonly autoescape: Expression | null;
  readonly parent: FileReference | null;
}

/** Another file, as a directive names it. */
export interface FileReference {
  readonly name: string;
  readonly line: number;
}

/** A part of a block with a body of its own: an `else`, a `finally`. */
export interface Branch {
  readonly line: number;
  readonly body: readonly TemplateNode[];
}

/** An `if` or an `elif`. */
export interface TestedBranch extends Branch {
  readonly test: Expression;
}

/** An `except`. */
export interface Handler extends Branch {
  /** Null catches all. */
  readonly type: Expression | null;
  /** The variable that the error is put into. */
  readonly local: Expression | null;
}

/** One name that an `import` or `from` makes. */
export interface ImportBinding {
  readonly module: string;
  /** Null is the module itself. */
  readonly member: string | null;
  readonly local: Expression;
}

/** `{% block %}`. */
export interface BlockNode extends Branch {
  readonly kind: 'block';
  readonly name: string;
}

/** `{% if %}`. */
export interface IfNode {
  readonly kind: 'if';
  readonly branches: readonly TestedBranch[];
  readonly otherwise: Branch | null;
}

/** `{% for %}` and `{% while %}`. */
export interface LoopNode extends Branch {
  readonly kind: 'loop';
  readonly head: Expression | LoopHead;
  readonly otherwise: Branch | null;
}

/** `{% try %}`. */
export interface TryNode extends Branch {
  readonly kind: 'try';
  readonly handlers: readonly Handler[];
  readonly otherwise: Branch | null;
  readonly finalizer: Branch | null;
}

/** `{% apply %}`. */
export interface ApplyNode extends Branch {
  readonly kind: 'apply';
  readonly method: Expression;
}

/** All that a body may hold. */
export type TemplateNode =
  | ApplyNode
  | BlockNode
  | IfNode
  | LoopNode
  | TryNode
  | (FileReference & { readonly kind: 'include' })
  | { readonly kind: 'text'; readonly line: number; readonly text: string }
  | {
      readonly kind: 'output';
      readonly line: number;
      readonly value: Expression;
      readonly isRaw: boolean;
    }
  | { readonly kind: 'statement'; readonly line: number; readonly statement: Expression }
  | { readonly kind: 'import'; readonly line: number; readonly bindings: readonly ImportBinding[] }
  | { readonly kind: 'jump'; readonly line: number; readonly keyword: 'break' | 'continue' };

/** The bodies inside a node, in the order they stand in the file. */
export function* bodiesOf(node: TemplateNode): Generator<readonly TemplateNode[]> {
  if ('body' in node) yield node.body;
  if (node.kind === 'if') for (const branch of node.branches) yield branch.body;
  if (node.kind === 'try') for (const handler of node.handlers) yield handler.body;
  if ('otherwise' in node && node.otherwise !== null) yield node.otherwise.body;
  if (node.kind === 'try' && node.finalizer !== null) yield node.finalizer.body;
}
