import { compileFunction } from 'node:vm';

import { describe, expect, it } from 'vitest';

import { parseExpression, parseStatement } from './expression.ts';
import { ParseError, TemplateError } from './template-error.ts';
import { Template } from './template.ts';

function render(source: string, names: object = {}): string {
  return new Template(source, { autoescape: null }).generate(names).toString();
}

const NAMES = {
  a: 1,
  b: 2,
  c: 3,
  list: [3, 1, 2],
  obj: { a: 10, b: { c: 20 }, f: (x: number) => x + 1, key: 'a' },
  key: 'b',
  f: (x: number) => x * 2,
  nothing: null,
};

// Each with the names that it cannot do without.
const EXPRESSIONS: readonly (readonly [source: string, needed: string])[] = [
  ['a + b * c', 'a b c'],
  ['obj.a + obj.b.c', 'obj'],
  ['obj[key].c', 'obj key'],
  ['obj.f(a)', 'obj a'],
  ['f(f(a))', 'f a'],
  ['obj?.b?.[key]', 'obj key'],
  ['nothing?.x(c)', 'nothing'],
  ['a || b', 'a'],
  ['nothing ?? b', 'nothing b'],
  ['a ? b : c', 'a b'],
  ['`${a}-${`${b}`}`', 'a b'],
  ['String.raw`\\n${a}`', 'a'],
  ['list.map((x) => x + a).join()', 'list a'],
  ['list.map(x => ({ x, a })).length', 'list a'],
  ['list.map(({ length = a }) => length).join()', 'list a'],
  ['list.map(function a(x) { return typeof a + arguments.length }).join()', 'list'],
  ['[...list].sort((a, b) => a - b).join()', 'list'],
  ['(() => { let a = 5; { const b = a; return b + c } })()', 'c'],
  ['(() => { var x = 0; for (const a of list) x += a; return x + a })()', 'list a'],
  ['(() => { for (var i = 0; i < 3; i++); return i + a })()', 'a'],
  ['(() => { (() => { var a = 1; return a })(); return a })()', 'a'],
  ['(() => { if (a) { var z = b } return z })()', 'a b'],
  [
    '(() => { x: for (const k in obj) { continue x } return h(); function h() { return a } })()',
    'obj a',
  ],
  ['(() => { let x = a; try { throw x } catch (b) { return b } })()', 'a'],
  [
    '(() => { const x = [a]; try { throw x } catch ([b, { y = c } = {}]) { return b + y } })()',
    'a c',
  ],
  ['(() => { switch (a) { case 1: let b = 7; return b } })()', 'a'],
  [
    'new (class a { b = b; static c() { return typeof a } get [key + 1]() { return c } })().b',
    'b key',
  ],
  ['(class { static { var a = 1; this.z = a + b } }).z', 'b'],
  ['Object.keys({ a, b: c, [key]: 1, f() { return a } }).join()', 'a c key'],
  ['((x, y = x + a, ...[z = b]) => x + y + z)(1)', 'a b'],
  ['(([x, , ...y], { p: { q = c } = {} }) => x + y + q)(list, {})', 'list c'],
  ['/a{2}[/]/.test("aa/") + a / b / c', 'a b c'],
  ['"a b" + \'c\' + a', 'a'],
  ['a /* b */ + // c\n b', 'a b'],
  ['typeof a + typeof (b)', ''],
  ['(a, b)', 'a b'],
  ['(0, obj.f)(a)', 'obj a'],
  ['[1, 2, a].includes(a) && !(a in obj)', 'a obj'],
  ['(function () { return new.target === undefined })() + a', 'a'],
  ['((x) => { [x.y, x.z = a] = [1]; return x.y + x.z })({})', 'a'],
  ['((x) => { let y; ({ y = a, ...x.rest } = { q: b }); return y + x.rest.q })({})', 'a b'],
  ['((x) => { for (x.k of list); for (x.j in obj); return x.k + x.j })({})', 'list obj'],
  ['(() => { let x; for (x of list); return x })()', 'list'],
  ['((a) => (b) => (c) => a + b + c)(1)(2)(key)', 'key'],
  ['[undefined, NaN, Infinity, null, true, a].join()', 'a'],
  ['Math.max(...list) + parseInt("3") + JSON.stringify(obj.b)', 'list obj'],
  ['(async () => { await nothing; for await (const x of b) c }) instanceof Object', ''],
  ['(function* () { yield* list })().next().value', 'list'],
  ['a ** -b + +!c', 'a b c'],
];

