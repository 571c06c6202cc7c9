import { describe, expect, it } from 'vitest';

import { DictLoader } from './dict-loader.ts';
import type { LoaderOptions } from './loader.ts';
import { Template } from './template.ts';

function render(
  sources: Record<string, string>,
  name: string,
  names: object = {},
  options: LoaderOptions = {},
): string {
  return new DictLoader(sources, options).load(name).generate(names).toString();
}

describe('extends', () => {
  it('leaves nothing of the child but its blocks (TPL-11)', () => {
    const sources = {
      base: '<{% block a %}A{% end %}|{% block b %}B{% end %}>',
      child: 'x{% extends "base" %}y{{ nope }}{% block b %}b{% end %}z',
    };
    expect(render(sources, 'child')).toBe('<A|b>');
    expect(render(sources, 'base')).toBe('<A|B>');
  });

  it('goes over several generations (TPL-11)', () => {
    const sources = {
      base: '{% block a %}1{% end %}{% block b %}1{% end %}{% block c %}1{% end %}',
      middle: '{% extends base %}{% block a %}2{% end %}{% block b %}2{% end %}',
      child: '{% extends middle %}{% block a %}3{% end %}',
    };
    expect(render(sources, 'child')).toBe('321');
  });

  it('resolves names relative to the child (TPL-11, 31)', () => {
    const sources = {
      'a/child': '{% extends "../b/middle" %}{% block x %}X{% end %}',
      'b/middle': '{% extends "base" %}',
      'b/base': '[{% block x %}{% end %}]',
    };
    expect(render(sources, 'a/child')).toBe('[X]');
  });

  it.each(['extends', 'include'])('needs a loader (%s) (TPL-11)', (directive) => {
    expect(() => new Template(`\n{% ${directive} "base" %}`)).toThrow(
      expect.objectContaining({
        code: 'ERR_TEMPLATE_NO_LOADER',
        message: `{% ${directive} %} block found, but no template loader at <string>:2`,
      }),
    );
  });
});

describe('block', () => {
  it('may stand in another, and each can be overridden (TPL-12)', () => {
    const base = '{% block a %}<{% block b %}B{% end %}>{% end %}';
    const inner = '{% extends base %}{% block b %}b{% end %}';
    const outer = '{% extends base %}{% block a %}a{% end %}{% block b %}b{% end %}';
    expect(render({ base, inner }, 'inner')).toBe('<b>');
    expect(render({ base, outer }, 'outer')).toBe('a');
  });

  it('may stand in several places, and is the last one everywhere (TPL-12)', () => {
    const base = '{% block a %}1{% end %}{% block a %}2{% end %}';
    const child = '{% extends base %}{% block a %}3{% end %}';
    expect(render({ base, child }, 'base')).toBe('22');
    expect(render({ base, child }, 'child')).toBe('33');
  });

  it('may stand in any directive with a body (TPL-12)', () => {
    const b = (name: string) => `{% block ${name} %}-{% end %}`;
    const base =
      `{% for x in [1] %}${b('a')}{% else %}${b('b')}{% end %}{% apply squeeze %}${b('c')}{% end %}` +
      `{% try %}${b('d')}{{ nope }}{% except %}${b('e')}{% finally %}${b('f')}{% end %}` +
      `{% try %}{% except %}{% else %}${b('g')}{% end %}{% if 0 %}{% elif 1 %}${b('h')}{% else %}{% end %}`;
    const names = 'abcdefgh';
    const child = `{% extends base %}${Array.from(names, (n) => `{% block ${n} %}${n}{% end %}`).join('')}`;
    expect(render({ base, child }, 'child')).toBe(names);
  });

  it('takes part in inheritance from an included file (TPL-12)', () => {
    const sources = {
      base: '{% include part %}',
      part: '[{% block a %}A{% end %}]',
      child: '{% extends base %}{% block a %}a{% end %}',
      blocks: '{% block a %}from blocks{% end %}',
      borrowing: '{% extends base %}{% include blocks %}',
    };
    expect(render(sources, 'base')).toBe('[A]');
    expect(render(sources, 'child')).toBe('[a]');
    expect(render(sources, 'borrowing')).toBe('[from blocks]');
  });

  it('sees the variables of the place where it stands (TPL-12)', () => {
    const base = '{% for x in [1, 2] %}{% block a %}{% end %}{% end %}';
    const child = '{% extends base %}{% block a %}{{ x }};{% end %}';
    expect(render({ base, child }, 'child')).toBe('1;2;');
  });
});

