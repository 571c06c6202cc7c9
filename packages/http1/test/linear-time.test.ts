// Ten times the bytes take no more than twelve times as long, whatever they are made of.
import { describe, expect, it } from 'vitest';
import {
  HTTPHeaders,
  RequestParser,
  parseBodyArguments,
  parseCookie,
  parseHeaderParams,
  parseQs,
  parseQsl,
  parseRequestRange,
  type ArgumentMap,
} from '../src/index.ts';

const LIMITS = { maxHeadBytes: 1 << 30, maxHeaderCount: 1 << 30, maxBodyBytes: 1 << 30 };
const HEAD = 'POST / HTTP/1.1\r\nHost: x\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

/** Parses in pieces of `size`; what is refused has taken its time, too. */
function parse(text: string, size: number): () => unknown {
  const bytes = Buffer.from(text, 'latin1');
  return () => {
    const heads: HTTPHeaders[] = [];
    const parser = new RequestParser(
      {
        onHead: (head) => heads.push(head.headers),
        onBody: () => undefined,
        onEnd: () => undefined,
      },
      LIMITS,
    );
    try {
      for (let at = 0; at < bytes.length; at += size)
        parser.push(bytes, at, Math.min(at + size, bytes.length));
    } catch {
      return heads;
    }
    heads[0]?.get('a');
    heads[0]?.getList('a');
    return heads;
  };
}

function form(contentType: string, body: string): () => unknown {
  const bytes = Buffer.from(body);
  const multipart = { maxParts: 1 << 30 };
  return () => {
    const args: ArgumentMap = new Map();
    try {
      parseBodyArguments(contentType, bytes, args, new Map(), { maxArguments: 1 << 30, multipart });
    } catch {
      // Refused in time.
    }
    return args;
  };
}

/** As many of these as a head may be long are as many as it may have. */
const LINE = `A: ${'b'.repeat(56)}\r\n`;
const PART = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n';

/** What is slow if anything is: each of about as many bytes as it is told. */
const ADVERSARIES: Readonly<Record<string, (bytes: number) => () => unknown>> = {
  'many fields': (n) => parse(`${HEAD}${LINE.repeat(n / LINE.length)}\r\n`, n),
  'many fields of different names': (n) =>
    parse(
      `${HEAD}${Array.from({ length: n / 60 }, (_one, at) => `A${at}${LINE}`).join('')}\r\n`,
      n,
    ),
  'many codings': (n) => parse(`${HEAD}${'Transfer-Encoding: x\r\n'.repeat(n / 22)}\r\n`, n),
  'many lengths': (n) => parse(`${HEAD}Content-Length: 0${', 0'.repeat(n / 3)}\r\n\r\n`, n),
  'many options of Connection': (n) =>
    parse(`${HEAD}Connection: ${'a, '.repeat(n / 3)}\r\n\r\n`, n),
  'a long value': (n) => parse(`${HEAD}A: ${'b'.repeat(n)}\r\n\r\n`, n),
  'a long value of blanks': (n) => parse(`${HEAD}A: ${' '.repeat(n)}b\r\n\r\n`, n),
  'a long name': (n) => parse(`${HEAD}${'a'.repeat(n)}: b\r\n\r\n`, n),
  'a long target': (n) => parse(`GET /${'a'.repeat(n)} HTTP/1.1\r\nHost: x\r\n\r\n`, n),
  'a long absolute target': (n) =>
    parse(`GET http://${'x'.repeat(n)} HTTP/1.1\r\nHost: x\r\n\r\n`, n),
  'a long host': (n) => parse(`GET / HTTP/1.1\r\nHost: ${'%41'.repeat(n / 3)}\r\n\r\n`, n),
  'a long head, byte by byte': (n) =>
    parse(`${HEAD}${`A: ${'b'.repeat(60)}\r\n`.repeat(n / 65)}\r\n`, 1),
  'many chunks': (n) => parse(`${CHUNKED}${'1\r\na\r\n'.repeat(n / 6)}0\r\n\r\n`, n),
  'many chunks, byte by byte': (n) => parse(`${CHUNKED}${'1\r\na\r\n'.repeat(n / 6)}0\r\n\r\n`, 1),
  'many trailers': (n) => parse(`${CHUNKED}0\r\n${LINE.repeat(n / LINE.length)}\r\n`, n),
  'many cookies': (n) => () => parseCookie('a=b; '.repeat(n / 5)),
  'a cookie of escapes': (n) => () => parseCookie(`a="${'\\054'.repeat(n / 4)}"`),
  'many arguments': (n) => () => parseQs('a=b&'.repeat(n / 4)),
  'an argument of escapes': (n) => () => parseQsl(`a=${'%41'.repeat(n / 3)}`),
  'many parameters': (n) => () => parseHeaderParams(`a${'; b="\\"'.repeat(n / 7)}`),
  'many lines of text': (n) => () => HTTPHeaders.parse('A: b\n c\n'.repeat(n / 8)),
  'a range of blanks': (n) => () => parseRequestRange(`bytes=${' '.repeat(n)}x`),
  'many parts': (n) =>
    form('multipart/form-data; boundary=b', `${PART.repeat(n / PART.length)}--b--`),
  'a form of dashes': (n) =>
    form(`multipart/form-data; boundary=${'-'.repeat(69)}x`, '-'.repeat(n)),
  'a form of arguments': (n) => form('application/x-www-form-urlencoded', 'a=b&'.repeat(n / 4)),
};

/** The best of several is what garbage and neighbours did not touch. */
function bestMs(run: () => unknown, times: number): number {
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const begin = performance.now();
    for (let time = 0; time < times; time++) run();
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}

/** Heads may have 64 KiB: as long as that, and a tenth of it. Longer texts measure the engine's heap, not our work. */
const BYTES = 6_000;
const TIMES = 10;

describe('ten times the bytes take at most twelve times as long', () => {
  it.each(Object.entries(ADVERSARIES))(
    'of %s (HTU-43)',
    (_name, make) => {
      const short = make(BYTES);
      const long = make(BYTES * 10);
      let ratio = Infinity;
      for (let attempt = 0; attempt < 8 && ratio > 12; attempt++) {
        const shortMs = bestMs(short, TIMES * 10) / 10;
        ratio = bestMs(long, TIMES) / shortMs;
      }
      expect(ratio).toBeLessThanOrEqual(12);
    },
    20_000,
  );
});
