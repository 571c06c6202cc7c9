import { expect, it } from 'vitest';
import { HTTPInputError } from './errors.ts';
import { RequestParser } from './request-parser.ts';
import { rereadRequestHead } from './reread-head.ts';
import type { RequestHead } from './request-head.ts';

const TEXT = 'GET /a?b=c HTTP/1.1\r\nHost: x:80\r\nCookie: a=1\r\nX: \xe4\r\nCOOKIE: b=2\r\n\r\n';

function headOf(text: string): RequestHead {
  const heads: RequestHead[] = [];
  const sink = {
    onHead: (head: RequestHead) => heads.push(head),
    onBody: () => undefined,
    onTrailers: () => undefined,
    onEnd: () => undefined,
  };
  new RequestParser(sink).push(Buffer.from(text, 'latin1'), 0, text.length);
  return heads[0]!;
}

it('reads a head again from the text that it came as', () => {
  const first = headOf(TEXT);
  expect(first.headers.wireText).toBe(TEXT);
  const second = rereadRequestHead(first.headers.wireText ?? '');
  expect(second).toEqual(first);
  expect(second.headers.getList('cookie')).toEqual(['a=1', 'b=2']);
  expect(second.headers.get('X')).toBe('\xe4');
});

it('knows the text as long as the fields are as they came', () => {
  const { headers } = headOf(TEXT);
  expect(headers.getList('Cookie')).toEqual(['a=1', 'b=2']);
  expect(headers.getList('Nothing')).toEqual([]);
  expect(headers.wireText).toBe(TEXT);
  headers.set('X', '2');
  expect(headers.wireText).toBeNull();
});

it('refuses a text that is no whole head', () => {
  expect(() => rereadRequestHead(TEXT.slice(0, -2))).toThrow(HTTPInputError);
});
