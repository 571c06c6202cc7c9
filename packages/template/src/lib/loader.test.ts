import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DictLoader } from './dict-loader.ts';
import { Loader } from './file-loader.ts';
import { BaseLoader } from './loader.ts';
import { TemplateError } from './template-error.ts';
import { Template } from './template.ts';

const base = mkdtempSync(join(tmpdir(), 'typhoon-template-'));
const root = join(base, 'root');

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), text);
}

beforeAll(() => {
  write('root/a.html', 'A');
  write('root/é/漢.html', 'é {{ name }}');
  write('root/dir/b.html', '{% include "c.html" %}{% include "../a.html" %}');
  write('root/dir/c.html', 'C');
  write('root/dir/up.html', '{% include "../../secret.html" %}');
  write('secret.html', 'secret');
  write('root-2/a.html', 'secret');
  symlinkSync(join(base, 'secret.html'), join(root, 'link.html'));
});

afterAll(() => {
  rmSync(base, { recursive: true });
});

describe('Loader', () => {
  it('loads files below its directory (TPL-21, 33)', () => {
    const loader = new Loader(root);
    expect(loader.load('a.html').generate().toString()).toBe('A');
    expect(loader.load('dir/../a.html').generate().toString()).toBe('A');
    expect(loader.load(join(root, 'a.html')).generate().toString()).toBe('A');
  });

  it('takes names that are not ASCII (TPL-32)', () => {
    const loader = new Loader(root);
    const template = loader.load('é/漢.html');
    expect(template.name).toBe('é/漢.html');
    expect(template.generate({ name: 'ü' }).toString()).toBe('é ü');
    expect(() => template.generate()).toThrow(
      expect.objectContaining({ stack: expect.stringContaining('# é/漢.html:1') as string }),
    );
  });

  it.each([
    ['c.html', 'dir/b.html', 'dir/c.html'],
    ['../a.html', 'dir/b.html', 'a.html'],
    ['./x/../c.html', 'dir/b.html', 'dir/c.html'],
    ['c.html', 'a.html', 'c.html'],
    ['c.html', null, 'c.html'],
    ['c.html', '<string>', 'c.html'],
    ['c.html', '/abs/b.html', 'c.html'],
    ['/c.html', 'dir/b.html', '/c.html'],
    ['../../secret.html', 'dir/b.html', '../../secret.html'],
  ])('resolves %s in %s to %s (TPL-21)', (name, parent, path) => {
    expect(new Loader(root).resolvePath(name, parent)).toBe(path);
  });

  it('lets files include others beside them and above (TPL-21, 31)', () => {
    expect(new Loader(root).load('dir/b.html').generate().toString()).toBe('CA');
  });

  it.each([
    '../secret.html',
    'dir/../../secret.html',
    '../root-2/a.html',
    '/etc/passwd',
    '.',
    '',
    'dir/up.html',
  ])('does not leave its directory for %j (TPL-21)', (name) => {
    expect(() => new Loader(root).load(name)).toThrow(
      expect.objectContaining({
        code: 'ERR_TEMPLATE_OUTSIDE_ROOT',
        message: expect.stringContaining(' is outside ') as string,
      }),
    );
  });

  it('follows symbolic links', () => {
    expect(new Loader(root).load('link.html').generate().toString()).toBe('secret');
  });

  it('can have the root of the file system as its directory', () => {
    expect(new Loader('/').load(join(root, 'a.html')).generate().toString()).toBe('A');
  });

  it.each(['nope.html', 'dir', 'a.html/b.html'])('has no %s (TPL-22)', (name) => {
    expect(() => new Loader(root).load(name)).toThrow(
      expect.objectContaining({
        code: 'ERR_TEMPLATE_NOT_FOUND',
        cause: expect.any(Error) as Error,
      }),
    );
  });

  it('says so if a file cannot be read (TPL-22)', () => {
    expect(() => new Loader(root).load('a\0.html')).toThrow(
      expect.objectContaining({ code: 'ERR_TEMPLATE_UNREADABLE' }),
    );
  });

  it('keeps what it has loaded until it is reset (TPL-22)', () => {
    write('root/changing.html', 'before');
    const loader = new Loader(root);
    const template = loader.load('changing.html');
    write('root/changing.html', 'after');
    expect(loader.load('changing.html')).toBe(template);
    expect(loader.load('./changing.html', 'a.html')).toBe(template);
    loader.reset();
    expect(loader.load('changing.html').generate().toString()).toBe('after');
  });
});

