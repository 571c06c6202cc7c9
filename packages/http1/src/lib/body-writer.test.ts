import { describe, expect, it } from 'vitest';
import { BodyWriter } from './body-writer.ts';
import { HTTPHeaders } from './headers.ts';

describe('BodyWriter', () => {
  const kind = (method: string, minor: number, status: number, init = {}): string =>
    BodyWriter.forResponse(method, minor, status, new HTTPHeaders(init)).kind;

  it.each([
    ['GET', 1, 200, {}, 'chunked'],
    ['GET', 0, 200, {}, 'close'],
    ['GET', 1, 200, { 'Content-Length': '3' }, 'length'],
    ['HEAD', 1, 200, {}, 'none'],
    ['GET', 1, 204, {}, 'none'],
    ['GET', 1, 304, { 'Content-Length': '3' }, 'none'],
    ['GET', 1, 103, {}, 'none'],
  ])(
    'frames the answer to %s of HTTP/1.%i with %i (H1C-26, SEC-1, 7)',
    (method, minor, status, init, expected) => {
      expect(kind(method, minor, status, init)).toBe(expected);
    },
  );

  it.each([
    [true, {}, 'chunked'],
    [true, { 'Content-Length': '3' }, 'length'],
    [false, {}, 'none'],
    [false, { 'Content-Length': '0' }, 'length'],
  ])('frames a request whose body is there: %s, with %j (H1C-27)', (hasBody, init, expected) => {
    expect(BodyWriter.forRequest(hasBody, new HTTPHeaders(init)).kind).toBe(expected);
  });

  it('says in the head that chunks follow, and nothing otherwise', () => {
    const lines = (minor: number): string =>
      BodyWriter.forResponse('GET', minor, 200, new HTTPHeaders()).headerLines;
    expect([lines(1), lines(0)]).toEqual(['Transfer-Encoding: chunked\r\n', '']);
  });

  it('leaves the coding to nobody else (SEC-14)', () => {
    const headers = new HTTPHeaders({ 'Transfer-Encoding': 'chunked' });
    expect(() => BodyWriter.forRequest(true, headers)).toThrow('Transfer-Encoding is not');
    expect(() => BodyWriter.forResponse('GET', 1, 200, headers)).toThrow(
      'Transfer-Encoding is not',
    );
  });

  it.each([204, 304])('takes no body in a %i (H1C-30, SEC-1)', (status) => {
    const body = BodyWriter.forResponse('GET', 1, status, new HTTPHeaders());
    body.finish();
    expect(() => {
      body.count(1);
    }).toThrow(expect.objectContaining({ code: 'ERR_BODY_NOT_ALLOWED' }) as Error);
  });

  it('counts against Content-Length (H1C-30)', () => {
    const body = BodyWriter.forResponse('GET', 1, 200, new HTTPHeaders({ 'Content-Length': '3' }));
    body.count(2);
    expect(() => {
      body.finish();
    }).toThrow('Tried to write 1 bytes less than Content-Length');
    expect(() => {
      body.count(2);
    }).toThrow('Tried to write more data than Content-Length');
  });

  it('refuses an invalid Content-Length, or one where none may be (H1C-31, SEC-1)', () => {
    expect(() => kind('GET', 1, 200, { 'Content-Length': '+3' })).toThrow('Invalid Content-Length');
    expect(() => kind('GET', 1, 204, { 'Content-Length': '3' })).toThrow('Content-Length in a 204');
  });
});
