import { describe, expect, it } from 'vitest';
import { outcomes, requests } from '../../test/collect.ts';
import { RequestParser } from './request-parser.ts';

const HOST = 'Host: x\r\n';

describe('a request, cut anywhere', () => {
  it.each([
    {
      name: 'without a body',
      rfc: '9112 §2.1',
      bytes: `GET /a?b HTTP/1.1\r\n${HOST}\r\n`,
      events: 'GET /a?b 1.1 x keep Host=x | end',
    },
    {
      name: 'with white space around values',
      rfc: '9112 §5.1',
      bytes: 'GET / HTTP/1.1\r\nHost:\t x \t\r\nA:\r\nB: c d\r\n\r\n',
      events: 'GET / 1.1 x keep Host=x&A=&B=c d | end',
    },
    {
      name: 'behind one empty line',
      rfc: '9112 §2.2',
      bytes: `\r\nGET / HTTP/1.1\r\n${HOST}\r\n`,
      events: 'GET / 1.1 x keep Host=x | end',
    },
    {
      name: 'with a length',
      rfc: '9112 §6.2',
      bytes: `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc`,
      events: 'POST / 1.1 x keep Host=x&Content-Length=3 | body abc | end',
    },
    {
      name: 'with a length said twice alike, which is then said once',
      rfc: '9112 §6.3',
      bytes: `POST / HTTP/1.1\r\n${HOST}Content-Length: 1, 1\r\n\r\na`,
      events: 'POST / 1.1 x keep Host=x&Content-Length=1 | body a | end',
    },
    {
      name: 'in chunks',
      rfc: '9112 §7.1',
      bytes: `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0A\r\nbcdefghijk\r\n0\r\n\r\n`,
      events: 'POST / 1.1 x keep Host=x&Transfer-Encoding=Chunked | body abcdefghijk | end',
    },
    {
      name: 'in chunks with trailers',
      rfc: '9112 §7.1.2',
      bytes: `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 1\r\n\r\n`,
      events: 'POST / 1.1 x keep Host=x&Transfer-Encoding=chunked | trailers X-Sum: 1 | end',
    },
    {
      name: 'of HTTP/1.0 that keeps alive',
      rfc: '9112 §9.3',
      bytes: 'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n',
      events: 'GET / 1.0 127.0.0.1 keep Connection=Keep-Alive | end',
    },
    {
      name: 'and another behind it',
      rfc: '9112 §9.3.2',
      bytes: `PUT /1 HTTP/1.1\r\n${HOST}Content-Length: 1\r\n\r\naGET /2 HTTP/1.1\r\n${HOST}Connection: x, close\r\n\r\n`,
      events:
        'PUT /1 1.1 x keep Host=x&Content-Length=1 | body a | end | GET /2 1.1 x close Host=x&Connection=x, close | end',
    },
  ])('$name gives the same events (RFC $rfc)', ({ bytes, events }) => {
    expect(outcomes(requests(), bytes)).toEqual(new Set([events]));
  });
});

