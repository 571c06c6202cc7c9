// The JavaScript inside tags. Owns: what is accepted as an expression, and where its names are.
// Must not know: what the names stand for, or where the code goes.
import { parse, type AnyNode } from 'acorn';

import { findNameUses, findTargetUses } from './name-uses.ts';
import type { Expression, LoopHead } from './parsed-expression.ts';
import { simpleExpression, simpleLoopHead, simpleTarget } from './simple-expression.ts';

/**
 * An expression. A comma at its top level is refused: in Python it makes a tuple, here it would drop a value.
 *
 * @throws SyntaxError
 */
export function parseExpression(source: string): Expression {
  const simple = simpleExpression(source);
  if (simple !== null) return simple;
  const { text, node } = parseInParentheses(source);
  if (node.type === 'SequenceExpression') throw new SyntaxError(NO_TUPLES);
  return expressionAt(text, node);
}

const NO_TUPLES = 'a comma makes no list here: put it in [brackets]';

/**
 * What stands behind `set`: assignments, separated by commas, or an expression for its effect.
 *
 * @throws SyntaxError
 */
export function parseStatement(source: string): Expression {
  const { text, node } = parseInParentheses(source);
  if (node.type === 'SequenceExpression' && !node.expressions.every(isAssignment)) {
    throw new SyntaxError(NO_TUPLES);
  }
  return expressionAt(text, node);
}

function isAssignment(node: AnyNode): boolean {
  return node.type === 'AssignmentExpression';
}

/**
 * The types that an `except` catches: `TypeError`, or `(TypeError, RangeError)` as in Python.
 *
 * @throws SyntaxError
 */
export function parseErrorTypes(source: string): Expression {
  const isTuple = source.startsWith('(') && source.endsWith(')');
  return parseExpression(isTuple ? `[${source.slice(1, -1)}]` : source);
}

/**
 * A single name that is assigned to.
 *
 * @throws SyntaxError
 */
export function parseLocal(name: string): Expression {
  const simple = simpleTarget(name);
  if (simple !== null) return simple;
  const { node } = parseInParentheses(`${name} = 0`);
  const target = node.type === 'AssignmentExpression' ? node.left : node;
  if (target.type !== 'Identifier' || target.end - target.start !== name.length) {
    throw new SyntaxError(`${name} is no name`);
  }
  return { source: name, uses: findTargetUses(target), isMember: false };
}

const BARE_TARGETS = /^((?:[\p{ID_Continue}$]+\s*,\s*)+[\p{ID_Continue}$]+)(?=\s+(?:in|of)\s)/u;

/**
 * What stands behind `for`: `x in values`, `[a, b] in values`, `{ a, b } in values`, and as in Python `a, b in values`.
 * It is about values always (TPL-5), so `of` means the same.
 *
 * @throws SyntaxError
 */
export function parseLoopHead(source: string): LoopHead {
  const simple = simpleLoopHead(source);
  if (simple !== null) return simple;
  const text = `${STRICT}for (${source.replace(BARE_TARGETS, '[$1]')}\n);`;
  const [, loop, more] = parseStrict(text);
  const isLoop = loop?.type === 'ForInStatement' || loop?.type === 'ForOfStatement';
  // `x in a) for (y in b` is a loop, too, but not one that `source` is the head of.
  if (!isLoop || more !== undefined || loop.body.start !== text.length - 1) {
    throw new SyntaxError('expected "NAME in EXPRESSION"');
  }
  const { left, right } = loop;
  if (left.type === 'VariableDeclaration') throw new SyntaxError(`${left.kind} is not wanted here`);
  if (right.type === 'SequenceExpression') throw new SyntaxError(NO_TUPLES);
  const target = text.slice(left.start, left.end);
  return {
    target: { source: target, uses: findTargetUses(left), isMember: false },
    values: expressionAt(text, right),
  };
}

const STRICT = '"use strict";';

/** The tree of `source`, and the text that its places are in. */
function parseInParentheses(source: string): { readonly text: string; readonly node: AnyNode } {
  const text = `${STRICT}(${source}\n)`;
  const [, statement, more] = parseStrict(text);
  if (statement?.type === 'ExpressionStatement' && more === undefined) {
    const { expression } = statement;
    // `a) + (b` becomes an expression, too, but not one in parentheses.
    if (expression.type === 'ParenthesizedExpression') return { text, node: expression.expression };
  }
  throw new SyntaxError('not an expression');
}

function expressionAt(text: string, node: AnyNode): Expression {
  const isMember = node.type === 'MemberExpression' || node.type === 'ChainExpression';
  return { source: text.slice(node.start, node.end), uses: findNameUses(node), isMember };
}

const OPTIONS = { ecmaVersion: 'latest', sourceType: 'script', preserveParens: true } as const;

function parseStrict(text: string): readonly AnyNode[] {
  try {
    return parse(text, OPTIONS).body;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    // The place is one in the text that was made up here.
    throw new SyntaxError(cause.message.replace(/ \(\d+:\d+\)$/, ''), { cause });
  }
}
