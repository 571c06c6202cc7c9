import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { display, errorText, repr } from './repr.ts';

describe('repr', () => {
  it.each([
    ['plain', "'plain'"],
    ["it's", '"it\'s"'],
    [`both ' and "`, `'both \\' and "'`],
    ['back\\slash\ttab\nline\r\x1b', "'back\\\\slash\\ttab\\nline\\r\\x1b'"],
    ['é ü 漢 😀', "'é ü 漢 😀'"],
    ['\x7f\x9f\ud800', "'\\x7f\\x9f\\ud800'"],
  ])('quotes and escapes %j (PYS-23)', (text, shown) => {
    expect(repr(text)).toBe(shown);
  });

  it('shows bytes as b and a quoted text, escaping what is not ASCII (PYS-23)', () => {
    expect(repr(Uint8Array.of(0x41, 0x27, 0xe9, 0x0a, 0x7f))).toBe('b"A\'\\xe9\\n\\x7f"');
  });

  it('shows other values on one line', () => {
    const value = { list: [1, 'a', null], text: 'x'.repeat(90), nested: { more: true } };
    expect(repr(value)).not.toContain('\n');
    expect([repr(null), repr(undefined), repr(12n)]).toEqual(['null', 'undefined', '12n']);
  });

  it('survives a value that refuses to be looked at', () => {
    const hostile = new Proxy({}, { get: () => expect.fail('was read') });
    const inspectsBadly = {
      [Symbol.for('nodejs.util.inspect.custom')]: () => {
        throw new RangeError('no');
      },
    };
    expect(['{}', 'Proxy({})']).toContain(repr(hostile)); // as this Node.js has it: read it was not
    expect(repr(inspectsBadly)).toBe('<object that cannot be shown: RangeError>');
  });

  it('makes any text one printable line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // eslint-disable-next-line no-control-regex
        expect(repr(text)).not.toMatch(/[\0-\x1f\x7f-\x9f]/);
      }),
    );
  });
});

describe('display', () => {
  it('shows bytes that are UTF-8 as text, and others as their repr (LOG-6)', () => {
    expect(display(Buffer.from('é'))).toBe('é');
    expect(display(Uint8Array.of(0xe9))).toBe("b'\\xe9'");
  });

  it('uses a toString that somebody wrote, and inspects what has none', () => {
    expect(display(new URL('http://a/'))).toBe('http://a/');
    expect(display({ a: [1] })).toBe('{ a: [ 1 ] }');
    expect(display([1, [2]])).toBe('[ 1, [ 2 ] ]');
    expect(display(Object.create(null))).toBe('[Object: null prototype] {}');
    expect(display(Symbol('s'))).toBe('Symbol(s)');
  });
});

describe('errorText', () => {
  it('shows the stack and the causes', () => {
    const text = errorText(new Error('outer', { cause: new TypeError('inner') }));
    expect(text).toMatch(/^Error: outer\n\s+at [^]*\[cause\]: TypeError: inner\n\s+at /);
  });

  it('shows whatever else was thrown', () => {
    expect([errorText('text'), errorText({ status: 4 }), errorText(null)]).toEqual([
      'text',
      '{ status: 4 }',
      'null',
    ]);
  });
});
