// What a request's head says of its host, its connection and its body.
import { describe, expect, it } from 'vitest';
import { HTTPInputError } from './errors.ts';
import { RequestParser } from './request-parser.ts';
import type { RequestHead } from './request-head.ts';

/** The head as parsed, or the code it is refused with. */
function headOf(text: string): RequestHead | string {
  let head: RequestHead | undefined;
  const parser = new RequestParser({
    onHead: (found) => {
      head = found;
    },
    onBody: () => undefined,
    onEnd: () => undefined,
  });
  const bytes = Buffer.from(text, 'latin1');
  try {
    parser.push(bytes, 0, bytes.length);
  } catch (error) {
    if (error instanceof HTTPInputError) return `${error.code} ${error.status}`;
    throw error;
  }
  return head ?? 'no head';
}

function get(fields: string, line = 'GET / HTTP/1.1'): RequestHead | string {
  return headOf(`${line}\r\n${fields}\r\n`);
}

describe('the connection of a request', () => {
  it.each([
    ['GET / HTTP/1.1', 'Host: x\r\n', true],
    ['GET / HTTP/1.1', 'Host: x\r\nConnection: CLOSE\r\n', false],
    ['GET / HTTP/1.1', 'Host: x\r\nConnection: a,\tclose \r\n', false],
    ['GET / HTTP/1.1', 'Host: x\r\nConnection: a\r\nConnection: close\r\n', false],
    ['GET / HTTP/1.1', 'Host: x\r\nConnection: keep-alive, close\r\n', false],
    ['GET / HTTP/1.1', 'Host: x\r\nConnection: closed\r\n', true],
    ['GET / HTTP/1.1', 'Host: x\r\nConnection: \xa0close\r\n', true],
    ['GET / HTTP/1.0', '', false],
    ['GET / HTTP/1.0', 'Connection: Keep-Alive\r\n', true],
    ['HEAD / HTTP/1.0', 'Connection: keep-alive\r\n', true],
    ['GET / HTTP/1.0', 'Connection: keep-alive, close\r\n', false],
    ['POST / HTTP/1.0', 'Connection: keep-alive\r\n', false],
    ['POST / HTTP/1.0', 'Connection: keep-alive\r\nContent-Length: 0\r\n', true],
  ])('after %s with %j goes on: %s (H1C-22)', (line, fields, keepAlive) => {
    expect(get(fields, line)).toMatchObject({ keepAlive });
  });

  it('is asked for another protocol only with both fields', () => {
    const both = 'Host: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n';
    expect(get(both)).toMatchObject({ isUpgrade: true });
    expect(get('Host: x\r\nUpgrade: websocket\r\n')).toMatchObject({ isUpgrade: false });
    expect(get('Host: x\r\nConnection: upgrade\r\n')).toMatchObject({ isUpgrade: false });
    expect(get(both, 'GET / HTTP/1.0')).toMatchObject({ isUpgrade: false });
  });

  it.each([
    ['Content-Length: 0\r\n', true],
    ['Content-Length: 1\r\n', false],
    ['Transfer-Encoding: chunked\r\n', false],
  ])('is asked for another protocol with %j: %s', (fields, isUpgrade) => {
    const both = 'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
    expect(get(both + fields)).toMatchObject({ isUpgrade });
  });

  it('waits for a 100 only where HTTP/1.1 says exactly that', () => {
    const expecting = 'Host: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n';
    expect(get(expecting)).toMatchObject({ expectContinue: true });
    expect(get(expecting, 'GET / HTTP/1.0')).toMatchObject({ expectContinue: false });
  });
});