describe('limits', () => {
  it('refuse a head that is one byte too long, and no byte sooner', () => {
    const head = `GET / HTTP/1.1\r\n${HOST}A: ${'b'.repeat(20)}\r\n\r\n`;
    const events = `GET / 1.1 x keep Host=x&A=${'b'.repeat(20)} | end`;
    expect(outcomes(requests({ maxHeadBytes: head.length }), head)).toEqual(new Set([events]));
    const refusal = new Set(['ERR_HEAD_TOO_LARGE 431']);
    expect(outcomes(requests({ maxHeadBytes: head.length - 1 }), head)).toEqual(refusal);
  });

  it('refuse too many fields', () => {
    const bytes = `GET / HTTP/1.1\r\n${HOST}A: b\r\nA: b\r\n\r\n`;
    expect(outcomes(requests({ maxHeaderCount: 2 }), bytes)).toEqual(
      new Set(['ERR_HEAD_TOO_LARGE 431']),
    );
  });

  it('refuse a body that is too long, by length and by chunks (H1C-14, 16)', () => {
    const refusal = new Set(['ERR_BODY_TOO_LARGE 413']);
    const length = `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\n`;
    const chunks = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\n`;
    expect(outcomes(requests({ maxBodyBytes: 2 }), length)).toEqual(refusal);
    expect(outcomes(requests({ maxBodyBytes: 2 }), chunks)).toEqual(refusal);
  });

  it('refuse a chunk whose data does not end where its size says (H1C-17)', () => {
    const head = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;
    const refusal = new Set(['ERR_BAD_CHUNK 400']);
    expect(outcomes(requests(), `${head}1\r\nab\r\n0\r\n\r\n`)).toEqual(refusal);
    expect(outcomes(requests(), `${head}2\r\na\r\n0\r\n\r\n`)).toEqual(refusal);
  });

  it.each([
    ['of many fields', 'A: b\r\n'.repeat(10_000)],
    ['of one long value', `A: ${'b'.repeat(65_000)}\r\n`],
    ['of one long name', `${'a'.repeat(65_000)}: b\r\n`],
    ['of one value of blanks', `A: ${' '.repeat(65_000)}\r\n`],
  ])('are kept in linear time by a head %s that comes byte by byte (HTU-43)', (_name, fields) => {
    const head = Buffer.from(`GET / HTTP/1.1\r\n${HOST}${fields}\r\n`);
    const parser = requests({ maxHeaderCount: 20_000 })([]);
    const begin = performance.now();
    for (let at = 0; at < head.length; at++) parser.push(head, at, at + 1);
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(parser.isDone).toBe(true);
  });

  it('let a hundred thousand chunks come in linear time, byte by byte', () => {
    const head = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;
    const bytes = Buffer.from(`${head}${'1\r\na\r\n'.repeat(100_000)}0\r\n\r\n`);
    const parser = new RequestParser({
      onHead: () => undefined,
      onBody: () => undefined,
      onEnd: () => undefined,
    });
    const begin = performance.now();
    for (let at = 0; at < bytes.length; at++) parser.push(bytes, at, at + 1);
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(parser.isDone).toBe(true);
  });

  it('refuse trailers that are too long, or too many', () => {
    const bytes = (trailers: string): string =>
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n${trailers}\r\n`;
    const refusal = new Set(['ERR_HEAD_TOO_LARGE 431']);
    const long = bytes(`A: ${'b'.repeat(100)}\r\n`);
    expect(outcomes(requests({ maxHeadBytes: 80 }), long)).toEqual(refusal);
    const many = bytes('A: b\r\n'.repeat(3));
    expect(outcomes(requests({ maxHeaderCount: 2 }), many)).toEqual(refusal);
  });
});