describe('include', () => {
  it('sees variables, and changes them (TPL-13)', () => {
    const sources = {
      a: '{% set x = 1 %}{% for y in [5] %}{% include b %}{% end %}{{ x }}{{ z }}',
      b: '{{ x }}{{ y }}{% set x = 2, z = 3 %}',
    };
    expect(render(sources, 'a')).toBe('1523');
  });

  it('is resolved when the template is compiled (TPL-13)', () => {
    const loader = new DictLoader({ a: '{% if 0 %}{% include nope %}{% end %}' });
    expect(() => loader.load('a')).toThrow("there is no template 'nope'");
  });

  it('stands as often as it is included (TPL-13)', () => {
    const b = '{% apply squeeze %} {{ x }} {% end %}{% for y in [1] %}{% else %}E{% end %}';
    expect(render({ a: '{% include b %},{% include b %}', b }, 'a', { x: 1 })).toBe('1E,1E');
  });

  it('refuses a file that extends another (TPL-13)', () => {
    const sources = { a: '\n{% include b %}', b: '{% extends c %}', c: '' };
    expect(() => render(sources, 'a')).toThrow('b extends c and cannot be included at a:2');
  });

  it('refuses break in a file of its own (TPL-16)', () => {
    const sources = { a: '{% while 1 %}{% include b %}{% end %}', b: '{% break %}' };
    expect(() => render(sources, 'a')).toThrow('break outside for, while block at b:1');
  });
});

describe('autoescape over several files', () => {
  const names = { name: "Bobby <table>'s" };
  const plain = names.name;
  const escaped = 'Bobby &lt;table&gt;&#x27;s';
  const sources = {
    escaped: '{% block name %}escaped: {{ name }}{% end %}',
    unescaped: '{% autoescape None %}{% block name %}base: {{ name }}{% end %}',
    raw: '{% block name %}expr: {{ name }}, raw: {% raw name %}{% end %}',
    'escaped over unescaped':
      '{% autoescape xhtml_escape %}{% extends "unescaped" %}{% block name %}extended: {{ name }}{% end %}',
    'unescaped over unescaped':
      '{% autoescape None %}{% extends "unescaped" %}{% block name %}extended: {{ name }}{% end %}',
    'nothing over unescaped': '{% autoescape xhtml_escape %}{% extends "unescaped" %}',
    including: '{{ name }},{% include unescaped %}',
  };

  it.each([
    ['escaped', `escaped: ${escaped}`],
    ['unescaped', `base: ${plain}`],
    ['raw', `expr: ${escaped}, raw: ${plain}`],
    ['escaped over unescaped', `extended: ${escaped}`],
    ['unescaped over unescaped', `extended: ${plain}`],
    ['nothing over unescaped', `base: ${plain}`],
    ['including', `${escaped},base: ${plain}`],
  ])('goes by the file that the text is in: %s (TPL-9, 29)', (name, result) => {
    expect(render(sources, name, names)).toBe(result);
  });

  it('is the loader’s where the file does not say (TPL-9)', () => {
    const other = { a: '{{ name }},{% include b %}', b: '{% autoescape xhtml_escape %}{{ name }}' };
    expect(render(other, 'a', names, { autoescape: null })).toBe(`${plain},${escaped}`);
  });
});
