// Which variables of its surroundings a function uses, told from its text. Owns: JavaScript's rules of scope, as far as that takes.
// Must not know: tasks, workers.
//
// Two passes would be exact; one is enough here, as long as a block's declarations are gathered before what is in it is looked at.
import { parseExpressionAt } from 'acorn';
import type { AnyNode } from 'acorn';

/** `arguments` of an arrow function is that of the function around it. */
const ARGUMENTS = 'arguments';

/**
 * The names that `expression`, the text of a function or of an object with one, takes from outside, each once, in order. A
 * name that is only asked for by `typeof` may be missing and is none. Null where the text is none that the parser knows.
 */
export function outerNames(expression: string): string[] | null {
  let tree: AnyNode;
  try {
    tree = parseExpressionAt(expression, 0, { ecmaVersion: 'latest' });
  } catch {
    return null;
  }
  const found = new Set<string>();
  visit(tree, [], found);
  return [...found];
}

type Scopes = readonly ReadonlySet<string>[];

function visit(node: AnyNode, scopes: Scopes, found: Set<string>): void {
  switch (node.type) {
    case 'Identifier':
      if (!scopes.some((names) => names.has(node.name))) found.add(node.name);
      return;
    case 'MemberExpression':
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      visitMember(node, scopes, found);
      return;
    case 'UnaryExpression':
      if (node.operator === 'typeof' && node.argument.type === 'Identifier') return;
      break;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const inside = [...scopes, namesOfFunction(node)];
      for (const part of [...node.params, node.body]) visit(part, inside, found);
      return;
    }
    case 'ClassDeclaration':
    case 'ClassExpression': {
      const name = node.id == null ? [] : [node.id.name];
      visitAll([node.superClass ?? null, node.body], [...scopes, new Set(name)], found);
      return;
    }
    case 'LabeledStatement':
      visit(node.body, scopes, found);
      return;
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
      return;
  }
  const declared = namesOfBlock(node);
  visitAll(childrenOf(node), declared.size === 0 ? scopes : [...scopes, declared], found);
}

function visitAll(nodes: Iterable<AnyNode | null>, scopes: Scopes, found: Set<string>): void {
  for (const node of nodes) if (node !== null) visit(node, scopes, found);
}

/** Its name is no variable, unless it is computed. */
function visitMember(
  node: Extract<
    AnyNode,
    { type: 'MemberExpression' | 'Property' | 'MethodDefinition' | 'PropertyDefinition' }
  >,
  scopes: Scopes,
  found: Set<string>,
): void {
  if (node.type === 'MemberExpression') {
    visit(node.object, scopes, found);
    if (node.computed) visit(node.property, scopes, found);
    return;
  }
  if (node.computed) visit(node.key, scopes, found);
  if (node.value != null) visit(node.value, scopes, found);
}

/** Parameters, `var` wherever it stands, its own name, and `arguments`. */
function namesOfFunction(
  node: Extract<
    AnyNode,
    { type: 'ArrowFunctionExpression' | 'FunctionDeclaration' | 'FunctionExpression' }
  >,
): Set<string> {
  const names = new Set<string>();
  if (node.type !== 'ArrowFunctionExpression') names.add(ARGUMENTS);
  if (node.id != null) names.add(node.id.name);
  for (const param of node.params) addPattern(param, names);
  addVars(node.body, names);
  return names;
}

/** What `let`, `const`, `class` and `function` declare for the statements of a block, and `catch` and `for` for theirs. */
function namesOfBlock(node: AnyNode): Set<string> {
  const names = new Set<string>();
  switch (node.type) {
    case 'BlockStatement':
    case 'StaticBlock':
      for (const statement of node.body) addDeclared(statement, names);
      break;
    case 'SwitchStatement':
      for (const { consequent } of node.cases)
        for (const statement of consequent) addDeclared(statement, names);
      break;
    case 'ForStatement':
      if (node.init != null) addDeclared(node.init, names);
      break;
    case 'ForInStatement':
    case 'ForOfStatement':
      addDeclared(node.left, names);
      break;
    case 'CatchClause':
      if (node.param != null) addPattern(node.param, names);
      break;
  }
  return names;
}

function addDeclared(statement: AnyNode, names: Set<string>): void {
  if (statement.type === 'VariableDeclaration') {
    for (const { id } of statement.declarations) addPattern(id, names);
  } else if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
    if (statement.id !== null) names.add(statement.id.name);
  }
}

/** `var` in any block, down to the next function. A declaration of a function counts as one, for sloppy code's sake. */
function addVars(node: AnyNode, names: Set<string>): void {
  if (node.type === 'FunctionDeclaration') addDeclared(node, names);
  if (isFunction(node)) return;
  if (node.type === 'VariableDeclaration' && node.kind === 'var') addDeclared(node, names);
  for (const child of childrenOf(node)) addVars(child, names);
}

function isFunction({ type }: AnyNode): boolean {
  return (
    type === 'FunctionDeclaration' ||
    type === 'FunctionExpression' ||
    type === 'ArrowFunctionExpression'
  );
}

function addPattern(pattern: AnyNode, names: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern.name);
      break;
    case 'ObjectPattern':
      for (const one of pattern.properties)
        addPattern(one.type === 'Property' ? one.value : one, names);
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element !== null) addPattern(element, names);
      break;
    case 'AssignmentPattern':
      addPattern(pattern.left, names);
      break;
    case 'RestElement':
      addPattern(pattern.argument, names);
      break;
  }
}

function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node) as unknown[]) {
    if (isNode(value)) yield value;
    else if (Array.isArray(value))
      for (const item of value as unknown[]) if (isNode(item)) yield item;
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
