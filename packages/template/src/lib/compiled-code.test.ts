import { afterEach, describe, expect, it } from 'vitest';

import { DictLoader } from './dict-loader.ts';
import { TemplateError } from './template-error.ts';
import { Template } from './template.ts';

/** What `action` throws. */
function failure(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The places that a stack shows, from the top. */
function places(action: () => unknown): string[] {
  const { stack = '' } = failure(action);
  return stack.split('\n').flatMap((line) => / # (.*)$/.exec(line)?.[1] ?? []);
}

const FAIL = '{{ null.x }}';

describe('the stack of an error', () => {
  it('shows the file and line (TPL-25)', () => {
    const loader = new DictLoader({ 'test.html': `hello\n${FAIL}` });
    expect(failure(() => loader.load('test.html').generate()).stack).toContain('# test.html:2');
    expect(places(() => loader.load('test.html').generate())).toEqual(['test.html:2']);
  });

  it.each([
    ['{% if null.x %}{% end %}', 2],
    ['{% if 0 %}\n{% elif null.x %}{% end %}', 3],
    ['{% for x in null %}{% end %}', 2],
    ['{% while nope %}{% end %}', 2],
    ['{% set x = nope %}', 2],
    ['{% set x =\n 1 + nope %}', 2],
    ['{% raw null.x %}', 2],
    ['{% import x %}', 2],
    ['{% apply nope %}{% end %}', 2],
    ['{% apply squeeze %}\n{{ nope }}{% end %}', 3],
    ['{% autoescape nope %}\n{{ 1 }}', 3],
    ['{{ `\n\n` }}\u2028\u2028\u2028\n{{ nope }}', 5],
    ['{{ [1,\r2,\r3\r\n,4] + "\u2028\u2029" }}\n{{ nope }}', 4],
    ['{% module X() %}', 2],
  ])('shows the line in %j (TPL-25)', (source, line) => {
    const template = new Template(`\n${source}`, { name: 'a' });
    expect(places(() => template.generate())[0]).toBe(`a:${line}`);
  });

  it('shows the way through included files (TPL-25)', () => {
    const loader = new DictLoader({
      'a.html': '{% include "b.html" %}',
      'b.html': '{% include "c.html" %}',
      'c.html': FAIL,
    });
    expect(places(() => loader.load('a.html').generate())).toEqual([
      'c.html:1 (via b.html:1, a.html:1)',
    ]);
    expect(failure(() => loader.load('a.html').generate()).stack).toContain(
      '# c.html:1 (via b.html:1, a.html:1)',
    );
  });

  it('shows the way through overriding blocks, and files that are extended (TPL-25)', () => {
    const loader = new DictLoader({
      'base.html': `{% block a %}{% end %}\n{% block b %}\n${FAIL}{% end %}`,
      'sub.html': `{% extends 'base.html' %}\n\n{% block a %}\n${FAIL}{% end %}`,
      'child.html': "{% extends 'base.html' %}",
    });
    expect(places(() => loader.load('sub.html').generate())).toEqual([
      'sub.html:4 (via base.html:1)',
    ]);
    expect(places(() => loader.load('child.html').generate())).toEqual(['base.html:3']);
  });

  it('shows the places of all templates that render each other (TPL-25)', () => {
    const inner = new Template(`\n${FAIL}`, { name: 'inner' });
    const outer = new Template('\n\n{% raw render() %}', { name: 'outer' });
    const generate = () => outer.generate({ render: () => inner.generate() });
    expect(places(generate)).toEqual(['inner:2', 'outer:3']);
  });

  it('shows each place once, where a template renders itself (TPL-25)', () => {
    const template = new Template('\n{% raw n ? again(n - 1) : null.x %}', { name: 'a' });
    const again = (n: number): Buffer => template.generate({ n, again });
    expect(places(() => again(2))).toEqual(['a:2', 'a:2', 'a:2']);
    expect(failure(() => again(2)).stack).not.toContain('a:2 #');
  });

  it('is written in the code, too (TPL-25)', () => {
    const loader = new DictLoader({ 'a.html': '\n{% include b %}', b: 'x' });
    expect(loader.load('a.html').code).toContain('_tt_text += "x";  // b:1 (via a.html:2)');
    expect(new Template('x', { name: 'a\nb\u2028' }).code).toContain('// a?b?:1');
  });

  it('keeps the error and its message', () => {
    const error = new RangeError('mine');
    const template = new Template('{{ f() }}', { name: 'a' });
    const f = () => {
      throw error;
    };
    expect(failure(() => template.generate({ f }))).toBe(error);
    expect(error.message).toBe('mine');
    const g = () =>
      (function* () {
        yield 1;
      })().throw('text'); // throws what is no error
    expect(() => template.generate({ f: g })).toThrow(expect.stringMatching(/^text$/));
  });

  it('says what was wrong as the author wrote it', () => {
    const template = new Template('{{ user.address.format("x") }}');
    expect(() => template.generate({ user: { address: {} } })).toThrow(
      /^user\.address\.format is not a function$/,
    );
  });
});

describe('the stack of an error from far away', () => {
  const limit = Error.stackTraceLimit;
  afterEach(() => {
    Error.stackTraceLimit = limit;
  });

  it('names the template, once, if it does not reach it (TPL-25)', () => {
    Error.stackTraceLimit = 1;
    const template = new Template('{{ f() }}', { name: 'a.html' });
    const error = new Error('far away');
    const f = () => {
      throw error;
    };
    for (let i = 0; i < 3; i++) failure(() => template.generate({ f }));
    expect(error.stack?.match(/ {4}in template a\.html/g)).toHaveLength(1);
  });

  it('is left alone if it cannot be changed', () => {
    const error = new Error('odd');
    const f = () => {
      throw error;
    };
    const generate = () => new Template('{{ f() }}').generate({ f });
    Object.defineProperty(error, 'stack', { value: 5, configurable: true });
    expect(failure(generate)).toBe(error);
    Object.freeze(error);
    expect(failure(generate)).toBe(error);
  });
});

describe('a compile failure', () => {
  // More arguments than V8 takes; the parser does not mind.
  const source = `a\n{{ f(${'1,'.repeat(70_000)}1) }}`;

  it('carries the numbered code and the place (TPL-26)', () => {
    const error = failure(() => new Template(source, { name: 'test.html' }));
    expect(error).toBeInstanceOf(TemplateError);
    expect(error).toMatchObject({
      code: 'ERR_TEMPLATE_COMPILE',
      message: expect.stringMatching(
        /^the code of test.html does not compile: Too many arguments.* at test.html:2$/,
      ) as string,
      cause: expect.any(SyntaxError) as SyntaxError,
      listing: expect.stringMatching(/^ ?1 {2}"use strict";\n ?2 {2}return /) as string,
    });
  });

  it('is logged with the numbered code (TPL-26)', () => {
    const lines: string[] = [];
    const logger = { error: (message: string) => void lines.push(message) };
    const error = failure(() => new Template(source, { name: 'test.html', logger }));
    expect(lines).toEqual([
      `test.html code:\n${error instanceof TemplateError ? error.listing : ''}`,
    ]);
    failure(() => new DictLoader({ a: source }, { logger }).load('a'));
    expect(lines[1]).toMatch(/^a code:\n ?1 {2}"use strict"/);
  });
});
