import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DictLoader } from './loader.ts';
import { Template } from './template.ts';
import type { SingleTemplateOptions } from './template.ts';

function render(
  source: string,
  names: Record<string, unknown> = {},
  options: SingleTemplateOptions = {},
): string {
  return new Template(source, options).generate(names).toString();
}

describe('syntax', () => {
  it.each([
    ['{{ 1 + 1 }}', '2'],
    ['a{# no #}b', 'ab'],
    ['{{! x }} {%! y %} {#! z #}', '{{ x }} {% y %} {# z #}'],
    ['{{{x}}}', '{7}'],
    ['{', '{'],
    ['a { b } c', 'a { b } c'],
  ])('%s prints %s (TPL-1)', (source, expected) => {
    expect(render(source, { x: 7 })).toBe(expected);
  });

  it.each([
    ['{% if n > 1 %}a{% elif n == 1 %}b{% else %}c{% end %}', 'b'],
    ['{% for v in [1, 2] %}{{ v }};{% end %}', '1;2;'],
    ['{% set i = 0 %}{% while i < 3 %}{{ i }}{% set i = i + 1 %}{% end %}', '012'],
    ['{% block x %}in{% end %}', 'in'],
    ['{% apply upper %}a{{ n }}{% end %}', 'A1'],
    ['{% try %}{{ n.x.y }}{% except %}e{% end %}', 'e'],
  ])('%s prints %s (TPL-2)', (source, expected) => {
    expect(render(source, { n: 1, upper: (text: Buffer) => text.toString().toUpperCase() })).toBe(
      expected,
    );
  });

  it.each([
    ['{% set x = 3 %}{{ x }}', '3'],
    ['{% raw "<b>" %}', '<b>'],
    ['{% autoescape None %}{{ "<b>" }}', '<b>'],
    ['{% whitespace oneline %}a \n b', 'a b'],
    ['{% for v in [1,2,3] %}{% if v == 2 %}{% continue %}{% end %}{{ v }}{% end %}', '13'],
    ['{% for v in [1,2,3] %}{% if v == 2 %}{% break %}{% end %}{{ v }}{% end %}', '1'],
  ])('%s prints %s (TPL-3)', (source, expected) => {
    expect(render(source)).toBe(expected);
  });

  it('separates a directive from the rest at a space, and takes either quotes around a name (TPL-4)', () => {
    const loader = new DictLoader({
      a: `{% include "b" %}{% include 'b' %}{% include b %}`,
      b: 'x',
    });
    expect(loader.load('a').generate().toString()).toBe('xxx');
    expect(() => render('{% if\n1 %}{% end %}')).toThrow('unknown operator');
  });

  it('takes JavaScript expressions, goes over values and destructures (TPL-5)', () => {
    const names = {
      pairs: [
        ['a', 1],
        ['b', 2],
      ],
    };
    expect(render('{% for [k, v] in pairs %}{{ `${k}=${v}` }} {% end %}', names)).toBe('a=1 b=2 ');
    expect(render('{% set [a, b] = [1, 2] %}{{ a + b }}')).toBe('3');
    expect(render('{% set f = (x) => x * 2 %}{{ f(4) }}')).toBe('8');
  });

  it('imports only what it was given (TPL-5)', () => {
    const modules = { math: { pi: 3 } };
    expect(render('{% import math %}{{ math.pi }}', {}, { modules })).toBe('3');
    expect(render('{% from math import pi as p %}{{ p }}', {}, { modules })).toBe('3');
    expect(() => render('{% import fs %}')).toThrow('No module named fs');
  });

  it('takes a comment directive up to its end (TPL-30)', () => {
    expect(render('a{% comment {{ x }} if for %}b')).toBe('ab');
  });

  it('gives loops an else for when nothing broke out (TPL-27)', () => {
    const source = '{% for v in xs %}{% if v == 1 %}{% break %}{% end %}{% else %}none{% end %}';
    expect([render(source, { xs: [1] }), render(source, { xs: [2] })]).toEqual(['', 'none']);
    expect(render('{% while false %}{% else %}done{% end %}')).toBe('done');
  });

  it('keeps the order of try, except, else and finally (TPL-35)', () => {
    const source =
      '{% try %}{{ f() }}{% except TypeError as e %}T:{{ e.message }}{% except %}other{% else %}E{% finally %}F{% end %}';
    const thrower = (error: Error) => () => {
      throw error;
    };
    expect(render(source, { f: () => 'ok' })).toBe('okEF');
    expect(render(source, { f: thrower(new TypeError('t')) })).toBe('T:tF');
    expect(render(source, { f: thrower(new RangeError('r')) })).toBe('otherF');
    expect(
      render(
        '{% if true %}{% else %}{% end %}{% for a in [] %}{% end %}{% try %}{% finally %}{% end %}',
      ),
    ).toBe('');
  });
});

