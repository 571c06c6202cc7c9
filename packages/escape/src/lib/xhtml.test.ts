import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { xhtmlEscape, xhtmlUnescape } from './xhtml.ts';

describe('xhtmlEscape', () => {
  it('escapes the five characters (ESC-1)', () => {
    expect(xhtmlEscape(`<a href="x" title='y'>R&D</a>`)).toBe(
      '&lt;a href=&quot;x&quot; title=&#x27;y&#x27;&gt;R&amp;D&lt;/a&gt;',
    );
  });

  it.each([
    ['<foo>', '&lt;foo&gt;'],
    ['<é>', '&lt;é&gt;'],
    [Uint8Array.of(0x3c, 0xc3, 0xa9, 0x3e), '&lt;é&gt;'],
    ['&amp;', '&amp;amp;'],
    ['plain ; ? = 漢😀', 'plain ; ? = 漢😀'],
    ['', ''],
    ['\0\t\n', '\0\t\n'],
  ])('makes %j %j (ESC-1)', (text, escaped) => {
    expect(xhtmlEscape(text)).toBe(escaped);
  });

  it('is what replacing one character after the other gives', () => {
    const text = fc.string({ unit: fc.constantFrom('&', '<', '>', '"', "'", 'a', 'é', ';') });
    fc.assert(
      fc.property(text, (value) => {
        expect(xhtmlEscape(value)).toBe(
          value
            .replaceAll('&', '&amp;')
            .replaceAll('<', '&lt;')
            .replaceAll('>', '&gt;')
            .replaceAll('"', '&quot;')
            .replaceAll("'", '&#x27;'),
        );
      }),
    );
  });
});

describe('xhtmlUnescape', () => {
  it.each([
    ['&lt;foo&gt; &quot;x&quot; &#39;y&#x27; &amp;amp;', `<foo> "x" 'y' &amp;`],
    ['&Eacute; &hellip; &NotEqualTilde; &rarr;', 'É … ≂̸ →'],
    ['&#65;&#x42;&#X43;&#128512;', 'ABC😀'],
    ['&copy &copyright &notit; &AMP', '© ©right ¬it; &'],
    ['no entity', 'no entity'],
    [Uint8Array.of(0x26, 0x6c, 0x74, 0x3b), '<'],
  ])('reads %j as %j (ESC-2, PYS-9)', (text, plain) => {
    expect(xhtmlUnescape(text)).toBe(plain);
  });

  it.each(['&#xyz;', '&#;', '&#x;', '&nosuch;', '&', '& ', '&&', '&#٣;', '&hellip', 'a&b'])(
    'leaves %j as it is (ESC-2)',
    (text) => {
      expect(xhtmlUnescape(text)).toBe(text);
    },
  );

  it('reads the C1 range as windows-1252, and what is no character as U+FFFD (PYS-9)', () => {
    expect(xhtmlUnescape('&#128;&#x99;&#x9f;')).toBe('€™Ÿ');
    expect(xhtmlUnescape('&#0;&#xD800;&#x110000;&#99999999999999999999;')).toBe('\ufffd'.repeat(4));
  });

  it('undoes xhtmlEscape', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(xhtmlUnescape(xhtmlEscape(text))).toBe(text);
      }),
    );
  });

  it.each(['&', '&#', '&am', '&#1', '&#x1', '&notit', '&nosuch;'])(
    'takes linear time on 100 kB of %j',
    (part) => {
      const begin = performance.now();
      xhtmlUnescape(part.repeat(100_000 / part.length));
      expect(performance.now() - begin).toBeLessThan(1000);
    },
  );
});
