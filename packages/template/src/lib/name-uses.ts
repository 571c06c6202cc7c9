// Which names a JavaScript expression takes from outside itself, and what it does with them.
// Owns: the walk through the syntax tree. Must not know: templates.
import type { AnyNode } from 'acorn';

import { addPatternNames, addVarNames, childrenOf, namesDeclaredBy } from './declared-names.ts';

/** One use of a name from outside. `start` and `end` are the part of the source that has to change with it. */
export interface NameUse {
  readonly name: string;
  /**
   * `update` reads before it writes, as `x += 1` and `x++`; `shorthand` is `{ x }`; `typeof` is `typeof x`, which may ask for
   * a name that is not there.
   */
  readonly kind: 'read' | 'shorthand' | 'typeof' | 'update' | 'write';
  readonly start: number;
  readonly end: number;
  /** Whether it may not happen although the expression is evaluated, or later. */
  readonly isConditional: boolean;
}

// Names that strict code can not declare, and those that are constants.
const NOT_ASSIGNABLE: ReadonlySet<string> = new Set(['Infinity', 'NaN', 'undefined']);
const FORBIDDEN: ReadonlySet<string> = new Set(['arguments', 'eval']);

/**
 * The uses in `node`, in the order that they happen; their places count from where `node` begins.
 *
 * @throws SyntaxError for names that can not be used.
 */
export function findNameUses(node: AnyNode): NameUse[] {
  const finder = new NameFinder(node.start);
  finder.visit(node);
  return finder.uses;
}

/** As {@link findNameUses}, of something that is assigned to: `[a, b.c]`. Whether that happens at all is open. */
export function findTargetUses(pattern: AnyNode): NameUse[] {
  const finder = new NameFinder(pattern.start);
  finder.conditionally(() => {
    finder.visitTarget(pattern);
  });
  return finder.uses;
}

/** The syntax nodes with that type. */
type NodeOf<T extends AnyNode['type']> = Extract<AnyNode, { type: T }>;
type FunctionNode = NodeOf<
  'ArrowFunctionExpression' | 'FunctionDeclaration' | 'FunctionExpression'
>;
type ClassNode = NodeOf<'ClassDeclaration' | 'ClassExpression'>;

class NameFinder {
  readonly uses: NameUse[] = [];
  readonly #offset: number;
  readonly #scopes: ReadonlySet<string>[] = [];
  #isConditional = false;

  constructor(offset: number) {
    this.#offset = offset;
  }

  visit(node: AnyNode): void {
    switch (node.type) {
      case 'Identifier':
        this.#use(node.name, 'read', node);
        break;
      case 'UnaryExpression': {
        const operand = unwrap(node.argument);
        if (node.operator === 'typeof' && operand.type === 'Identifier') {
          this.#use(operand.name, 'typeof', node);
        } else this.visit(operand);
        break;
      }
      case 'UpdateExpression':
        this.#update(unwrap(node.argument), node);
        break;
      case 'AssignmentExpression':
        this.#assignment(node);
        break;
      case 'LogicalExpression':
        this.visit(node.left);
        this.#visitConditionally([node.right]);
        break;
      case 'ConditionalExpression':
        this.visit(node.test);
        this.#visitConditionally([node.consequent, node.alternate]);
        break;
      case 'ChainExpression':
        this.#chain(node.expression);
        break;
      default:
        this.#visitStructure(node);
    }
  }