describe('the parser', () => {
  it('reads the next request right behind the last chunk (SEC-2)', () => {
    const bytes = `POST /1 HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nGET /2 HTTP/1.1\r\n${HOST}\r\n`;
    expect(outcomes(requests(), bytes)).toEqual(
      new Set([
        'POST /1 1.1 x keep Host=x&Transfer-Encoding=chunked | body a | end | GET /2 1.1 x keep Host=x | end',
      ]),
    );
  });

  it('keeps the trailers of one body apart from those of the next', () => {
    const post = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\nA: 1\r\n\r\n`;
    const events = 'POST / 1.1 x keep Host=x&Transfer-Encoding=chunked | trailers A: 1 | end';
    expect(outcomes(requests(), post.repeat(2))).toEqual(new Set([`${events} | ${events}`]));
  });

  it('takes a limit for one body while its head is handled (H1C-21)', () => {
    const post = Buffer.from(`POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc`);
    const limits = [3, undefined];
    const parser: RequestParser = new RequestParser(
      {
        onHead: () => {
          const limit = limits.shift();
          if (limit !== undefined) parser.setMaxBodyBytes(limit);
        },
        onBody: () => undefined,
        onEnd: () => undefined,
      },
      { maxBodyBytes: 2 },
    );
    expect(parser.push(post, 0, post.length)).toBe(post.length);
    parser.next();
    expect(() => parser.push(post, 0, post.length)).toThrow('limit is 2 bytes');
  });

  it('takes 0 for a limit', () => {
    const post = (body: string): string =>
      `POST / HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n\r\n${body}`;
    const make = requests({ maxBodyBytes: 0 });
    expect(outcomes(make, post('a'))).toEqual(new Set(['ERR_BODY_TOO_LARGE 413']));
    expect(outcomes(make, post(''))).toEqual(
      new Set(['POST / 1.1 x keep Host=x&Content-Length=0 | end']),
    );
  });

  it('is dead once it has thrown, also when the sink has', () => {
    const bytes = Buffer.from(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    const parser = new RequestParser({
      onHead: () => {
        throw new Error('from the sink');
      },
      onBody: () => undefined,
      onEnd: () => undefined,
    });
    expect(() => parser.push(bytes, 0, bytes.length)).toThrow('from the sink');
    expect(parser.push(bytes, 0, bytes.length)).toBe(0);
    expect(parser.isMidMessage).toBe(false);
  });

  it('lets one parser be used from inside another one’s callbacks', () => {
    const bytes = Buffer.from(`GET / HTTP/1.1\r\n${HOST}A: outer\r\n\r\n`);
    const inner = Buffer.from('GET /inner HTTP/1.1\r\nHost: y\r\n\r\n');
    const seen: (string | undefined)[] = [];
    const quiet = { onBody: () => undefined, onEnd: () => undefined };
    const parser = new RequestParser({
      ...quiet,
      onHead: ({ headers }) => {
        const other = new RequestParser({
          ...quiet,
          onHead: ({ host }) => {
            seen.push(host);
          },
        });
        other.push(inner, 0, inner.length);
        seen.push(headers.get('a'));
      },
    });
    parser.push(bytes, 0, bytes.length);
    expect(seen).toEqual(['y', 'outer']);
  });

  it('tells that a message has begun, from its first byte to its last', () => {
    const bytes = Buffer.from(`\r\nPOST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\n\r\na`);
    const parser = requests()([]);
    const isMid = Array.from(bytes, (_octet, at) => {
      parser.push(bytes, at, at + 1);
      return parser.isMidMessage;
    });
    expect(isMid.indexOf(true)).toBe(2);
    expect(isMid.lastIndexOf(true)).toBe(bytes.length - 2);
    expect(isMid.filter((mid) => !mid)).toHaveLength(3);
  });

  it('says when the connection ended in the middle of a message', () => {
    expect(outcomes(requests(), `GET / HTTP/1.1\r\n${HOST}`, true)).toEqual(
      new Set(['ERR_INCOMPLETE 400']),
    );
    expect(outcomes(requests(), `GET / HTTP/1.1\r\n${HOST}\r\n`, true)).toEqual(
      new Set(['GET / 1.1 x keep Host=x | end']),
    );
  });

  it('takes no more than one message until it is told to', () => {
    const bytes = Buffer.from(`GET / HTTP/1.1\r\n${HOST}\r\nGET /`);
    const parser = requests()([]);
    expect(parser.push(bytes, 0, bytes.length)).toBe(bytes.length - 5);
    expect(parser.push(bytes, bytes.length - 5, bytes.length)).toBe(bytes.length - 5);
  });

  it('stops where it is paused, also within a body in chunks', () => {
    const bytes = Buffer.from(
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n`,
    );
    const seen: string[] = [];
    const parser: RequestParser = new RequestParser({
      onHead: () => undefined,
      onBody: (buffer, start, end) => {
        seen.push(buffer.toString('latin1', start, end));
        parser.pause();
      },
      onEnd: () => seen.push('end'),
    });
    let at = 0;
    for (const expected of [['a'], ['a', 'b'], ['a', 'b', 'end']]) {
      at = parser.push(bytes, at, bytes.length);
      parser.resume();
      expect(seen).toEqual(expected);
    }
  });
});
