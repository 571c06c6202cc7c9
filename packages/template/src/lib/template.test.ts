import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { TemplateError } from './template-error.ts';
import { Template, type TemplateOptions } from './template.ts';

function render(source: string, names: object = {}, options: TemplateOptions = {}): string {
  return new Template(source, options).generate(names).toString();
}

/** A function of the user's that shows what it was given. */
function show(value: unknown): string {
  return value instanceof Uint8Array ? `[${Buffer.from(value).toString()}]` : `(${String(value)})`;
}

/** `text` as UTF-8 can hold it. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

describe('output', () => {
  it('is UTF-8 bytes (TPL-7)', () => {
    const output = new Template('é{{ x }}').generate({ x: '漢😀' });
    expect(output).toBeInstanceOf(Buffer);
    expect(output).toEqual(Buffer.from('é漢😀'));
  });

  it.each([
    ['text', 'a', 'a'],
    ['bytes', Buffer.from('é'), 'é'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a number', 1.5, '1.5'],
    ['a boolean', false, 'false'],
    ['a big integer', 10n, '10'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a list', [1, [2, 3]], '1,2,3'],
    ['an object', { toString: () => 'text' }, 'text'],
  ])('has %s as text (TPL-7)', (_, x, result) => {
    expect(render('{{ x }}', { x })).toBe(result);
    expect(render('{% raw x %}', { x })).toBe(result);
    expect(render('{{ x }}', { x }, { autoescape: null })).toBe(result);
  });

  it('has bytes as they are, UTF-8 or not, unless they are escaped (TPL-7)', () => {
    const x = Uint8Array.of(0xff, 0x00, 0xc3);
    const template = new Template('a{% raw x %}é{{ y }}{% raw x %}');
    expect(template.generate({ x, y: '<' })).toEqual(
      Buffer.concat([Buffer.from('a'), x, Buffer.from('é&lt;'), x]),
    );
    expect(() => render('{{ x }}', { x })).toThrow(
      expect.objectContaining({ code: 'ERR_ENCODING_INVALID_ENCODED_DATA' }),
    );
  });

  it('joins characters that stand in two pieces of bytes (TPL-7)', () => {
    const [a, b] = [Uint8Array.of(0xc3), Uint8Array.of(0xa9)];
    expect(render('{% raw a %}{% raw b %}', { a, b })).toBe('é');
  });

  it('escapes text and bytes alike (TPL-7)', () => {
    const x = `<&>"'`;
    const escaped = '&lt;&amp;&gt;&quot;&#x27;';
    expect(render('{{ x }}{{ y }}', { x, y: Buffer.from(x) })).toBe(escaped + escaped);
  });

  it('is what the autoescape function makes of the bytes (TPL-7, 10)', () => {
    const source = '{% autoescape show %}{{ 1 }}<{{ "é" }}{% raw 2 %}{{ bytes }}';
    expect(render(source, { show, bytes: Buffer.from('b') })).toBe('[1]<[é]2[b]');
  });

  it('may be bytes that the autoescape function made (TPL-7)', () => {
    const twice = (value: Buffer) => Buffer.concat([value, value]);
    expect(render('{% autoescape f %}{{ "é" }}', { f: twice })).toBe('éé');
  });

  it.each([undefined, null, 1, ['a']])('is not what a function makes of %s (TPL-7)', (value) => {
    const f = () => value;
    const message =
      /^f returned (undefined|null|number|object) to the template, not text or bytes$/;
    expect(() => render('{% autoescape f %}{{ 1 }}', { f })).toThrow(message);
    expect(() => render('{% apply f %}{% end %}', { f })).toThrow(message);
  });

  it('is the same as the text where that has no tags (TPL-7, 33)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const source = wellFormed(text.replaceAll('{', ''));
        expect(render(source)).toBe(source);
        expect(new Template(Buffer.from(source)).generate()).toEqual(Buffer.from(source));
      }),
    );
  });

  it('is any value, escaped (TPL-7)', () => {
    const template = new Template('<{{ a }}|{% raw b %}>');
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), (a, b) => {
        const output = template.generate({ a, b }).toString();
        expect(output.slice(1, output.indexOf('|'))).not.toMatch(/[<>"']/);
        expect(output.endsWith(`|${wellFormed(b)}>`)).toBe(true);
      }),
    );
  });

  it('is text until it is wanted in bytes, and bytes where some were put out (TPL-7)', () => {
    const template = new Template('é{% raw x %}{{ "<" }}');
    expect(template.generateOutput({ x: 1 })).toBe('é1&lt;');
    const bytes = Buffer.concat([Buffer.from('é'), Buffer.of(0xff, 0), Buffer.from('&lt;')]);
    expect(template.generateOutput({ x: Uint8Array.of(0xff, 0) })).toEqual(bytes);
  });

  it('keeps bytes that are no UTF-8 as they are, in their places (TPL-7)', () => {
    const source =
      '{% raw a %}1{% try %}{% raw b %}{{ nope }}{% except %}2{% end %}' +
      '{% apply f %}{% raw a %}{% end %}{% autoescape g %}{{ 3 }}{% raw b %}';
    const names = { a: Buffer.of(0xff), b: Buffer.of(0xfe), f, g: () => Buffer.of(0xfd, 0x3b) };
    function f(value: Buffer): Buffer {
      return Buffer.concat([Buffer.from('<'), value]);
    }
    const wanted = [0xff, 0x31, 0xfe, 0x32, 0x3c, 0xff, 0xfd, 0x3b, 0xfe];
    expect([...new Template(source).generate(names)]).toEqual(wanted);
  });

  it('is made from UTF-8 source (TPL-33)', () => {
    expect(new Template(Buffer.from('é{{ "漢" }}')).generate().toString()).toBe('é漢');
    expect(() => new Template(Uint8Array.of(0xe9))).toThrow(TypeError);
  });

  it('does not depend on calls before, or going on (TPL-34)', () => {
    const template = new Template(
      '{% set n = n + 1 %}{{ n }}{% if n < 4 %}{% raw again(n) %}{% end %}{{ n }}',
    );
    const again = (n: number): Buffer => template.generate({ n, again });
    for (let i = 0; i < 3; i++) expect(again(1).toString()).toBe('234432');
  });
});

describe('raw and module', () => {
  it('are not escaped (TPL-8)', () => {
    const names = { x: '<', _tt_modules: { Hi: () => '<hi>' } };
    expect(render('{{ x }}{% raw x %}{% module Hi() %}', names)).toBe('&lt;<<hi>');
  });

  it('calls a method of _tt_modules, with arguments and this (TPL-15)', () => {
    const modules = {
      greeting: 'Hi',
      Greet(name: string, { mark = '.' } = {}): Buffer {
        return Buffer.from(`<b>${this.greeting} ${name}${mark}</b>`);
      },
    };
    expect(
      render('{% module Greet(who, { mark: "!" }) %}', { who: 'you', _tt_modules: modules }),
    ).toBe('<b>Hi you!</b>');
  });

  it('says which module there is not (TPL-15)', () => {
    expect(() => render('{% module Nope() %}', { _tt_modules: {} })).toThrow(
      '_tt_modules.Nope is not a function',
    );
    expect(() => render('{% module Nope() %}')).toThrow('_tt_modules is not defined');
  });
});

describe('autoescape', () => {
  it.each(['None', 'null'])('%s disables it (TPL-10)', (name) => {
    expect(render(`{% autoescape ${name} %}{{ '<' }}`)).toBe('<');
    expect(new Template(`{% autoescape ${name} %}`).autoescape).toBe(null);
  });

  it('is where the last directive says, for the whole file (TPL-9)', () => {
    const source = "{{ '<' }}{% autoescape None %}{{ '<' }}{% autoescape url_escape %}";
    expect(render(source)).toBe('%3C%3C');
    expect(render("{{ '<' }}{% if 0 %}{% autoescape None %}{% end %}")).toBe('<');
  });

  it('is an option (TPL-9)', () => {
    expect(render("{{ '<' }}", {}, { autoescape: null })).toBe('<');
    expect(render("{{ '<' }}", {}, { autoescape: 'url_escape' })).toBe('%3C');
    expect(new Template('').autoescape).toBe('xhtml_escape');
  });

  it('looks its name up like any other when it runs (TPL-10)', () => {
    const template = new Template('{% autoescape f %}{{ 1 }}');
    expect(template.generate({ f: show }).toString()).toBe('[1]');
    expect(template.generate({ f: () => 'x' }).toString()).toBe('x');
    expect(() => template.generate()).toThrow('f is not defined');
    expect(render('{{ 1 }}', { xhtml_escape: show })).toBe('[1]');
  });

  it('calls a method with its this (TPL-10)', () => {
    const o = { mark: '!', f: (x: Buffer) => x.toString() + o.mark, g: null };
    const p = {
      mark: '?',
      f(x: Buffer): string {
        return x.toString() + this.mark;
      },
    };
    expect(render('{% autoescape o.f %}{{ 1 }}', { o })).toBe('1!');
    expect(render('{% autoescape p.f %}{{ 1 }}{{ 2 }}', { p })).toBe('1?2?');
    expect(render('{% autoescape p?.f %}{{ 1 }}', { p })).toBe('1?');
    expect(() => render('{% autoescape x %}{{ 1 }}', { x: 1 })).toThrow(
      'a template applies functions, not a value of type number',
    );
  });

  it.each([
    ['json_encode', 'é"', '"\\u00e9\\""'],
    ['squeeze', ' a  b ', 'a b'],
    ['linkify', 'www.a.b', '<a href="http://www.a.b">www.a.b</a>'],
    ['urlEscape', 'a b', 'a+b'],
  ])('can be the built-in %s, for text and bytes (TPL-10)', (name, x, result) => {
    const template = new Template(`{% autoescape ${name} %}{{ x }}`);
    expect(template.generate({ x }).toString()).toBe(result);
    expect(template.generate({ x: Buffer.from(x) }).toString()).toBe(result);
  });
});

describe('apply', () => {
  it('gives the user’s function bytes (TPL-14)', () => {
    expect(render('{% apply show %}é{{ 1 }}{% end %}', { show })).toBe('[é1]');
    const bytes = Uint8Array.of(0xff);
    const hex = (value: Buffer) => Buffer.from(value).toString('hex');
    expect(render('{% apply hex %}a{% raw bytes %}{% end %}', { hex, bytes })).toBe('61ff');
  });

  it('calls methods, arrows and built-ins (TPL-14)', () => {
    const o = {
      open: '<',
      wrap(x: Buffer): string {
        return this.open + x.toString();
      },
    };
    expect(render('{% apply o.wrap %}a{% end %}', { o })).toBe('<a');
    expect(render('{% apply (x) => String(x.length) %}aé{% end %}')).toBe('3');
    expect(render('{% apply url_escape %}a {{ 1 }}{% end %}')).toBe('a+1');
    expect(() => render('{% apply (x) => 1 %}{% end %}')).toThrow('a function returned number');
  });

  it('keeps what is assigned inside (TPL-14)', () => {
    const source =
      '{% set x = 1 %}{% apply squeeze %}{{ x }}{% set x = 2 %}{{ x }}{% end %}{{ x }}';
    expect(render(source)).toBe('121');
    expect(render('{% apply squeeze %}{% set y = 1 %}{{ y }}{% end %}{{ typeof y }}')).toBe(
      '1undefined',
    );
    expect(() => render('{% apply squeeze %}{% set y = 1 %}{% end %}{{ y }}')).toThrow('y is not');
  });

  it('sees the variables outside, in loops and inside each other (TPL-14)', () => {
    const source =
      '{% for x in [1, 2] %}{% apply show %}{{ x }}{% apply show %}{% set x = x * 10 %}{{ x }}' +
      '{% end %}{{ x }}{% end %}{% end %}';
    expect(render(source, { show })).toBe('[1[10]1][2[20]2]');
  });

  it('may hold loops that break, and stand in them (TPL-14)', () => {
    const loop = '{% for x in [1, 2] %}{{ x }}{% break %}{% end %}';
    expect(render(`{% for y in [3, 4] %}{% apply show %}${loop}{% end %}{% end %}`, { show })).toBe(
      '[1][1]',
    );
  });
});

describe('else of a loop', () => {
  const source =
    '{% for x in xs %}{% if x < 0 %}{% continue %}{% end %}{% if x === 2 %}{% break %}{% end %}' +
    '{{ x }}{% else %}E{% end %}';

  it.each([
    [[], 'E'],
    [[1, 3], '13E'],
    [[1, -1], '1E'],
    [[1, 2, 3], '1'],
  ])('runs after %j unless the loop was left by break (TPL-27)', (xs, result) => {
    expect(render(source, { xs })).toBe(result);
  });

  it('is there for while, too, and starts anew each time (TPL-27)', () => {
    const inner =
      '{% while n < 9 %}{% if n === 2 %}{% break %}{% end %}{% set n = 9 %}{% else %}E{% end %}';
    expect(render(`{% for n in [1, 2, 3] %}${inner};{% end %}`)).toBe('E;;E;');
  });

  it('does not heed breaks of inner loops (TPL-27)', () => {
    const inner = '{% for y in [1] %}{% break %}{% end %}';
    expect(render(`{% for x in [1] %}${inner}{% else %}E{% end %}`)).toBe('E');
  });
});

describe('try', () => {
  const source =
    '{% try %}{{ f() }}{% except TypeError as e %}T{{ e.message }}{% except (RangeError, EvalError) %}R' +
    '{% except null_or_list %}L{% else %}E{% finally %}F{% end %}';

  function outcome(error?: Error): string {
    const f = () => {
      if (error !== undefined) throw error;
      return 'f';
    };
    return render(source, { f, null_or_list: [[URIError]] });
  }

  it('runs what Python runs (TPL-35)', () => {
    expect(outcome()).toBe('fEF');
    expect(outcome(new TypeError('m'))).toBe('TmF');
    expect(outcome(new RangeError())).toBe('RF');
    expect(outcome(new EvalError())).toBe('RF');
    expect(outcome(new URIError())).toBe('LF');
    expect(() => outcome(new Error('other'))).toThrow('other');
  });

  it('does not catch what the else throws (TPL-35)', () => {
    expect(() => render('{% try %}{% except %}x{% else %}{{ nope }}{% end %}')).toThrow('nope is');
  });

  it('runs the finally on the way out of a loop, and not the else (TPL-35)', () => {
    const jump = (keyword: string) =>
      `{% for x in [1, 2] %}{% try %}{{ x }}{% ${keyword} %}{% except %}{% else %}E{% finally %}F{% end %}{% end %}`;
    expect(render(jump('break'))).toBe('1F');
    expect(render(jump('continue'))).toBe('1F2F');
  });

  it('keeps what was put out before the error (TPL-35)', () => {
    expect(render('{% try %}a{{ nope }}b{% except %}c{% end %}')).toBe('ac');
    const f = (): never => {
      throw new Error('no');
    };
    expect(render('{% try %}a{{ 1 }}{{ f() }}b{% except %}c{% end %}', { f })).toBe('a1c');
  });

  it('takes any expression for the class, when an error comes (TPL-35)', () => {
    expect(render('{% try %}{% except nope %}{% end %}')).toBe('');
    expect(() => render('{% try %}{{ x }}{% except nope %}{% end %}')).toThrow('nope is not');
    expect(() => render('{% try %}{{ x }}{% except 1 %}{% end %}')).toThrow(
      'an error is caught by its class, not by a number',
    );
  });

  it.each([
    '{% if 1 %}{% elif 1 %}{% else %}{% end %}',
    '{% for x in [1] %}{% else %}{% end %}',
    '{% while 0 %}{% else %}{% end %}',
    '{% try %}{% except TypeError %}{% except %}{% else %}{% finally %}{% end %}',
    '{% try %}{% finally %}{% end %}',
    '{% apply squeeze %}{% end %}',
    '{% block x %}{% end %}',
    '',
  ])('and all others may be empty: %s (TPL-35)', (empty) => {
    expect(render(empty)).toBe('');
  });
});

describe('import', () => {
  it('finds nothing without a loader (TPL-5)', () => {
    expect(() => render('{% import fs %}')).toThrow(
      expect.objectContaining({
        code: 'ERR_TEMPLATE_UNKNOWN_MODULE',
        message: "the loader has no module 'fs'",
      }),
    );
  });

  it.each(['a.b', 'a as b c', 'a b', '* ', 'a,', 'a as 1'])('refuses %s', (names) => {
    expect(() => render(`{% import ${names} %}`)).toThrow(TemplateError);
    expect(() => render(`{% from x import ${names} %}`)).toThrow(TemplateError);
    expect(() => render(`{% from ${names} %}`)).toThrow(TemplateError);
  });
});
