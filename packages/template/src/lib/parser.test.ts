import { describe, expect, it } from 'vitest';

import { DictLoader } from './dict-loader.ts';
import { ParseError } from './template-error.ts';
import { Template } from './template.ts';

function render(source: string, names: object = {}): string {
  return new Template(source, { name: 'test.html', whitespace: 'all' }).generate(names).toString();
}

/** What compiling `source` throws. */
function failure(source: string): ParseError {
  try {
    render(source);
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
  throw new Error(`nothing was thrown for ${source}`);
}

describe('tags', () => {
  it.each([
    ['a{{ 1 }}b{% comment x %}c{# y #}d', 'a1bcd'],
    ['{{!x}} {%!x%} {#!x#}', '{{x}} {%x%} {#x#}'],
    ['{{!{{ 1 }}', '{{1'],
    ['{{{ 1 }}}', '{1}'],
    ['{{{{ 1 }}}}', '{{1}}'],
    ['{{{% if 1 %}', null],
    ['{', '{'],
    ['{ { } }} %} #}', '{ { } }} %} #}'],
    ['a{', 'a{'],
    ['{# {{ x }} {% y %} #}', ''],
    ["{{ '%}' }}", '%}'],
  ])('%j renders as %j (TPL-1)', (source, result) => {
    if (result === null) expect(failure(source).message).toContain('Missing end expression');
    else expect(render(source)).toBe(result.replaceAll("'", '&#x27;'));
  });

  it.each([
    ['{{', 'Missing end expression }}'],
    ['{{ 1 }', 'Missing end expression }}'],
    ['{%', 'Missing end block %}'],
    ['{% if x', 'Missing end block %}'],
    ['{#', 'Missing end comment #}'],
    ['{{}}', 'Empty expression'],
    ['{{ }}', 'Empty expression'],
    ['{%  %}', 'Empty block tag ({% %})'],
    ['{% end %}', 'Extra {% end %} block'],
    ['{% if 1 %}', 'Missing {% end %} block for if'],
    ['{% block a %}{% for x in y %}{% end %}', 'Missing {% end %} block for block'],
    ['{% nope x %}', "unknown operator: 'nope'"],
    ['{% constructor %}', "unknown operator: 'constructor'"],
    ["{% it's %}", `unknown operator: "it's"`],
    ['{% else %}', 'else outside if, for, while, try block'],
    ['{% elif x %}', 'elif outside if block'],
    ['{% except %}', 'except outside try block'],
    ['{% finally %}', 'finally outside try block'],
    ['{% block a %}{% else %}', 'else block cannot be attached to block block'],
    ['{% for x in y %}{% elif 1 %}', 'elif block cannot be attached to for block'],
    ['{% if 1 %}{% except %}', 'except block cannot be attached to if block'],
    ['{% apply %}', 'apply missing method name'],
    ['{% block %}', 'block missing name'],
    ['{% extends %}', 'extends missing file path'],
    ['{% include %}', 'include missing file path'],
    ['{% set %}', 'set missing statement'],
    ['{% import %}', 'import missing statement'],
    ['{% from %}', 'import missing statement'],
    ['{% raw %}', 'raw missing expression'],
    ['{% module %}', 'module missing name'],
    ['{% if %}', 'if missing condition'],
    ['{% if 1 %}{% elif %}', 'elif missing condition'],
    ['{% for %}', 'for missing condition'],
    ['{% while %}', 'while missing condition'],
    ['{% autoescape %}', 'autoescape missing function name'],
    ['{% whitespace x %}', 'invalid whitespace mode x'],
    ['{% if 1 %}{% else %}{% elif 1 %}{% end %}', 'elif block in the wrong place'],
    ['{% if 1 %}{% else %}{% else %}{% end %}', 'else block in the wrong place'],
    ['{% try %}{% end %}', 'try block without except or finally'],
    ['{% try %}{% else %}{% end %}', 'else in a try block without except'],
    ['{% try %}{% except %}{% except Error %}{% end %}', 'except behind an except for all errors'],
    ['{% try %}{% finally %}{% except %}{% end %}', 'except block in the wrong place'],
    ['{% try %}{% except %}{% else %}{% except %}{% end %}', 'except block in the wrong place'],
    ['{% if 1 %}{% extends "a" %}{% end %}', 'extends cannot be inside if block'],
    ['{% extends "a" %}{% extends "b" %}', 'extends twice in one file'],
  ])('%j fails: %s (TPL-24)', (source, message) => {
    const error = failure(source);
    expect(error.message).toBe(`${message} at test.html:1`);
    expect(error.code).toBe('ERR_TEMPLATE_SYNTAX');
  });

  it('refuses an empty expression, and an empty raw (TPL-8)', () => {
    expect(() => render('{{ }}')).toThrow('Empty expression');
    expect(() => render('{% raw %}')).toThrow('raw missing expression');
  });

  it('lets a comment hold anything but its end (TPL-30)', () => {
    expect(render(`a{% comment {{ x }} {# " it's { end }} %}b`)).toBe('ab');
    expect(render('a{% comment %}b')).toBe('ab');
  });
});

describe('directives', () => {
  it.each([
    ['{% apply squeeze %} a  b {% end %}', 'a b'],
    ['{% block b %}x{% end %}', 'x'],
    ['{% if a %}1{% elif b %}2{% else %}3{% end %}', '2'],
    ['{% for x in [1, 2] %}{{ x }},{% end %}', '1,2,'],
    ['{% set i = 0 %}{% while i < 3 %}{{ i++ }}{% end %}', '012'],
    ['{% try %}{{ a.b.c }}{% except TypeError %}e{% finally %}f{% end %}', 'ef'],
  ])('with an end: %s gives %s (TPL-2)', (source, result) => {
    expect(render(source, { a: 0, b: 1 })).toBe(result);
  });

  it.each([
    ['{% set x = 4 %}{{ x }}', '4'],
    ["{% raw '<' %}", '<'],
    ['{% comment no end %}x', 'x'],
    ['{% autoescape None %}{{ lt }}', '<'],
    ['{% whitespace oneline %} \n ', ' '],
    ['{% for x in [1, 2, 3] %}{% if x === 2 %}{% break %}{% end %}{{ x }}{% end %}', '1'],
    ['{% for x in [1, 2, 3] %}{% if x === 2 %}{% continue %}{% end %}{{ x }}{% end %}', '13'],
    ['{% module Hi("x") %}', '<hi x>'],
  ])('without an end: %s gives %s (TPL-3)', (source, result) => {
    const names = { lt: '<', _tt_modules: { Hi: (x: string) => `<hi ${x}>` } };
    expect(render(source, names)).toBe(result);
  });

  it('name other files, and import, without an end (TPL-3)', () => {
    const loader = new DictLoader(
      {
        base: '[{% block b %}{% end %}]',
        child: '{% extends "base" %}{% block b %}{% include other %}{% end %}',
        other: '{% import m %}{% from m import f %}{{ m.n }}{{ f() }}',
      },
      { modules: { m: { n: 7, f: () => 8 } } },
    );
    expect(loader.load('child').generate().toString()).toBe('[78]');
  });

  it.each(['{% if\n1 %}{% end %}', '{% if\t1 %}{% end %}', '{% set\nx = 1 %}'])(
    'are split at the first space only: %j (TPL-4)',
    (source) => {
      expect(failure(source).message).toMatch(/^unknown operator: '(if|set)\\[nt]/);
    },
  );

  it('need no space if nothing follows, and take more than one (TPL-4)', () => {
    expect(render('{%if   1%}a{%else%}b{%end%}')).toBe('a');
    expect(render('{% if 1 %}a{% end if %}')).toBe('a');
  });

  it.each(['"b"', "'b'", 'b', `"'b'"`])('take a file name as %s (TPL-4)', (name) => {
    const loader = new DictLoader({ a: `{% include ${name} %}`, b: 'B' });
    expect(loader.load('a').generate().toString()).toBe('B');
  });

  it.each([
    '{% break %}',
    '{% continue %}',
    '{% if 1 %}{% break %}{% end %}',
    '{% for x in [1] %}{% else %}{% break %}{% end %}',
    '{% for x in [1] %}{% end %}{% break %}',
  ])('refuses a jump outside of loops: %s (TPL-16)', (source) => {
    expect(failure(source).message).toMatch(
      /^(break|continue) outside for, while block at test.html:1$/,
    );
  });

  it('lets a jump in the else of an inner loop leave the outer one (TPL-16)', () => {
    const inner = '{% for y in [] %}{% else %}{% break %}{% end %}';
    expect(render(`{% for x in [1, 2] %}{{ x }}${inner}{% end %}`)).toBe('1');
  });

  it.each([
    '{% for x in [1] %}{% apply f %}{% break %}{% end %}{% end %}',
    '{% while 1 %}{% apply f %}{% continue %}{% end %}{% end %}',
  ])('refuses a jump out of an apply: %s (TPL-14, 16)', (source) => {
    expect(failure(source).message).toContain(' outside for, while block');
  });

  it('refuses a jump that a block moves into an apply (TPL-14, 16)', () => {
    const source =
      '{% for x in [1] %}{% apply f %}{% block b %}{% end %}{% end %}' +
      '{% block b %}{% break %}{% end %}{% end %}';
    expect(failure(source).message).toBe('break outside for, while block at test.html:1');
  });

  it('refuses a jump out of an apply with the line that it ends in (TPL-16, 23)', () => {
    const source = '{% for x in [1] %}{% apply f %}{% break\n %}{% end %}{% end %}';
    expect(failure(source).lineno).toBe(2);
  });

  it('refuses a jump that a block moves out of its loop (TPL-16)', () => {
    const source =
      '{% block b %}{% end %}{% for x in [1] %}{% block b %}{% break %}{% end %}{% end %}';
    expect(failure(source).message).toBe('break outside for, while block at test.html:1');
  });
});

describe('the place of an error', () => {
  it('is in the message and in fields (TPL-23)', () => {
    const error = failure('\n\n{% nope %}\n');
    expect(error.message).toBe("unknown operator: 'nope' at test.html:3");
    expect(error).toMatchObject({ name: 'ParseError', filename: 'test.html', lineno: 3 });
  });

  it('is the last line of a tag of several lines (TPL-23)', () => {
    expect(failure('\n{{\n\n}}').lineno).toBe(4);
    expect(failure('{% set x\n = %}').lineno).toBe(2);
  });

  it('is the opening brace of a tag without an end (TPL-23)', () => {
    expect(failure('\n{{ a\n\nb').lineno).toBe(2);
    expect(failure('\n{% a\n\nb').lineno).toBe(2);
    expect(failure('\n{# a\n\nb').lineno).toBe(2);
  });

  it('is behind the last tag for a block without an end (TPL-23)', () => {
    expect(failure('\n{% if 1 %}\n{{ 1 }}\n\n').lineno).toBe(3);
  });
});
