import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { linkify } from './linkify.ts';
import { xhtmlEscape } from './xhtml.ts';

/** The text with each link in square brackets, and its href before a bar if the two differ. */
function links(text: string, options = {}): string {
  return linkify(text, options).replaceAll(
    /<a href="([^"]*)"[^>]*>([^<]*)<\/a>/g,
    (_, href: string, shown: string) => (href === shown ? `[${shown}]` : `[${href}|${shown}]`),
  );
}

describe('finding', () => {
  it.each([
    ['hello http://world.com/!', 'hello [http://world.com/]!'],
    [
      'hello http://world.com/with?param=true&stuff=yes',
      'hello [http://world.com/with?param=true&amp;stuff=yes]',
    ],
    ['http://foo.com/blah_blah_(wikipedia)', '[http://foo.com/blah_blah_(wikipedia)]'],
    [
      'http://foo.com/blah_blah_(wikipedia)_blah#1',
      '[http://foo.com/blah_blah_(wikipedia)_blah#1]',
    ],
    ['(see http://foo.com/x)', '(see [http://foo.com/x])'],
    ['(see http://foo.com/x_(y))', '(see [http://foo.com/x_(y)])'],
    ['http://foo.com/x(y', '[http://foo.com/x](y'],
    ['http://foo.com/x.(y)', '[http://foo.com/x].(y)'],
    ['http://foo.com/(a)(b).', '[http://foo.com/(a)(b)].'],
    ['http://foo.com/(a b)', '[http://foo.com/](a b)'],
    ['http://foo.com/blah_blah', '[http://foo.com/blah_blah]'],
    ['http://foo.com/é漢😀 x', '[http://foo.com/é漢😀] x'],
    ['http://foo.com?a=b&', '[http://foo.com?a=b]&amp;'],
    ['http://✪df.ws/1234', '[http://✪df.ws/1234]'],
    ['http://user@host.com:8000/a;b', '[http://user@host.com:8000/a;b]'],
  ])('%j gives %j (ESC-12, 17)', (text, result) => {
    expect(links(text)).toBe(result);
  });

  it.each(['.', ',', ')', '!', '?', ':', ';', "'", '...', '?!', '",'])(
    'ends before %j at the end (ESC-12)',
    (mark) => {
      expect(links(`x http://foo.com/a${mark} y`)).toBe(
        `x [http://foo.com/a]${xhtmlEscape(mark)} y`,
      );
    },
  );

  it.each([
    ['http:/one', '[http:/one]'],
    ['http:///three', '[http:///three]'],
    ['http:none', 'http:none'],
    ['http://', 'http://'],
    ['http:// x', 'http:// x'],
    ['www.', 'www.'],
    ['www...', 'www...'],
    ['www', 'www'],
  ])('wants one to three slashes and something behind: %j gives %j (ESC-12)', (text, result) => {
    expect(links(text)).toBe(result);
  });

  it.each([
    ['xhttp://a.com', 'xhttp://a.com'],
    ['éhttp://a.com', 'éhttp://a.com'],
    ['漢www.a.com', '漢www.a.com'],
    ['awww.a.com', 'awww.a.com'],
    ['--http://a.com', '--[http://a.com]'],
    ['---://a.com', '---://a.com'],
    ['a-www.a.com', 'a-[http://www.a.com|www.a.com]'],
    ['"http://a.com"', '&quot;[http://a.com]&quot;'],
    ['<http://a.com>', '&lt;[http://a.com]&gt;'],
    ['http://a.com,http://b.com', '[http://a.com,http://b.com]'],
  ])('begins at a word boundary: %j gives %j (ESC-12)', (text, result) => {
    expect(links(text)).toBe(result);
  });

  it('escapes the text first, and takes &amp; and &quot; alone into a link (ESC-11)', () => {
    expect(links(`<b>http://a.com/?x&y"z'w`)).toBe(
      '&lt;b&gt;[http://a.com/?x&amp;y&quot;z]&#x27;w',
    );
    expect(linkify('http://a.com/"onmouseover="alert(1)')).toBe(
      '<a href="http://a.com/&quot;onmouseover=&quot;alert(1)">http://a.com/&quot;onmouseover=&quot;alert(1)</a>',
    );
  });

  it('reads bytes as UTF-8', () => {
    expect(linkify(Buffer.from('é www.a.é'))).toBe('é <a href="http://www.a.é">www.a.é</a>');
  });
});

describe('schemes', () => {
  it('give www links http, or leave them if a scheme is required (ESC-13)', () => {
    expect(links('see www.external-link.com now')).toBe(
      'see [http://www.external-link.com|www.external-link.com] now',
    );
    expect(links('see www.external-link.com', { requireProtocol: true })).toBe(
      'see www.external-link.com',
    );
    expect(links('http://www.a.com', { requireProtocol: true })).toBe('[http://www.a.com]');
  });

  it('are linked if permitted (ESC-13, 17)', () => {
    expect(links('ftp://a.com and rdar:/1234')).toBe('ftp://a.com and rdar:/1234');
    expect(links('ftp://a.com and rdar:/1234', { permittedProtocols: ['rdar'] })).toBe(
      'ftp://a.com and [rdar:/1234]',
    );
    expect(links('javascript://%0aalert(1)')).toBe('javascript://%0aalert(1)');
  });
});