  /** What has names that are not variables, and what declares variables. */
  #visitStructure(node: AnyNode): void {
    switch (node.type) {
      case 'MemberExpression':
        this.visit(node.object);
        if (node.computed) this.visit(node.property);
        break;
      case 'Property':
        if (node.shorthand && node.value.type === 'Identifier') {
          this.#use(node.value.name, 'shorthand', node);
          break;
        }
        if (node.computed) this.visit(node.key);
        this.visit(node.value);
        break;
      case 'MetaProperty':
      case 'BreakStatement':
      case 'ContinueStatement':
        break;
      case 'LabeledStatement':
        this.visit(node.body);
        break;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#class(node);
        break;
      case 'ArrowFunctionExpression':
      case 'FunctionDeclaration':
      case 'FunctionExpression':
        this.#function(node);
        break;
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#inScope(namesDeclaredBy(node), () => {
          if (node.left.type === 'VariableDeclaration') this.visit(node.left);
          else this.visitTarget(node.left);
          this.visit(node.right);
          this.visit(node.body);
        });
        break;
      case 'CatchClause':
        this.#inScope(namesDeclaredBy(node), () => {
          if (node.param != null) this.#visitPatternParts(node.param);
          this.visit(node.body);
        });
        break;
      case 'VariableDeclarator':
        this.#visitPatternParts(node.id);
        if (node.init != null) this.visit(node.init);
        break;
      default:
        this.#inScope(namesDeclaredBy(node), () => {
          for (const child of childrenOf(node)) this.visit(child);
        });
    }
  }

  /** Visits something that is assigned to. */
  visitTarget(target: AnyNode): void {
    this.#visitPatternParts(target);
    const names = new Set<string>();
    addPatternNames(target, names);
    for (const name of names) this.#use(name, 'write', target);
  }

  conditionally(action: () => void): void {
    const was = this.#isConditional;
    this.#isConditional = true;
    action();
    this.#isConditional = was;
  }

  #visitConditionally(nodes: readonly AnyNode[]): void {
    this.conditionally(() => {
      for (const node of nodes) this.visit(node);
    });
  }

  /** All of a pattern that is evaluated: defaults, computed keys, members that are assigned to. */
  #visitPatternParts(pattern: AnyNode): void {
    switch (pattern.type) {
      case 'MemberExpression':
        this.visit(pattern);
        break;
      case 'ParenthesizedExpression':
        this.#visitPatternParts(pattern.expression);
        break;
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'Property' && property.computed) this.visit(property.key);
          this.#visitPatternParts(property.type === 'Property' ? property.value : property);
        }
        break;
      case 'ArrayPattern':
        for (const element of pattern.elements)
          if (element !== null) this.#visitPatternParts(element);
        break;
      case 'AssignmentPattern':
        this.#visitPatternParts(pattern.left);
        this.#visitConditionally([pattern.right]);
        break;
      case 'RestElement':
        this.#visitPatternParts(pattern.argument);
        break;
    }
  }

  #assignment(node: NodeOf<'AssignmentExpression'>): void {
    const target = unwrap(node.left);
    if (node.operator === '=') {
      this.visit(node.right);
      this.visitTarget(target);
      return;
    }
    this.#update(target, node);
    const isLogical = ['&&=', '||=', '??='].includes(node.operator);
    if (isLogical) this.#visitConditionally([node.right]);
    else this.visit(node.right);
  }

  #update(target: AnyNode, whole: AnyNode): void {
    if (target.type === 'Identifier') this.#use(target.name, 'update', whole);
    else this.visit(target);
  }

  /** `a?.b(c)[d]`: only where it begins is sure to be evaluated. */
  #chain(node: AnyNode): void {
    if (node.type === 'CallExpression') {
      this.#chain(node.callee);
      this.#visitConditionally(node.arguments);
    } else if (node.type === 'MemberExpression') {
      this.#chain(node.object);
      if (node.computed) this.#visitConditionally([node.property]);
    } else this.visit(node);
  }

  #class(node: ClassNode): void {
    const names = new Set(node.id == null ? [] : [node.id.name]);
    this.#inScope(names, () => {
      if (node.superClass != null) this.visit(node.superClass);
      this.conditionally(() => {
        for (const member of node.body.body) {
          if (member.type === 'StaticBlock') this.visit(member);
          else {
            if (member.computed) this.visit(member.key);
            if (member.value != null) this.visit(member.value);
          }
        }
      });
    });
  }

  #function(node: FunctionNode): void {
    const names = new Set<string>();
    if (node.type !== 'ArrowFunctionExpression') {
      names.add('arguments');
      if (node.id != null) names.add(node.id.name);
    }
    for (const parameter of node.params) addPatternNames(parameter, names);
    addVarNames(node.body, names);
    this.#inScope(names, () => {
      this.conditionally(() => {
        for (const parameter of node.params) this.#visitPatternParts(parameter);
        this.visit(node.body);
      });
    });
  }

  #inScope(names: ReadonlySet<string>, action: () => void): void {
    if (names.size === 0) {
      action();
      return;
    }
    for (const name of names) if (name.startsWith('_tt_')) throw reserved(name);
    this.#scopes.push(names);
    action();
    this.#scopes.pop();
  }

  #use(name: string, kind: NameUse['kind'], node: AnyNode): void {
    // TPL-6: what begins so is the generated code's own.
    const isReserved = name.startsWith('_tt_') && (name !== '_tt_modules' || kind !== 'read');
    if (isReserved) throw reserved(name);
    if (this.#scopes.some((scope) => scope.has(name))) return;
    const isWritten = kind === 'write' || kind === 'update';
    if (FORBIDDEN.has(name) || (isWritten && NOT_ASSIGNABLE.has(name))) {
      throw new SyntaxError(
        `${name} can not be ${isWritten ? 'assigned to' : 'used'} in a template`,
      );
    }
    if (NOT_ASSIGNABLE.has(name)) return;
    const isConditional = this.#isConditional;
    const [start, end] = [node.start - this.#offset, node.end - this.#offset];
    this.uses.push({ name, kind, start, end, isConditional });
  }
}

function reserved(name: string): SyntaxError {
  return new SyntaxError(`the name ${name} is reserved`);
}

function unwrap(node: AnyNode): AnyNode {
  return node.type === 'ParenthesizedExpression' ? unwrap(node.expression) : node;
}
