import { describe, expect, it } from 'vitest';
import { RequestParser } from './request-parser.ts';
import { ResponseParser } from './response-parser.ts';
import { statusLine } from './responses.ts';
import { parseRequestStartLine, parseResponseStartLine } from './start-line.ts';

describe('a request line as text', () => {
  it('is method, path and version (HTU-32)', () => {
    expect(parseRequestStartLine('GET /foo\xe9 HTTP/1.1')).toEqual({
      method: 'GET',
      path: '/foo\xe9',
      version: 'HTTP/1.1',
    });
  });

  it.each(['GET  / HTTP/1.1', 'GET / HTTP/1.1 ', 'G@T / HTTP/1.1', 'GET /\x7f HTTP/1.1', 'GET /'])(
    'is refused when it is %j (HTU-32, SEC-19)',
    (line) => {
      expect(() => parseRequestStartLine(line)).toThrow('Malformed HTTP request line');
    },
  );

  it('is refused with another major version (HTU-32)', () => {
    expect(() => parseRequestStartLine('GET / HTTP/2.0')).toThrow('Unexpected HTTP version');
  });
});

describe('a status line as text', () => {
  it.each([
    ['HTTP/1.1 200 OK', { version: 'HTTP/1.1', code: 200, reason: 'OK' }],
    ['HTTP/1.0 404 ', { version: 'HTTP/1.0', code: 404, reason: null }],
    ['HTTP/1.1 299 a b', { version: 'HTTP/1.1', code: 299, reason: 'a b' }],
  ])('%j is version, code and reason (HTU-33)', (line, parts) => {
    expect(parseResponseStartLine(line)).toEqual(parts);
  });

  it.each(['HTTP/1.1 200', 'HTTP/1.1 20 OK', 'HTTP/1.1 2000 OK', 'HTTP/1.1  200 OK', '200 OK'])(
    'is refused when it is %j (HTU-33)',
    (line) => {
      expect(() => parseResponseStartLine(line)).toThrow('Malformed HTTP status line');
    },
  );

  it('goes out as HTTP/1.1, whatever was asked (H1C-28)', () => {
    expect(statusLine(200)).toBe('HTTP/1.1 200 OK\r\n');
    expect(statusLine(200, 'Fine')).toBe('HTTP/1.1 200 Fine\r\n');
  });
});

describe('a start line on the wire', () => {
  const sink = { onHead: () => undefined, onBody: () => undefined, onEnd: () => undefined };
  const push = (parser: RequestParser | ResponseParser, text: string): void => {
    const bytes = Buffer.from(text, 'latin1');
    parser.push(bytes, 0, bytes.length);
  };

  it.each([
    ['GET / HTTP/2', 'GET / HTTP/2.0\r', 'ERR_BAD_VERSION'],
    ['GET / HTTP/1.1', 'GET / HTTP/1.1\n', 'ERR_BAD_START_LINE'],
    ['GET /', 'GET /\r', 'ERR_BAD_START_LINE'],
    ['', ' ', 'ERR_BAD_START_LINE'],
    ['', '\x16', 'ERR_BAD_START_LINE'],
    ['GET', 'GET\t', 'ERR_BAD_START_LINE'],
    ['GET ', 'GET  ', 'ERR_BAD_START_LINE'],
    ['GET /', 'GET /\x7f', 'ERR_BAD_START_LINE'],
    ['GET /', 'GET /\0', 'ERR_BAD_START_LINE'],
    ['GET / h', 'GET / http', 'ERR_BAD_START_LINE'],
    ['GET / HTTP/1.1', 'GET / HTTP/1.10', 'ERR_BAD_START_LINE'],
  ])('of a request goes on after %j, and is refused at the end of %j', (_good, bad, code) => {
    expect(() => {
      push(new RequestParser(sink), bad);
    }).toThrow(expect.objectContaining({ code }) as Error);
  });

  it.each([
    ['SSH-2.0', 'ERR_BAD_START_LINE'],
    ['HTTP/1.1\r', 'ERR_BAD_START_LINE'],
    ['HTTP/1.1 2x', 'ERR_BAD_START_LINE'],
    ['HTTP/1.1 0', 'ERR_BAD_START_LINE'],
    ['HTTP/1.1 2000', 'ERR_BAD_START_LINE'],
    ['HTTP/1.1 200 O\0', 'ERR_BAD_START_LINE'],
    ['HTTP/2.0 ', 'ERR_BAD_VERSION'],
  ])('of a response is refused at the end of %j', (bad, code) => {
    expect(() => {
      push(new ResponseParser(sink), bad);
    }).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('may come behind one empty line, but not behind two (H1C-3)', () => {
    const heads: string[] = [];
    const parser = new RequestParser({ ...sink, onHead: ({ target }) => heads.push(target) });
    push(parser, '\r\nGET /1 HTTP/1.1\r\nHost: x\r\n\r\n');
    parser.next();
    expect(heads).toEqual(['/1']);
    expect(() => {
      push(parser, '\r\n\r\n');
    }).toThrow('Malformed HTTP request line');
  });
});
