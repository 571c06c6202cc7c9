import { describe, expect, it } from 'vitest';
import { everySplit } from '../../test/every-split.ts';
import { parseMultipartFormData, type HTTPFile } from './form-body.ts';
import { MultipartParser, type MultipartLimits } from './multipart-parser.ts';
import type { ArgumentMap } from './query.ts';

interface Seen {
  readonly name: string;
  readonly filename: string | null;
  readonly contentType: string | null;
  body: string;
  isComplete: boolean;
}

function parse(pieces: Iterable<Uint8Array>, limits?: MultipartLimits): Seen[] {
  const seen: Seen[] = [];
  const last = (): Seen => seen.at(-1) as Seen;
  const parser = new MultipartParser(
    'B',
    {
      onPart: ({ name, filename, contentType }) => {
        seen.push({ name, filename, contentType, body: '', isComplete: false });
      },
      onPartData: (buffer, start, end) => {
        last().body += buffer.toString('latin1', start, end);
      },
      onPartEnd: () => {
        last().isComplete = true;
      },
    },
    limits,
  );
  for (const piece of pieces) parser.push(Buffer.from(piece));
  parser.finish();
  return seen;
}

const field = (name: string, body: string): string =>
  `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${body}\r\n`;
const file = (name: string, body: string): string =>
  `--B\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.txt"\r\nContent-Type: text/plain\r\n\r\n${body}\r\n`;
const END = '--B--\r\n';

describe('MultipartParser', () => {
  it.each([
    ['two fields', field('a', '1') + field('b', '2') + END, ['a=1', 'b=2']],
    ['a file', file('f', 'line\r\nline\n') + END, ['f=line\r\nline\n']],
    ['an empty value', field('a', '') + END, ['a=']],
    [
      'a part without even an empty line behind its head',
      '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n--B--',
      ['a='],
    ],
    [
      'what looks like a boundary',
      field('a', 'x--B\r--B\r\n-\r\n--\r\n--C\r\n\r') + END,
      ['a=x--B\r--B\r\n-\r\n--\r\n--C\r\n\r'],
    ],
    ['text before and behind the parts', `hello\r\n${field('a', '1')}${END}bye --B\r\n`, ['a=1']],
    ['no part at all', '--B--', []],
  ])('reads %s, however the bytes are cut', (_name, text, expected) => {
    for (const pieces of everySplit(Buffer.from(text))) {
      const seen = parse(pieces);
      expect(seen.map(({ name, body }) => `${name}=${body}`)).toEqual(expected);
      expect(seen.every(({ isComplete }) => isComplete)).toBe(true);
    }
  });

  it('gives name, file name and type', () => {
    const [part] = parse([Buffer.from(file('f', 'x') + END)]);
    expect(part).toMatchObject({ name: 'f', filename: 'f.txt', contentType: 'text/plain' });
  });

  it('reads what the parser of whole bodies reads', () => {
    const text = field('a', '1') + file('f', '\r\n\0--\r\n') + field('a', '') + END;
    const args: ArgumentMap = new Map();
    const files = new Map<string, HTTPFile[]>();
    parseMultipartFormData('B', Buffer.from(text), args, files);
    const whole = [
      ...Array.from(args, ([name, values]) => [name, values.map(String)]),
      ...Array.from(files, ([name, list]) => [name, list.map(({ body }) => String(body))]),
    ];
    const streamed = new Map<string, string[]>();
    for (const { name, body } of parse([Buffer.from(text)])) {
      streamed.set(name, [...(streamed.get(name) ?? []), body]);
    }
    expect(new Map(whole as [string, string[]][])).toEqual(streamed);
  });

  it.each([
    ['an end that is missing', field('a', '1'), 'no final boundary'],
    ['a part that is cut', field('a', '1').slice(0, -3), 'no final boundary'],
    ['a boundary that goes on', `${field('a', '1')}--Bx\r\n`, 'followed by something else'],
    ['a part without a name', '--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--', 'name'],
    ['a part of another kind', '--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--', 'form-data'],
  ])('refuses %s', (_name, text, message) => {
    for (const pieces of everySplit(Buffer.from(text))) {
      expect(() => parse(pieces)).toThrow(message);
    }
  });

  it('refuses a part too many (SEC-26)', () => {
    const text = field('a', '1').repeat(3) + END;
    expect(() => parse([Buffer.from(text)], { maxParts: 2 })).toThrow('too many parts, limit is 2');
  });

  it('refuses a head that is too long without keeping more of it', () => {
    const text = `--B\r\nContent-Disposition: ${'x'.repeat(500)}`;
    for (const size of [1, 7, 1000]) {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const bytes = pieces.map((piece) => Buffer.from(piece));
      expect(() => parse(bytes, { maxPartHeaderSize: 100 })).toThrow('limit is 100 bytes');
    }
  });

  it('refuses a part that is too large as soon as it is, with 413', () => {
    const pieces = [
      Buffer.from(file('f', 'x'.repeat(50)).slice(0, -2)),
      Buffer.from('x'.repeat(51)),
    ];
    const refused: unknown = (() => {
      try {
        return parse(pieces, { maxPartSize: 100 });
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toMatchObject({ code: 'ERR_BODY_TOO_LARGE', status: 413 });
  });

  it('refuses a boundary that is too long', () => {
    const sink = { onPart: () => 0, onPartData: () => 0, onPartEnd: () => 0 };
    expect(() => new MultipartParser('x'.repeat(71), sink)).toThrow('limit is 70');
  });
});
