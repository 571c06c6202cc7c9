import { bench, describe } from 'vitest';

import { RequestParser, ResponseParser } from '../src/index.ts';

const BROWSER = [
  'GET /items?page=2&sort=name HTTP/1.1',
  'Host: 127.0.0.1:8888',
  'Connection: keep-alive',
  'Upgrade-Insecure-Requests: 1',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Encoding: gzip, deflate, br',
  'Accept-Language: en-US,en;q=0.9',
  'Cookie: session=abcdef0123456789; theme=dark',
];
const LOAD_GENERATOR = ['GET / HTTP/1.1', 'Host: 127.0.0.1:8888', 'User-Agent: wrk', 'Accept: */*'];

const sink = { onHead: () => undefined, onBody: () => undefined, onEnd: () => undefined };

function message(lines: readonly string[], body = ''): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}

/** A hundred messages, one after another, each cut at `cut`: one alone is shorter than the clock's own cost. */
function parsing(
  parser: RequestParser | ResponseParser,
  bytes: Buffer,
  cut = bytes.length,
): () => void {
  return () => {
    for (let count = 0; count < 100; count++) {
      parser.push(bytes, 0, cut);
      parser.push(bytes, cut, bytes.length);
      parser.next();
    }
  };
}

describe('a hundred requests', () => {
  const browser = message(BROWSER);
  const chunked = message(
    ['POST / HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked'],
    '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n',
  );
  bench('of a browser, eight fields', parsing(new RequestParser(sink), browser));
  bench('of a browser, in two pieces', parsing(new RequestParser(sink), browser, 200));
  bench('of wrk, three fields', parsing(new RequestParser(sink), message(LOAD_GENERATOR)));
  bench('with two chunks', parsing(new RequestParser(sink), chunked));
});

describe('a hundred responses', () => {
  const response = message(
    ['HTTP/1.1 200 OK', 'Content-Type: text/plain', 'Content-Length: 5'],
    'hello',
  );
  bench('with a length', parsing(new ResponseParser(sink), response));
});