describe('expressions', () => {
  it.each(EXPRESSIONS)('%s has the value that JavaScript gives it (TPL-5)', (source) => {
    const evaluate = compileFunction(`"use strict"; return (${source}\n)`, Object.keys(NAMES));
    const value: unknown = Reflect.apply(evaluate, undefined, Object.values(NAMES));
    expect(render(`{{ ${source} }}`, NAMES)).toBe(String(value));
  });

  it.each(EXPRESSIONS)(
    '%s fails without the names it needs, and only then (TPL-6)',
    (source, list) => {
      const template = new Template(`{{ ${source} }}`, { autoescape: null });
      const needed = list.split(' ');
      for (const name of Object.keys(NAMES)) {
        const names = Object.fromEntries(Object.entries(NAMES).filter(([other]) => other !== name));
        const generate = () => template.generate(names);
        if (needed.includes(name)) expect(generate).toThrow(new RegExp(`^${name} is not defined$`));
        else expect(generate).not.toThrow();
      }
    },
  );

  it.each([
    'a +',
    'a b',
    'a) + (b',
    'a; b',
    'a); (b',
    'a) // b',
    'a); /*',
    'a }',
    'x = ',
    'if (a) b',
    'for x in',
    'a, b',
    'this is wrong',
    'await a',
    'import.meta',
    'yield',
    'let',
    "'",
    '`',
    '/',
    '// nothing',
    'super.x',
    'not a',
    'a and b',
    'delete a',
    'with (a) b',
    '010',
  ])('%s is none, and an error with its place (TPL-5, 23)', (source) => {
    expect(() => render(`\n{{ ${source} }}`)).toThrow(
      expect.objectContaining({
        code: 'ERR_TEMPLATE_EXPRESSION',
        lineno: 2,
        message: expect.stringContaining('invalid expression') as string,
      }),
    );
  });

  it('says what is wrong, and where (TPL-23)', () => {
    expect(() => render('{{ user. }}')).toThrow(
      new ParseError("invalid expression 'user.': Unexpected token", '<string>', 1, {
        code: 'ERR_TEMPLATE_EXPRESSION',
      }),
    );
    expect(() => render(`{{ ${'x'.repeat(100)} y }}`)).toThrow(`'${'x'.repeat(80)}...'`);
  });

  it('end at the first two braces (TPL-1)', () => {
    expect(() => render('{{ {a: {b: 1}}.a.b }}')).toThrow(ParseError);
    expect(render('{{ {a: {b: 1} }.a.b }}')).toBe('1');
  });

  it('have no this', () => {
    expect(render('{{ this === undefined }}')).toBe('true');
    expect(render('{{ [1].map(function () { return this })[0] === undefined }}')).toBe('true');
  });

  it('may go on over several lines, strings too', () => {
    expect(render('{{ [1,\n2\r\n,3].length + `\n\u2028` }}')).toBe('3\n\u2028');
  });
});