describe('DictLoader', () => {
  it('loads what its object has, as text or bytes (TPL-22)', () => {
    const loader = new DictLoader({ a: 'A', b: Buffer.from('é') });
    expect(loader.load('a')).toBe(loader.load('a'));
    expect(loader.load('b').generate().toString()).toBe('é');
  });

  it.each(['nope', 'toString', '__proto__'])('has no %s (TPL-22)', (name) => {
    expect(() => new DictLoader({}).load(name)).toThrow(
      new TemplateError('ERR_TEMPLATE_NOT_FOUND', `there is no template '${name}'`),
    );
  });

  it('resolves relative names (TPL-21, 31)', () => {
    const loader = new DictLoader({
      'a/1.html': '{% include "2.html" %}',
      'a/2.html': '{% include "../b/3.html" %}',
      'b/3.html': "ok{% include '/c' %}",
      '/c': '{% include c2 %}',
      c2: '!',
    });
    expect(loader.load('a/1.html').generate().toString()).toBe('ok!');
    expect(loader.resolvePath('x', '<string>')).toBe('x');
    expect(loader.resolvePath('../x', null)).toBe('../x');
    expect(loader.resolvePath('../x', 'a/b/c')).toBe('a/x');
  });

  it('takes names that are not ASCII (TPL-32)', () => {
    const loader = new DictLoader({
      'é.html': '{% include "ü (漢)\ud800.html" %}',
      'ü (漢)\ud800.html': '😀',
    });
    expect(loader.load('é.html').generate().toString()).toBe('😀');
  });
});

describe('all loaders', () => {
  it('give their options to templates', () => {
    const namespace = { site: '<S>' };
    const modules = { m: { n: 1 }, f: Object.assign(() => 0, { g: 2 }) };
    const loader = new DictLoader(
      {
        a: '{{ site }}{% import m as k, f %}{% from f import g, g as h %}{{ k.n }}{{ g }}{{ h }}{{ f() }}',
        b: '{% autoescape xhtml_escape %}{{ site }}',
      },
      { autoescape: null, namespace, modules },
    );
    expect(loader.load('a').generate().toString()).toBe('<S>1220');
    expect(loader.load('a').autoescape).toBe(null);
    expect(loader.load('a').namespace).toBe(namespace);
    expect(loader.load('b').generate().toString()).toBe('&lt;S&gt;');
  });

  it('have only the modules they were given (TPL-5)', () => {
    const sources = {
      a: '{% import toString %}',
      b: '{% from m import nope %}',
      c: '{% from n import x %}',
    };
    const loader = new DictLoader(sources, { modules: { m: {}, n: null } });
    const unknown = (message: string) =>
      expect.objectContaining({ code: 'ERR_TEMPLATE_UNKNOWN_MODULE', message }) as Error;
    expect(() => loader.load('a').generate()).toThrow(
      unknown("the loader has no module 'toString'"),
    );
    expect(() => loader.load('b').generate()).toThrow(unknown("module 'm' has no 'nope'"));
    expect(() => loader.load('c').generate()).toThrow(unknown("module 'n' has no 'x'"));
  });

  it('can be made from other sources (TPL-22)', () => {
    class UpperLoader extends BaseLoader {
      override resolvePath(name: string): string {
        return name.toUpperCase();
      }
      protected override createTemplate(name: string): Template {
        const source = name === 'A' ? '{% include b %}' : `{{ x }}${name}`;
        return new Template(source, { name, loader: this });
      }
    }
    const loader = new UpperLoader({ autoescape: null });
    expect(loader.load('a').generate({ x: '<' }).toString()).toBe('<B');
    expect(loader.load('A')).toBe(loader.load('a'));
  });

  it('load again after a failure', () => {
    const sources = { a: '{% include b %}', b: '{{' };
    const loader = new DictLoader(sources);
    expect(() => loader.load('a')).toThrow('Missing end expression }} at b:1');
    sources.b = 'B';
    expect(loader.load('a').generate().toString()).toBe('B');
  });

  it('compile a part when it is asked for itself, and say what is wrong with it then', () => {
    const sources = {
      base: '{% block b %}{% end %}',
      // It stands in a loop here, and in none where it goes to.
      part: '{% extends base %}{% for x in [1] %}{% block b %}{% break %}{% end %}{% end %}',
      page: '{% extends part %}{% block b %}B{% end %}',
    };
    const loader = new DictLoader(sources);
    expect(loader.load('page').generate().toString()).toBe('B');
    expect(() => loader.load('part')).toThrow('break outside for, while block at part:1');
    sources.part = '{% extends base %}';
    expect(loader.load('part').generate().toString()).toBe('');
  });

  it('refuse templates that include or extend themselves', () => {
    const loader = new DictLoader({
      a: '{% include "b" %}',
      b: '{% block x %}{% include "a" %}{% end %}',
      c: '{% extends "c" %}',
    });
    const cycle = (message: string) =>
      expect.objectContaining({ code: 'ERR_TEMPLATE_CYCLE', message }) as Error;
    expect(() => loader.load('a')).toThrow(cycle('a template belongs to itself: a -> b -> a'));
    expect(() => loader.load('c')).toThrow(cycle('a template belongs to itself: c -> c'));
  });
});
