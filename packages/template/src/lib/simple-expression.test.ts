import fc from 'fast-check';
import { parse } from 'acorn';
import { describe, expect, it } from 'vitest';

import { parseExpression, parseLocal, parseLoopHead } from './expression.ts';
import { findNameUses, findTargetUses } from './name-uses.ts';
import { simpleExpression, simpleLoopHead, simpleTarget } from './simple-expression.ts';

const OPTIONS = { ecmaVersion: 'latest', sourceType: 'script' } as const;
const WORDS = [
  ...'a row $x _y async await of in let static yield new this null true import super class typeof'.split(
    ' ',
  ),
  ...'undefined NaN arguments eval void delete interface constructor __proto__ get set enum'.split(
    ' ',
  ),
];
const word = fc.constantFrom(...WORDS);

/** The one expression that `text` is in strict code. */
function tree(text: string): ReturnType<typeof parse>['body'][number] | undefined {
  return parse(`"use strict";${text}`, OPTIONS).body[1];
}

describe('simple expressions', () => {
  it('are what the parser of the whole language makes of them', () => {
    const path = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('.'));
    fc.assert(
      fc.property(path, (source) => {
        const simple = simpleExpression(source);
        if (simple === null) return;
        const statement = tree(source);
        const node = statement?.type === 'ExpressionStatement' ? statement.expression : undefined;
        if (node === undefined) throw new Error(`${source} is no expression`);
        expect(simple.uses).toEqual(findNameUses(node));
        expect(simple.isMember).toBe(node.type === 'MemberExpression');
      }),
    );
  });

  it('are assigned to as the parser says', () => {
    fc.assert(
      fc.property(word, (source) => {
        const simple = simpleTarget(source);
        if (simple === null) return;
        const statement = tree(`(${source} = 0)`);
        const node = statement?.type === 'ExpressionStatement' ? statement.expression : undefined;
        if (node?.type !== 'AssignmentExpression') throw new Error(`${source} is no target`);
        expect(simple.uses).toEqual(findTargetUses(node.left));
      }),
    );
  });

  it.each(['this', 'null.x', 'new.target', 'import.meta', 'let', '_tt_text', 'a..b', 'a b', '1.x'])(
    '%s is none',
    (source) => {
      expect(simpleExpression(source)).toBeNull();
    },
  );

  it.each(['x in', 'x in y.', 'x, y in z', 'this in x', 'x in this', '_tt_x in y', 'x.y in z'])(
    '%s is no simple head of a loop',
    (source) => {
      expect(simpleLoopHead(source)).toBeNull();
    },
  );

  it('stand for themselves', () => {
    expect(parseExpression('row.name').source).toBe('row.name');
    expect(parseLocal('row').source).toBe('row');
    expect(parseLoopHead('row in page.rows').values.source).toBe('page.rows');
  });
});
