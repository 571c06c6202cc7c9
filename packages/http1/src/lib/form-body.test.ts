import { describe, expect, it } from 'vitest';
import {
  parseBodyArguments,
  parseMultipartFormData,
  setParseBodyConfig,
  type HTTPFile,
  type ParseBodyOptions,
} from './form-body.ts';
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
      'Unsupported Content-Encoding: "gzip"',
    );
  });

  it('has at most ten thousand arguments, or as many as it is told', () => {
    const form = (count: number): string => 'a=&'.repeat(count - 1) + 'b=';
    const type = 'application/x-www-form-urlencoded';
    expect(() => parse(type, form(10_001))).toThrow('up to 10001 arguments, limit is 10000');
    expect(() => parse(type, form(3), { maxArguments: 2 })).toThrow('limit is 2');
    const { args } = parse(type, form(200_000), { maxArguments: 200_000 });
    expect(args).toMatchObject({ b: [''] });
  });

  it('is appended to what is there already (HTU-39)', () => {
    const args: ArgumentMap = new Map([['a', [Buffer.from('0')]]]);
    parseBodyArguments('application/x-www-form-urlencoded', Buffer.from('a=1&b'), args, new Map());
    expect([...args].map(([name, values]) => [name, values.join()])).toEqual([
      ['a', '0,1'],
      ['b', ''],
    ]);
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

  it.each(['-', '--', '--a', '\r', '\r\n', '\r\n--'])(
    'keeps a file that begins with %j, which is no boundary',
    (text) => {
      const head = 'Content-Disposition: form-data; name="f"; filename="x"';
      expect(parse(MULTIPART, `${part(head, `${text}and more`)}--b--`)).toMatchObject({
        files: { f: [{ body: `${text}and more` }] },
      });
    },
  );

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
      'a part that ends in nothing',
      MULTIPART,
      '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nc--b--',
      'no final boundary',
    ],
    ['no colon', MULTIPART, `${part('X', '1')}--b--`, 'no colon'],
    ['a header that is not UTF-8 (HTU-27)', MULTIPART, `${part('X: \xff', '1')}--b--`, 'not UTF-8'],
    [
      'two names',
      MULTIPART,
      `${part('Content-Disposition: form-data; name=a\r\ncontent-disposition: form-data; name=b', '1')}--b--`,
      'two "content-disposition"',
    ],
    [
      'a bare CR in a header (SEC-28)',
      MULTIPART,
      `${part('X: y\rz', '1')}--b--`,
      'control character',
    ],
  ])('with %s is refused at the first fault (HTU-25, SEC-18)', (_name, type, body, message) => {
    expect(() => parse(type, body)).toThrow(message);
  });

  it('has files whose fields are reached by property and by key (HTU-37)', () => {
    const files = new Map<string, HTTPFile[]>();
    const body = `${part('Content-Disposition: form-data; name="f"; filename="x"', 'y')}--b--`;
    parseMultipartFormData('b', Buffer.from(body), new Map(), files);
    const key: keyof HTTPFile = 'filename';
    expect([files.get('f')?.[0]?.filename, files.get('f')?.[0]?.[key]]).toEqual(['x', 'x']);
    expect(files.get('f')?.[0]?.contentType).toBe('application/unknown');
  });

  it('keeps what has one name in order, and takes UTF-8 names (HTU-27, 38)', () => {
    const utf8 = Buffer.from('name="ü"').toString('latin1');
    const body =
      part(`Content-Disposition: form-data; ${utf8}`, '1') +
      part(`CONTENT-DISPOSITION: Form-Data; ${utf8}`, '2');
    expect(parse(MULTIPART, `${body}--b--`).args).toEqual({ ü: ['1', '2'] });
  });

  it('is read by the process’s own limits where a call has none (HTU-41)', () => {
    const one = `${part('Content-Disposition: form-data; name="a"', '1')}--b--`;
    setParseBodyConfig({ multipart: { maxParts: 0 } });
    try {
      expect(() => parse(MULTIPART, one)).toThrow('limit is 0');
      expect(parse(MULTIPART, one, { multipart: { maxParts: 1 } }).args).toEqual({ a: ['1'] });
    } finally {
      setParseBodyConfig({});
    }
    expect(parse(MULTIPART, one).args).toEqual({ a: ['1'] });
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

describe('a multipart boundary', () => {
  it.each([
    ['70 characters', 70, 'no final boundary'],
    ['71 characters', 71, 'is 71 characters, limit is 70'],
    ['twenty thousand characters', 20_000, 'limit is 70'],
  ])('of %s is searched for in linear time, or refused', (_name, length, reason) => {
    const boundary = `${'-'.repeat(length - 1)}x`;
    const begin = performance.now();
    expect(() => {
      parseMultipartFormData(boundary, Buffer.alloc(1_000_000, '-'), new Map(), new Map());
    }).toThrow(reason);
    expect(performance.now() - begin).toBeLessThan(200);
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

  it.each([
    ['a; b="c"d; e=f', { b: '"c"d', e: 'f' }],
    ['a; b="c; d=e', { b: '"c; d=e' }],
    ['a;; ; b=', { b: '' }],
    ['a; b=c=d', { b: 'c=d' }],
    ['a; b=1; B=2', { b: '2' }],
    [' a ; b="\u00a0" ', { b: '\u00a0' }],
  ])('of %j that is not quite right are taken as they stand', (line, params) => {
    const found = parseHeaderParams(line);
    expect([found.value, Object.fromEntries(found.params)]).toEqual(['a', params]);
  });

  it('keep the plain file name where the extended one cannot be read (HTU-28)', () => {
    const name = (line: string): unknown => parseHeaderParams(line).params.get('filename');
    expect(name(`a; filename=x; filename*=UTF-8''%ff`)).toBe('x');
    expect(name(`a; filename=x; filename*=latin1''y`)).toBe('x');
    expect(name(`a; filename*=utf-8'en'y; filename=x`)).toBe('y');
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
    parseHeaderParams(`form-data${'; a="\\'.repeat(10_000)}`);
    parseHeaderParams(`form-data${' '.repeat(10_000)};${' '.repeat(10_000)}=${' '.repeat(10_000)}`);
    expect(performance.now() - begin).toBeLessThan(200);
  });
});
