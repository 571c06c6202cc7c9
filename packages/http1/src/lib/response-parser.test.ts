import { describe, expect, it } from 'vitest';
import { outcomes, responses } from '../../test/collect.ts';

describe('a response, cut anywhere', () => {
  it.each([
    [
      'with a length',
      'GET',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab',
      '200 OK keep | body ab | end',
    ],
    [
      'without reason (HTU-33)',
      'GET',
      'HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n',
      '200  keep | end',
    ],
    [
      'in chunks',
      'GET',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n',
      '200 OK keep | body ab | end',
    ],
    [
      'to HEAD (H1C-12)',
      'HEAD',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n',
      '200 OK keep | end',
    ],
    [
      '304 with a length (H1C-12)',
      'GET',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n',
      '304 Not Modified keep | end',
    ],
    ['204 (H1C-12)', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n', '204 No Content keep | end'],
    [
      'behind a 100 (H1C-11)',
      'GET',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      '100 Continue keep | 200 OK keep | end',
    ],
    [
      'that closes',
      'GET',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      '200 OK close | end',
    ],
    [
      'without the space before a reason',
      'GET',
      'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n',
      '200  keep | end',
    ],
    [
      'in chunks with trailers',
      'GET',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n',
      '200 OK keep | body a | trailers X: y | end',
    ],
    [
      '204 that says it is empty (H1C-12)',
      'GET',
      'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n',
      '204 No Content keep | end',
    ],
    [
      'to HEAD in chunks that do not come (H1C-12)',
      'HEAD',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      '200 OK keep | end',
    ],
    [
      'of HTTP/1.0 that keeps alive',
      'GET',
      'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n',
      '200 OK keep | end',
    ],
    ['of HTTP/1.0', 'GET', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', '200 OK close | end'],
  ])('%s gives the same events', (_name, method, bytes, events) => {
    expect(outcomes(responses(method), bytes)).toEqual(new Set([events]));
  });

  it.each([
    ['101', 'GET', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['a 2xx to CONNECT', 'CONNECT', 'HTTP/1.1 200 Connected\r\nContent-Length: 5\r\n\r\n'],
  ])('%s ends HTTP: what follows is not taken', (_name, method, head) => {
    const bytes = Buffer.from(`${head}bytes of another protocol`);
    const events: string[] = [];
    const parser = responses(method)(events);
    expect(parser.push(bytes, 0, bytes.length)).toBe(head.length);
    expect(parser.push(bytes, head.length, bytes.length)).toBe(head.length);
    expect(events.at(-1)).toBe('end');
    parser.eof();
  });

  it('refused to CONNECT has a body like any other', () => {
    const bytes = 'HTTP/1.1 407 No\r\nContent-Length: 1\r\n\r\na';
    expect(outcomes(responses('CONNECT'), bytes)).toEqual(new Set(['407 No keep | body a | end']));
  });

  it('without length is limited too (H1C-14)', () => {
    expect(outcomes(responses('GET', { maxBodyBytes: 1 }), 'HTTP/1.1 200 OK\r\n\r\nab')).toEqual(
      new Set(['ERR_BODY_TOO_LARGE 413']),
    );
  });

  it('without length ends with the connection (H1C-18)', () => {
    const bytes = 'HTTP/1.1 200 OK\r\n\r\nab';
    expect(outcomes(responses('GET'), bytes, true)).toEqual(
      new Set(['200 OK close | body ab | end']),
    );
  });
});