describe('the host of a request', () => {
  it.each([
    ['Host: example.com:8080\r\n', 'GET / HTTP/1.1', 'example.com:8080'],
    ['Host: [::1]:80\r\n', 'GET / HTTP/1.1', '[::1]:80'],
    ['', 'GET / HTTP/1.0', '127.0.0.1'],
    ['Host: X\r\n', 'OPTIONS * HTTP/1.1', 'X'],
    ['Host: x:80\r\n', 'GET http://X/a HTTP/1.1', 'x:80'],
    ['Host: x\r\n', 'GET HTTPS://x:443?q HTTP/1.1', 'x'],
    ['', 'GET http://x:81/ HTTP/1.0', 'x:81'],
    ['Host: x\r\n', 'CONNECT x:443 HTTP/1.1', 'x'],
  ])('with %j and %s is %s (HTU-11)', (fields, line, host) => {
    expect(get(fields, line)).toMatchObject({ host });
  });

  it.each([
    ['another host in the target', 'Host: x\r\n', 'GET http://y/ HTTP/1.1', 'ERR_BAD_HOST 400'],
    ['another port in the target', 'Host: x\r\n', 'GET http://x:81/ HTTP/1.1', 'ERR_BAD_HOST 400'],
    ['a user in the target', 'Host: x\r\n', 'GET http://u@x/ HTTP/1.1', 'ERR_BAD_START_LINE 400'],
    ['no host in the target', 'Host: x\r\n', 'GET http:/// HTTP/1.1', 'ERR_BAD_START_LINE 400'],
    ['another scheme', 'Host: x\r\n', 'GET ftp://x/ HTTP/1.1', 'ERR_BAD_START_LINE 400'],
    ['a target without a root', 'Host: x\r\n', 'GET a HTTP/1.1', 'ERR_BAD_START_LINE 400'],
    ['a star for GET', 'Host: x\r\n', 'GET * HTTP/1.1', 'ERR_BAD_START_LINE 400'],
    ['CONNECT to a path', 'Host: x\r\n', 'CONNECT / HTTP/1.1', 'ERR_BAD_START_LINE 400'],
    ['an empty Host', 'Host:\r\n', 'GET / HTTP/1.1', 'ERR_BAD_HOST 400'],
    ['a bracket alone in Host', 'Host: [::1\r\n', 'GET / HTTP/1.1', 'ERR_BAD_HOST 400'],
    ['a path in Host', 'Host: x/y\r\n', 'GET / HTTP/1.1', 'ERR_BAD_HOST 400'],
    ['bytes above 127 in Host', 'Host: \xe9\r\n', 'GET / HTTP/1.1', 'ERR_BAD_HOST 400'],
    ['two hosts of HTTP/1.0', 'Host: x\r\nhost: y\r\n', 'GET / HTTP/1.0', 'ERR_BAD_HOST 400'],
  ])('is refused with %s (HTU-12, SEC-20)', (_name, fields, line, refusal) => {
    expect(get(fields, line)).toBe(refusal);
  });

  it('is quoted in the message, but not at any length', () => {
    const parser = new RequestParser({
      onHead: () => undefined,
      onBody: () => undefined,
      onEnd: () => undefined,
    });
    const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: ${'/'.repeat(5000)}\r\n\r\n`);
    expect(() => parser.push(bytes, 0, bytes.length)).toThrow(
      /^Invalid Host header "\/{100}…", not host or host:port$/,
    );
  });
});

describe('the body of a request', () => {
  it.each([
    ['Content-Length: 5\t \r\n', 5],
    ['Content-Length: 007\r\n', 7],
    ['Content-Length: 3\r\nCONTENT-LENGTH: 3 , 3\r\n', 3],
    ['Content-Lengt: 3\r\nContent-Length-: 4\r\n', -1],
    ['Content-Length: 9007199254740991\r\n', 9007199254740991],
  ])('with %j has %i bytes (H1C-13)', (fields, contentLength) => {
    const head = new Promise<RequestHead>((resolve) => {
      const parser = new RequestParser(
        { onHead: resolve, onBody: () => undefined, onEnd: () => undefined },
        { maxBodyBytes: Number.MAX_SAFE_INTEGER },
      );
      const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: x\r\n${fields}\r\n`);
      parser.push(bytes, 0, bytes.length);
    });
    return expect(head).resolves.toMatchObject({ contentLength });
  });

  it.each(['\xa05', '5\xa0', '5\x85'])(
    'is refused with white space of another kind in its length %j (SEC-15, PYS-18)',
    (length) => {
      expect(get(`Host: x\r\nContent-Length: ${length}\r\n`)).toBe('ERR_BAD_CONTENT_LENGTH 400');
    },
  );

  it.each(['5,', ',5', '5,,5', '5 5', '-5', '0x5', '5.0', '1e1', '\u0665'])(
    'is refused with the length %j (H1C-13, SEC-13)',
    (length) => {
      expect(get(`Host: x\r\nContent-Length: ${length}\r\n`)).toBe('ERR_BAD_CONTENT_LENGTH 400');
    },
  );

  it('is refused with both framings, in either order (H1C-15)', () => {
    const fields = ['Host: x\r\n', 'Content-Length: 0\r\n', 'Transfer-Encoding: chunked\r\n'];
    expect(get(fields.join(''))).toBe('ERR_BAD_TRANSFER_ENCODING 400');
    expect(get(fields.reverse().join(''))).toBe('ERR_BAD_TRANSFER_ENCODING 400');
  });
});

describe('text of a head', () => {
  it('is one character a byte (H1C-4)', () => {
    const head = get('Host: x\r\nA: \xe9\xff\r\n', 'GET /\xc3\xa9 HTTP/1.1');
    if (typeof head === 'string') throw new Error(head);
    expect([head.target, head.headers.get('a')]).toEqual(['/\xc3\xa9', '\xe9\xff']);
  });
});