describe('for', () => {
  const pairs = { pairs: new Map([['k', { n: 1 }]]), o: {} };

  it.each([
    ['{% for x in "ab" %}{{ x }};{% end %}', 'a;b;'],
    ['{% for [k, v] in pairs %}{{ k }}{{ v.n }}{% end %}', 'k1'],
    ['{% for k, v in pairs %}{{ k }}{{ v.n }}{% end %}', 'k1'],
    ['{% for k, { n } in pairs %}{{ k }}{{ n }}{% end %}', null],
    ['{% for { n, m = 2 } in pairs.values() %}{{ n }}{{ m }}{% end %}', '12'],
    ['{% for x of [1, 2] %}{{ x }}{% end %}', '12'],
    ['{% for o.x in [1] %}{{ o.x }}{% end %}', '1'],
    ['{% for (x) in [1] %}{{ x }}{% end %}', '1'],
    ['{% for x in [1] %}{% end %}{{ x }}', '1'],
  ])('iterates over values: %s (TPL-5)', (source, result) => {
    if (result === null) expect(() => render(source, pairs)).toThrow(ParseError);
    else expect(render(source, pairs)).toBe(result);
  });

  it.each([
    'x',
    'x in',
    'in y',
    'x in a, b',
    'let x in y',
    'x in a) for (y in b',
    'x in a); (b',
    'x in a; x; x',
    'x + 1 in y',
    '_tt_x in y',
  ])('refuses %s', (head) => {
    expect(() => render(`{% for ${head} %}{% end %}`)).toThrow(
      expect.objectContaining({ code: 'ERR_TEMPLATE_EXPRESSION' }),
    );
  });

  it('fails for what has no values', () => {
    expect(() => render('{% for x in o %}{% end %}', pairs)).toThrow(TypeError);
  });
});

describe('set', () => {
  it.each([
    ['{% set x = 1 %}{{ x }}', '1'],
    ['{% set [x, y] = [1, 2] %}{{ y }}{{ x }}', '21'],
    ['{% set { a, b: { c } } = o %}{{ a }}{{ c }}', '12'],
    ['{% set x = 1, y = 2 %}{{ x + y }}', '3'],
    ['{% set x = y = 3 %}{{ x + y }}', '6'],
    ['{% set n = n + 1 %}{{ n }}', '6'],
    ['{% set n += 2 %}{{ n }}', '7'],
    ['{% set n++ %}{{ n }}', '6'],
    ['{% set n ??= 9 %}{{ n }}', '5'],
    ['{% set o.z = 8 %}{{ o.z }}', '8'],
    ['{% set list.push(3) %}{{ list.length }}', '1'],
    ['{% if 1 %}{% set x = 1 %}{% end %}{{ x }}', '1'],
    ['{% set f = () => x + 1 %}{% set x = 1 %}{{ f() }}', '2'],
    ['{% set fact = (k) => k ? k * fact(k - 1) : 1 %}{{ fact(4) }}', '24'],
    ['{{ (x = 4) + x }}', '8'],
    ['{% set squeeze = 1 %}{{ squeeze }}', '1'],
  ])('%s gives %s (TPL-5)', (source, result) => {
    const names = { n: 5, o: { a: 1, b: { c: 2 } }, list: [] };
    expect(render(source, names)).toBe(result);
    expect(names.n).toBe(5);
  });

  it('does not take a comma for a tuple', () => {
    expect(() => render('{% set a, b = 1, 2 %}')).toThrow('put it in [brackets]');
  });
});

