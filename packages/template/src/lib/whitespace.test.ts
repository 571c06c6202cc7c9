import { describe, expect, it } from 'vitest';

import { DictLoader } from './dict-loader.ts';
import { Template } from './template.ts';
import { filterWhitespace } from './whitespace.ts';

const MESSY = '   \n\t\nasdf\t   ';

describe('filterWhitespace', () => {
  it.each([
    ['all', ' a \n\t b ', ' a \n\t b '],
    ['single', ' a \t b \n\n\t c', ' a b\nc'],
    ['single', 'a\r\n  b', 'a\nb'],
    ['single', 'a\u00a0 \t\u3000b', 'a\u00a0 \u3000b'],
    ['single', 'a\x1c\n\x85b\ufeff\nc', 'a\nb\ufeff\nc'],
    ['oneline', ' a \n\n b\t\r\nc ', ' a b c '],
  ] as const)('in mode %s makes %j into %j (TPL-17)', (mode, text, result) => {
    expect(filterWhitespace(mode, text)).toBe(result);
  });

  it('refuses another mode (TPL-17)', () => {
    const mode = JSON.parse('"double"') as 'all';
    const error = new RangeError('invalid whitespace mode double');
    expect(() => filterWhitespace(mode, '')).toThrow(error);
    expect(() => new Template('', { whitespace: mode })).toThrow(error);
    expect(() => new DictLoader({}, { whitespace: mode })).toThrow(error);
  });
});

function render(source: string, options: ConstructorParameters<typeof Template>[1] = {}): string {
  return new Template(source, options).generate().toString();
}

describe('the mode of a template', () => {
  it.each([
    ['foo.html', '\nasdf '],
    ['foo.js', '\nasdf '],
    ['foo.txt', MESSY],
    ['<string>', MESSY],
  ])('goes by the name: %s (TPL-18, 28)', (name, result) => {
    expect(render(MESSY, { name })).toBe(result);
  });

  it('is what the options say (TPL-18, 28)', () => {
    expect(render(MESSY, { name: 'foo.html', whitespace: 'all' })).toBe(MESSY);
    expect(render(MESSY, { name: 'foo.txt', whitespace: 'oneline' })).toBe(' asdf ');
  });

  it('is what the loader says, rather than the name (TPL-18)', () => {
    const loader = new DictLoader({ 'foo.html': MESSY }, { whitespace: 'oneline' });
    expect(loader.load('foo.html').generate().toString()).toBe(' asdf ');
  });

  it('is what the template’s options say, rather than the loader (TPL-18)', () => {
    const loader = new DictLoader({}, { whitespace: 'oneline' });
    expect(render(MESSY, { loader, whitespace: 'all' })).toBe(MESSY);
  });

  it('changes for the rest of the file at a directive (TPL-18)', () => {
    const source = ' \n {% whitespace oneline %} \n {% whitespace all %} \n ';
    expect(render(source, { name: 'foo.html' })).toBe('\n  \n ');
  });

  it('does not change in included files (TPL-18)', () => {
    const loader = new DictLoader({
      'a.html': '{% whitespace oneline %} \n {% include b.html %} \n ',
      'b.html': 'b \n b',
    });
    expect(loader.load('a.html').generate().toString()).toBe(' b\nb ');
  });

  it('does not change text with <pre> (TPL-18)', () => {
    expect(render('a \n b{{ 1 }}<pre> \n </pre> \n ', { name: 'a.html' })).toBe(
      'a\nb1<pre> \n </pre> \n ',
    );
  });

  it('counts for each piece of text between tags (TPL-20)', () => {
    expect(render('a {# c #} b\n{{ 1 }}\n c', { name: 'a.html' })).toBe('a  b\n1\nc');
  });

  it('can be given as compressWhitespace (TPL-19)', () => {
    expect(render(MESSY, { compressWhitespace: true })).toBe('\nasdf ');
    expect(render(MESSY, { name: 'a.html', compressWhitespace: false })).toBe(MESSY);
  });

  it('cannot be given twice (TPL-19)', () => {
    expect(() => render('', { whitespace: 'all', compressWhitespace: true })).toThrow(
      new TypeError('cannot set both whitespace and compressWhitespace'),
    );
  });
});
