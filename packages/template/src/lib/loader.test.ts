import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DictLoader, Loader } from './loader.ts';
import { Template } from './template.ts';

function render(
  sources: Record<string, string>,
  name: string,
  names: Record<string, unknown> = {},
): string {
  return new DictLoader(sources).load(name).generate(names).toString();
}

describe('extends and include', () => {
  const base = '<{% block a %}A{% end %}|{% block b %}B{% end %}>';

  it('fill the base’s blocks from the child, and nothing else of it (TPL-11)', () => {
    expect(
      render({ base, child: 'lost{% extends "base" %}{% block b %}b{% end %}lost' }, 'child'),
    ).toBe('<A|b>');
  });

  it('need a loader (TPL-11)', () => {
    expect(() => new Template('{% extends "x" %}')).toThrow(
      '{% extends %} block found, but no template loader',
    );
  });

  it('go on over several generations, nested and repeated blocks included (TPL-12)', () => {
    const sources = {
      base: '{% block a %}[{% block b %}B{% end %}]{% end %}{% block b %}B{% end %}',
      middle: '{% extends "base" %}{% block b %}m{% end %}',
      child: '{% extends "middle" %}{% block b %}c{% end %}',
    };
    expect([render(sources, 'middle'), render(sources, 'child')]).toEqual(['[m]m', '[c]c']);
  });

  it('take blocks of included files for blocks too (TPL-12)', () => {
    const sources = {
      base: '{% include "part" %}',
      part: '{% block a %}A{% end %}',
      child: '{% extends "base" %}{% block a %}c{% end %}',
    };
    expect(render(sources, 'child')).toBe('c');
  });

  it('share variables with what is included (TPL-13)', () => {
    expect(
      render({ a: '{% set x = 1 %}{% include "b" %}{{ x }}', b: '{{ x }}{% set x = 2 %}' }, 'a'),
    ).toBe('12');
  });

  it('escape every text by the rule of its own file (TPL-9, 29)', () => {
    const sources = {
      base: '{% autoescape None %}{% block a %}{{ x }}{% end %}{% block b %}{{ x }}{% end %}{% include "part" %}',
      part: '{{ x }}',
      child: '{% extends "base" %}{% block a %}{{ x }}{% raw x %}{% end %}',
    };
    expect(render(sources, 'child', { x: '&' })).toBe('&amp;&&&amp;');
  });

  it('escape by the loader’s rule where no file says (TPL-9)', () => {
    const loader = new DictLoader(
      { a: '{{ x }}', b: '{{ x }}{% autoescape xhtml_escape %}' },
      { autoescape: null },
    );
    expect(loader.load('a').generate({ x: '&' }).toString()).toBe('&');
    expect(loader.load('b').generate({ x: '&' }).toString()).toBe('&amp;');
  });

  it('that go round in circles are an error, not a hang', () => {
    expect(() => render({ a: '{% include "a" %}' }, 'a')).toThrow('includes itself');
    expect(() => render({ a: '{% extends "b" %}', b: '{% extends "a" %}' }, 'a')).toThrow(
      'extends itself',
    );
  });
});

describe('names of templates', () => {
  it('are relative to the file that names them (TPL-21, 31)', () => {
    const sources = {
      'a/1.html': '{% include "2.html" %}{% include "../b/3.html" %}',
      'a/2.html': '2',
      'b/3.html': '3{% include "4.html" %}',
      'b/4.html': '4',
    };
    expect(render(sources, 'a/1.html')).toBe('234');
  });

  it('may be any text (TPL-32)', () => {
    expect(render({ 'é✓.html': 'x{% include "ü" %}', ü: 'y' }, 'é✓.html')).toBe('xy');
  });
});

describe('loaders', () => {
  it('compile once until they are reset (TPL-22)', () => {
    const sources = { a: 'x' };
    const loader = new DictLoader(sources);
    const template = loader.load('a');
    sources.a = 'y';
    expect(loader.load('a')).toBe(template);
    loader.reset();
    expect(loader.load('a').generate().toString()).toBe('y');
  });

  it('say what is not there (TPL-22)', () => {
    expect(() => new DictLoader({}).load('constructor')).toThrow(
      'there is no template constructor',
    );
    expect(() => new Loader(tmpdir()).load('nowhere.html')).toThrow(
      expect.objectContaining({ code: 'ERR_NOT_FOUND' }) as Error,
    );
  });

  it('read from a folder, and from nowhere above it (TPL-21, 33)', () => {
    const root = mkdtempSync(join(tmpdir(), 'templates-'));
    mkdirSync(join(root, 'sub'));
    writeFileSync(join(root, 'sub', 'a.html'), 'ü{% include "../b.html" %}');
    writeFileSync(join(root, 'b.html'), 'b');
    const loader = new Loader(root);
    expect(loader.load('sub/a.html').generate().toString()).toBe('üb');
    expect(() => loader.load('../secret')).toThrow('not below the folder');
  });

  it('give their options to every template', () => {
    const loader = new DictLoader(
      { a: '{{ site }}  {{ 1 }}' },
      { namespace: { site: 's' }, whitespace: 'oneline' },
    );
    expect(loader.load('a').generate().toString()).toBe('s 1');
  });
});
