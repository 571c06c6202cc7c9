import { describe, expect, it } from 'vitest';
import { parseBodyArguments, type HTTPFile, type ParseBodyOptions } from './form-body.ts';
import { parseHeaderParams, encodeHeaderParams } from './header-params.ts';
import { HTTPHeaders } from './headers.ts';
import type { ArgumentMap } from './query.ts';

function parse(
  contentType: string,
  body: string,
  options?: ParseBodyOptions,
): { args: unknown; files: unknown } {
  const args: ArgumentMap = new Map();
  const files = new Map<string, HTTPFile[]>();
  parseBodyArguments(contentType, Buffer.from(body, 'latin1'), args, files, options);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
  return {
    args: Object.fromEntries(Array.from(args, ([name, values]) => [name, values.map(text)])),
    files: Object.fromEntries(
      Array.from(files, ([name, all]) => [
        name,
        all.map((file) => ({ ...file, body: text(file.body) })),
      ]),
    ),
  };
}

const part = (head: string, body: string): string => `--b\r\n${head}\r\n\r\n${body}\r\n`;
const MULTIPART = 'multipart/form-data; boundary="b"';

describe('an URL-encoded form', () => {
  it('keeps blanks and the order of values (HTU-22, 38)', () => {
    expect(parse('application/x-www-form-urlencoded', 'a=1&b=&a=%e2%9c%93+x').args).toEqual({
      a: ['1', '✓ x'],
      b: [''],
    });
  });

  it('with a Content-Encoding is refused (HTU-22)', () => {
    const headers = new HTTPHeaders({ 'Content-Encoding': 'gzip' });
    expect(() => parse('application/x-www-form-urlencoded', 'a=1', { headers })).toThrow(
      'Unsupported Content-Encoding: gzip',
    );
  });

  it('of another type is ignored (HTU-39)', () => {
    expect(parse('application/json', '{}')).toEqual({ args: {}, files: {} });
  });
});

describe('a multipart form', () => {
  it('gives arguments and files (HTU-23, 24, 26)', () => {
    const body =
      part('Content-Disposition: form-data; name="a"', '1') +
      part(
        'Content-Disposition: form-data; name="f"; filename="x.txt"\r\nContent-Type: text/plain',
        'two\r\nlines',
      ) +
      part('Content-Disposition: form-data; name="g"; filename=""', '3');
    expect(parse(MULTIPART, `${body}--b--\r\nignored`)).toEqual({
      args: { a: ['1'], g: ['3'] },
      files: { f: [{ filename: 'x.txt', body: 'two\r\nlines', contentType: 'text/plain' }] },
    });
  });

  it.each([
    ['no boundary', 'multipart/form-data', '', 'multipart boundary not found'],
    ['another type (HTU-40)', 'multipart/form-dataxyz; boundary=b', '', 'Invalid content type'],
    [
      'no final boundary',
      MULTIPART,
      part('Content-Disposition: form-data; name="a"', '1'),
      'no final boundary',
    ],
    [
      'no blank line',
      MULTIPART,
      '--b\r\nContent-Disposition: form-data; name="a"\r\n--b--',
      'missing headers',
    ],
    ['no name', MULTIPART, `${part('Content-Disposition: form-data', '1')}--b--`, 'missing name'],
    ['no disposition', MULTIPART, `${part('X: y', '1')}--b--`, 'no Content-Disposition'],
    [
      'a bare CR in a header (SEC-28)',
      MULTIPART,
      `${part('X: y\rz', '1')}--b--`,
      'control character',
    ],
  ])('with %s is refused at the first fault (HTU-25, SEC-18)', (_name, type, body, message) => {
    expect(() => parse(type, body)).toThrow(message);
  });

  it('has at most a hundred parts and 10 KiB of header each (HTU-27, SEC-26)', () => {
    const one = part('Content-Disposition: form-data; name="a"', '1');
    expect(() => parse(MULTIPART, `${one.repeat(101)}--b--`)).toThrow(
      'too many parts, limit is 100',
    );
    const long = part(`Content-Disposition: form-data; name="${'a'.repeat(11_000)}"`, '1');
    expect(() => parse(MULTIPART, `${long}--b--`)).toThrow('limit is 10240');
    const multipart = { enabled: false };
    expect(() => parse(MULTIPART, `${one}--b--`, { multipart })).toThrow('disabled');
  });
});

describe('header parameters', () => {
  it('unescape quoted values and keep semicolons in them (HTU-28)', () => {
    const { value, params } = parseHeaderParams('form-data; NAME="a;\\"b\\\\"; x = y ; bare');
    expect(value).toBe('form-data');
    expect([...params]).toEqual([
      ['name', 'a;"b\\'],
      ['x', 'y'],
      ['bare', null],
    ]);
  });

  it('take filename* of RFC 8187 for filename (HTU-28)', () => {
    const { params } = parseHeaderParams(`form-data; filename="x"; filename*=UTF-8''%e2%82%ac.txt`);
    expect(params.get('filename')).toBe('€.txt');
  });

  it('keep a parameter without value (HTU-29)', () => {
    expect(parseHeaderParams('a; b').params.get('b')).toBeNull();
  });

  it('are written sorted, a null as the bare name (HTU-30)', () => {
    expect(
      encodeHeaderParams(
        'a',
        new Map([
          ['c', '1'],
          ['b', null],
        ]),
      ),
    ).toBe('a; b; c=1');
  });

  it('are parsed in linear time (HTU-43, SEC-23)', () => {
    const begin = performance.now();
    parseHeaderParams(`form-data; name="${';'.repeat(10_000)}"${';'.repeat(10_000)}`);
    parseHeaderParams(`form-data; name="${'\\"'.repeat(10_000)}`);
    expect(performance.now() - begin).toBeLessThan(200);
  });
});