describe('shorten', () => {
  const shown = (text: string): string =>
    />(.*)<\/a>/.exec(linkify(text, { shorten: true }))?.[1] ?? text;

  it.each([
    ['http://reallylong.com/link/that/exceedsthelenglimit.html', 'http://reallylong.com/link...'],
    ['http://reallylongdomainnamethatwillbetoolong.com/hi!', 'http://reallylongdomainnametha...'],
    ['http://mydomain.com/this-is-a-really-long-first-segment', 'http://mydomain.com/this-is-...'],
    ['http://mydomain.com/index.html?with=a&long=query', 'http://mydomain.com/index...'],
    ['http://mydomain.com/q?with=a&rather&long=query', 'http://mydomain.com/q...'],
    ['http://mydomain.com/a&b&c&d&e&f&g&h&i', 'http://mydomain.com/a&amp;b...'],
    ['www.external-link.com/with/a/long/path', 'www.external-link.com/with...'],
    ['http://short.com/path', 'http://short.com/path'],
    ['http://exactly.thirty.com/123456', 'http://exactly.thirty.com/123456'],
    ['http://no-path.but.not.quite.short.com', 'http://no-path.but.not.quite.short.com'],
    ['http://😀😀😀😀😀😀😀😀😀😀😀😀x😀😀😀😀😀😀😀😀😀/', 'http://😀😀😀😀😀😀😀😀😀😀😀...'],
  ])('shows %j as %j (ESC-14, 17)', (text, short) => {
    expect(shown(text)).toBe(short);
  });

  it('adds the whole link as title, and keeps it as href (ESC-14)', () => {
    const url = 'http://reallylong.com/link/that/exceedsthelenglimit.html';
    expect(linkify(url, { shorten: true })).toBe(
      `<a href="${url}" title="${url}">http://reallylong.com/link...</a>`,
    );
    expect(linkify('http://short.com', { shorten: true })).not.toContain('title');
    expect(linkify('www.external-link.com/with/a/long/path', { shorten: true })).toContain(
      ' title="http://www.external-link.com/with/a/long/path"',
    );
  });

  it('never shows more than 33 characters of a link that is longer than 45, nor half an entity', () => {
    const part = fc.constantFrom('a', 'bcd', '/', '&', '"', '.', '?', '😀', '(x)');
    fc.assert(
      fc.property(fc.array(part, { minLength: 50 }), (parts) => {
        const text = shown(`http://x${parts.join('')}y`);
        expect(text).not.toMatch(/&(?!amp;|quot;)|[\ud800-\udbff](?![\udc00-\udfff])/);
        expect(text.length).toBeLessThanOrEqual(48);
      }),
    );
  });
});

describe('extraParams', () => {
  it('are put into the tag, trimmed, behind one space (ESC-15)', () => {
    expect(linkify('www.a.com', { extraParams: '  rel="nofollow" class="x" ' })).toBe(
      '<a href="http://www.a.com" rel="nofollow" class="x">www.a.com</a>',
    );
    expect(linkify('www.a.com', { extraParams: '  ' })).toBe(
      '<a href="http://www.a.com">www.a.com</a>',
    );
  });

  it('may be made from the href (ESC-15)', () => {
    const extraParams = (href: string): string =>
      href.startsWith('http://in.') ? ' class="internal" ' : 'class="external"';
    expect(linkify('http://in.com www.out.com', { extraParams })).toBe(
      '<a href="http://in.com" class="internal">http://in.com</a> ' +
        '<a href="http://www.out.com" class="external">www.out.com</a>',
    );
  });
});

describe('any text', () => {
  const unit = fc.constantFrom(
    ...['http://', 'www.', 'a', 'é', '-', ':', '/', '(', ')', '&', '"', "'", '<', '.', ' ', '😀'],
  );

  it('is still there when the links are taken out again', () => {
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        expect(linkify(text).replaceAll(/<a href="[^"<>]*">|<\/a>/g, '')).toBe(xhtmlEscape(text));
      }),
    );
  });

  it.each([
    'a',
    '-',
    'http://',
    'http://a(',
    'www.(',
    'www.a.',
    'www.!',
    'a:/',
    'a:/!',
    '(((http://a',
    'http://a(www.b',
    'http://((',
    'www.a(b)',
    '&',
    '"',
    ':',
  ])('takes linear time on 100 kB of %j', (part) => {
    const text = `http://x${part.repeat(100_000 / part.length)}`;
    const begin = performance.now();
    linkify(`${text} ${text}`, { shorten: true });
    linkify(`${text}( ${text}!!`, { permittedProtocols: [] });
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});