describe('names', () => {
  it('are looked up in locals, arguments, namespace, built-ins, in this order (TPL-6)', () => {
    const options = { namespace: { a: 'namespace', b: 'namespace', squeeze: 'namespace' } };
    const source =
      '{% set a = "local" %}{{ a }} {{ b }} {{ c }} {{ squeeze }} {{ json_encode([1]) }} {{ jsonEncode(1) }}';
    expect(render(source, { a: 'argument', b: 'argument', c: 'argument' }, options)).toBe(
      'local argument argument namespace [1] 1',
    );
    expect(() => render('{{ nowhere }}')).toThrow(ReferenceError);
  });

  it('set in an apply stay in it (TPL-14)', () => {
    const source = '{% set x = 1 %}{% apply id %}{% set y = 2 %}{{ x + y }}{% end %}{{ typeof y }}';
    expect(render(source, { id: (text: Buffer) => text })).toBe('3undefined');
  });

  it('reach modules through _tt_modules (TPL-15)', () => {
    const names = { _tt_modules: { Entry: (text: string) => `<i>${text}</i>` } };
    expect(render('{% module Entry("a") %}', names)).toBe('<i>a</i>');
  });
});

describe('output', () => {
  it('is UTF-8; bytes and text go through, other values become text (TPL-7, 33)', () => {
    const source = Buffer.from('ü{{ text }}{{ bytes }}{{ number }}{{ nothing }}');
    const names = { text: 'é', bytes: Buffer.from('ö'), number: 1.5, nothing: null };
    expect(new Template(source).generate(names)).toEqual(Buffer.from('üéö1.5null'));
  });

  it('of an escaping function is taken as it is; it is given bytes (TPL-7, 10)', () => {
    const names = { mark: (bytes: Buffer) => `[${bytes.toString()}]`, x: 'a' };
    expect(render('{% autoescape mark %}{{ x }}', names)).toBe('[a]');
    expect(() => render('{% autoescape nowhere %}{{ 1 }}')).toThrow(ReferenceError);
  });

  it('is escaped but for raw and module; an empty expression is an error (TPL-8)', () => {
    expect(render('{{ x }}{% raw x %}', { x: '<&"\'>' })).toBe('&lt;&amp;&quot;&#x27;&gt;<&"\'>');
    expect(() => render('{{ }}')).toThrow('Empty expression');
  });

  it('is the same however often and interleaved it is made (TPL-34)', () => {
    const template = new Template('{% set n = n + 1 %}{{ n }}{% raw again() %}');
    const inner = (): string => template.generate({ n: 10, again: () => '' }).toString();
    expect(template.generate({ n: 1, again: inner }).toString()).toBe('211');
    expect(template.generate({ n: 1, again: inner }).toString()).toBe('211');
  });

  it('of text without braces is that text, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const source = text.replaceAll('{', '').toWellFormed();
        expect(render(source)).toBe(source);
      }),
    );
  });
});

describe('white space', () => {
  const source = '   \n\t\n asdf\t   ';
  it('is kept or not by the name of the file (TPL-18, 28)', () => {
    expect(render(source, {}, { name: 'foo.html' })).toBe('\nasdf ');
    expect(render(source, {}, { name: 'foo.txt' })).toBe(source);
    expect(render(source, {}, { name: 'foo.txt', whitespace: 'single' })).toBe('\nasdf ');
    expect(render(source, {}, { name: 'foo.html', whitespace: 'oneline' })).toBe(' asdf ');
  });

  it('changes its rule for the rest of the file, not for included ones (TPL-18)', () => {
    const loader = new DictLoader({
      'a.txt': '{% whitespace oneline %}a  b{% include "b.txt" %}{% whitespace all %}c  d',
      'b.txt': 'x  y',
    });
    expect(loader.load('a.txt').generate().toString()).toBe('a bx  yc  d');
  });

  it('in text with <pre> is never touched (TPL-18)', () => {
    expect(render('<pre>  a\n\n  b</pre>', {}, { name: 'a.html' })).toBe('<pre>  a\n\n  b</pre>');
  });

  it('is filtered in each piece of text by itself (TPL-20)', () => {
    expect(render('a  {{ 1 }}  b', {}, { name: 'a.html' })).toBe('a 1 b');
  });

  it('has three modes, and no other (TPL-17)', () => {
    expect(() => render('{% whitespace nope %}a')).toThrow('invalid whitespace mode nope');
  });
});