describe('names', () => {
  it('are those of locals, then arguments, then the namespace, then built-ins (TPL-6)', () => {
    const loader = {
      ...{ autoescape: null, whitespace: null, modules: {}, logger: null },
      namespace: { a: 'space', b: 'space', squeeze: 'space' },
      load: () => new Template(''),
    };
    const source = '{{ a }} {{ b }} {{ squeeze }} {{ linkify("x") }} {% set a = 1 %}{{ a }}';
    const template = new Template(source, { loader });
    expect(template.namespace).toBe(loader.namespace);
    expect(template.generate({ a: 'argument' }).toString()).toBe('argument space space x 1');
  });

  it('of the namespace are looked up at each call (TPL-6)', () => {
    const namespace: Record<string, unknown> = {};
    const loader = {
      ...{ autoescape: null, whitespace: null, modules: {}, logger: null, namespace },
      load: () => new Template(''),
    };
    const template = new Template('{{ a }}', { loader });
    expect(() => template.generate()).toThrow('a is not defined');
    namespace['a'] = 1;
    expect(template.generate().toString()).toBe('1');
  });

  it.each([
    ["escape('<')", '&lt;'],
    ["xhtml_escape('<')", '&lt;'],
    ["xhtmlEscape('<')", '&lt;'],
    ["url_escape('a b')", 'a+b'],
    ["urlEscape('a b')", 'a+b'],
    ['json_encode([1, 2])', '[1, 2]'],
    ['jsonEncode([1, 2])', '[1, 2]'],
    ["squeeze(' a  b ')", 'a b'],
    ["linkify('www.a.com')", '<a href="http://www.a.com">www.a.com</a>'],
    ['new datetime(0).getTime()', '0'],
    ['Math.max(1, 2)', '2'],
    ['[...new Set([1, 1])].length', '1'],
  ])('%s is built in (TPL-6)', (source, result) => {
    expect(render(`{{ ${source} }}`)).toBe(result);
  });

  it.each([
    'process',
    'globalThis',
    'require',
    'fetch',
    'Function',
    'toString',
    'constructor',
    '__proto__',
  ])('do not include %s (TPL-6)', (name) => {
    expect(() => render(`{{ ${name} }}`)).toThrow(
      expect.objectContaining({
        code: 'ERR_TEMPLATE_UNKNOWN_NAME',
        message: `${name} is not defined`,
      }),
    );
  });

  it('may be those that every object has, and non-ASCII ones (TPL-6)', () => {
    expect(render('{{ constructor }}{{ é }}{{ $ }}', { constructor: 1, é: 2, $: 3 })).toBe('123');
  });

  it('may be inherited, and are read once, and only if they are used (TPL-6)', () => {
    let reads = 0;
    class Names {
      get a(): number {
        return ++reads;
      }
      get b(): never {
        throw new Error('read');
      }
    }
    expect(render('{{ a }}{{ a }}', new Names())).toBe('11');
  });

  it('may stand for undefined (TPL-6)', () => {
    expect(render('{{ x }}', { x: undefined })).toBe('undefined');
  });

  it('that are unknown fail only where they are read (TPL-6)', () => {
    expect(render('{% if 0 %}{{ nope }}{% end %}{{ 1 || nope }}{{ typeof nope }}')).toBe(
      '1undefined',
    );
    expect(() => render('{{ typeof nope }}{{ nope }}')).toThrow(TemplateError);
    expect(() => render('{% set f = () => nope %}{{ f() }}')).toThrow('nope is not defined');
    expect(() => render('{% set nope += 1 %}')).toThrow('nope is not defined');
    expect(() => render('{{ 1 && nope++ }}')).toThrow('nope is not defined');
    expect(() => render('{{ 1 && (nope += nope2) }}', { nope: 1 })).toThrow('nope2 is not');
    expect(render('{{ 1 && (n += 1) }}{{ n }}', { n: 1 })).toBe('22');
  });

  it('that may not have been set are checked, too (TPL-6)', () => {
    const source = '{% if a %}{% set x = 1 %}{% end %}{{ x }}';
    expect(render(source, { a: true })).toBe('1');
    expect(render(source, { a: false, x: 2 })).toBe('2');
    expect(() => render(source, { a: false })).toThrow('x is not defined');
    expect(() => render('{% for y in [] %}{% end %}{{ y }}')).toThrow('y is not defined');
    expect(() => render('{% try %}{{ z }}{% except %}{{ z }}{% end %}')).toThrow('z is not');
  });

  it.each(['_tt_text', '_tt_modules = 1', '(_tt_x) => 1', 'x._tt_x + _tt_no', '{ _tt_x }'])(
    'of the generated code cannot be used: %s (TPL-6)',
    (source) => {
      expect(() => render(`{% set y = ${source} %}`)).toThrow(/the name _tt_\w+ is reserved/);
    },
  );

  it.each(['arguments', 'eval("1")', 'undefined = 1', 'NaN++'])('cannot be used: %s', (source) => {
    expect(() => render(`{{ ${source} }}`)).toThrow(ParseError);
  });
});

describe('parseExpression', () => {
  it('gives the text without what is around it', () => {
    expect(parseExpression(' a + b // c').source).toBe('a + b');
    expect(parseStatement('x = 1 ').uses).toEqual([
      { name: 'x', kind: 'write', start: 0, end: 1, isConditional: false },
    ]);
  });
});
