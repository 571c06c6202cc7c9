// Which names a stretch of JavaScript declares for itself. Owns: the scoping rules of declarations.
// Must not know: what the names are used for.
import type { AnyNode } from 'acorn';

/** The names that `node` declares for what is inside it; functions and classes are not asked. */
export function namesDeclaredBy(node: AnyNode): ReadonlySet<string> {
  const names = new Set<string>();
  switch (node.type) {
    case 'BlockStatement':
      return blockNames(node.body);
    case 'StaticBlock':
      for (const statement of node.body) addVarNames(statement, names);
      return new Set([...names, ...blockNames(node.body)]);
    case 'SwitchStatement':
      return blockNames(node.cases.flatMap(({ consequent }) => consequent));
    case 'ForStatement':
      return node.init == null ? names : blockNames([node.init]);
    case 'ForInStatement':
    case 'ForOfStatement':
      return blockNames([node.left]);
    case 'CatchClause':
      if (node.param != null) addPatternNames(node.param, names);
      return names;
    default:
      return names;
  }
}

/** The names that statements declare in the block they stand in: `let`, `const`, `class`, `function`, and their own `var`. */
function blockNames(statements: readonly AnyNode[]): Set<string> {
  const names = new Set<string>();
  for (const statement of statements) {
    if (statement.type === 'VariableDeclaration') {
      for (const { id } of statement.declarations) addPatternNames(id, names);
    } else if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
      if (statement.id != null) names.add(statement.id.name);
    }
  }
  return names;
}

/** Adds the names that are declared by `var` anywhere in `node`, down to the next functions. */
export function addVarNames(node: AnyNode, names: Set<string>): void {
  if (hasOwnVars(node)) return;
  if (node.type === 'VariableDeclaration' && node.kind === 'var') {
    for (const { id } of node.declarations) addPatternNames(id, names);
  }
  for (const child of childrenOf(node)) addVarNames(child, names);
}

function hasOwnVars(node: AnyNode): boolean {
  switch (node.type) {
    case 'ArrowFunctionExpression':
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'StaticBlock':
      return true;
    default:
      return false;
  }
}

/** Adds the names that a pattern binds: `a`, `[a, b = 1]`, `{ a, b: { c }, ...d }`. */
export function addPatternNames(pattern: AnyNode, names: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern.name);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        addPatternNames(property.type === 'Property' ? property.value : property, names);
      }
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element !== null) addPatternNames(element, names);
      break;
    case 'AssignmentPattern':
      addPatternNames(pattern.left, names);
      break;
    case 'RestElement':
      addPatternNames(pattern.argument, names);
      break;
    case 'ParenthesizedExpression':
      addPatternNames(pattern.expression, names);
      break;
  }
}

/** The nodes right below a node, in the order they stand in the text. */
export function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node) as unknown[]) {
    if (isNode(value)) yield value;
    else if (Array.isArray(value))
      for (const item of value as unknown[]) if (isNode(item)) yield item;
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