describe('errors', () => {
  it.each([
    ['{{', 'Missing end expression }}', 1],
    ['\n{% if x %}\n{{ 1', 'Missing end expression }}', 3],
    ['{%', 'Missing end block %}', 1],
    ['{#', 'Missing end comment #}', 1],
    ['{% %}', 'Empty block tag ({% %})', 1],
    ['{% end %}', 'Extra {% end %} block', 1],
    ['{% if x %}', 'Missing {% end %} block for if', 1],
    ['{% nope %}', "unknown operator: 'nope'", 1],
    ['{% else %}', 'else outside if, for, while, try block', 1],
    ['{% for a in b %}{% elif %}{% end %}', 'elif block cannot be attached to for block', 1],
    ['{% apply %}{% end %}', 'apply missing method name', 1],
    ['{% block %}{% end %}', 'block missing name', 1],
    ['{% extends %}', 'extends missing file path', 1],
    ['{% include %}', 'include missing file path', 1],
    ['{% set %}', 'set missing statement', 1],
    ['{% import %}', 'import missing statement', 1],
    ['a\n{{\n}}', 'Empty expression', 3],
  ])('in %j are "%s" at line %i (TPL-23, 24)', (source, message, line) => {
    expect(() => new Template(source, { name: 'x.html' })).toThrow(
      expect.objectContaining({
        message: `${message} at x.html:${line}`,
        filename: 'x.html',
        lineno: line,
        code: 'ERR_PARSE',
      }) as Error,
    );
  });

  it.each([
    '{% break %}',
    '{% continue %}',
    '{% for a in b %}{% apply f %}{% break %}{% end %}{% end %}',
  ])('come of %s outside a loop (TPL-14, 16)', (source) => {
    expect(() => render(source)).toThrow('outside for, while block');
  });

  it('in an expression log the numbered code once, and are thrown (TPL-26)', () => {
    const logged: string[] = [];
    const logger = { error: (message: string) => logged.push(message) };
    expect(() => render('a\n{{ 1 + }}', {}, { logger })).toThrow(
      expect.objectContaining({ code: 'ERR_COMPILE' }) as Error,
    );
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(/^ +\d+ {2}_tt_out \+= "a\\n"/m);
  });

  it('at run time show the line of the template (TPL-25)', () => {
    const template = new Template('first\n{{ x.y }}', { name: 'test.html' });
    expect(() => template.generate({ x: null })).toThrow(
      expect.objectContaining({
        stack: expect.stringContaining('# test.html:2') as string,
      }) as Error,
    );
  });

  it('at run time show by way of which files (TPL-25)', () => {
    const loader = new DictLoader({
      'a.html': '{% include "b.html" %}',
      'b.html': '{% include "c.html" %}',
      'c.html': '{{ x.y }}',
      'base.html': 'a\n{% block m %}{% end %}',
      'child.html': '{% extends "base.html" %}\n{% block m %}{{ x.y }}{% end %}',
    });
    const stackOf = (name: string): string => {
      try {
        loader.load(name).generate({ x: null });
      } catch (error) {
        return error instanceof Error ? (error.stack ?? '') : '';
      }
      return '';
    };
    expect(stackOf('a.html')).toContain('# c.html:1 (via b.html:1, a.html:1)');
    expect(stackOf('child.html')).toContain('# child.html:2 (via base.html:2)');
  });
});

describe('large and nested templates', () => {
  it('are compiled in linear time', () => {
    const begin = performance.now();
    render('{{ 1 }}x\n'.repeat(5_000));
    render('{ '.repeat(100_000));
    new Template(`${'{% if true %}'.repeat(300)}${'{% end %}'.repeat(300)}`);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});
