import { gzipSync } from 'node:zlib';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { failureOf, makeRig } from './rig.ts';
import type { AsyncHTTPClientOptions, FetchOptions } from '../src/index.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const GZIPPED = gzipSync('hello').toString('latin1');

/** The same bytes whole, one by one, and cut in two at every place. */
function* everySplit(text: string): Generator<string[]> {
  yield [text];
  yield text.split('');
  for (let at = 1; at < text.length; at++) yield [text.slice(0, at), text.slice(at)];
}

interface Answer {
  readonly pieces: readonly string[];
  readonly isEnded?: boolean;
  readonly options?: FetchOptions;
  readonly client?: AsyncHTTPClientOptions;
}

/** What comes of an answer: its status and body, or the code of the failure. */
function outcome({ pieces, isEnded = false, options = {}, client = {} }: Answer): string {
  const rig = makeRig(client);
  const fetch = rig.client.fetch('http://a.test/', { raiseError: false, ...options });
  const peer = rig.accept(0);
  for (const piece of pieces) peer.send(piece);
  if (isEnded) peer.hangUp();
  if (!fetch.done()) return 'pending';
  const error = fetch.exception();
  rig.client.close();
  if (error !== null) return failureOf(fetch).code;
  const { code, body } = fetch.result();
  return `${code} ${body.toString('latin1')}`;
}

const GOOD: {
  name: string;
  text: string;
  expected: string;
  isEnded?: boolean;
  options?: FetchOptions;
}[] = [
  { name: 'Content-Length', text: `${OK}Content-Length: 5\r\n\r\nhello`, expected: '200 hello' },
  {
    name: 'chunks',
    text: `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`,
    expected: '200 hello',
  },
  {
    name: 'chunks and trailers',
    text: `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n`,
    expected: '200 hello',
  },
  { name: 'until close (SHC-27)', text: `${OK}\r\nhello`, expected: '200 hello', isEnded: true },
  {
    name: 'HTTP/1.0 until close (SHC-27)',
    text: 'HTTP/1.0 200 OK\r\n\r\nhello',
    expected: '200 hello',
    isEnded: true,
  },
  {
    name: 'a 100 that nobody asked for (SHC-28)',
    text: `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 2\r\n\r\nhi`,
    expected: '200 hi',
  },
  {
    name: 'early hints (SHC-28)',
    text: `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}Content-Length: 2\r\n\r\nhi`,
    expected: '200 hi',
  },
  { name: '204', text: 'HTTP/1.1 204 No Content\r\n\r\n', expected: '204 ' },
  {
    name: '204 with Content-Length: 0 (SHC-26)',
    text: 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n',
    expected: '204 ',
  },
  { name: '304', text: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', expected: '304 ' },
  {
    name: 'HEAD',
    text: `${OK}Content-Length: 5\r\n\r\n`,
    expected: '200 ',
    options: { method: 'HEAD' },
  },
  {
    name: 'gzip (SHC-18)',
    text: `${OK}Content-Encoding: gzip\r\nContent-Length: ${GZIPPED.length}\r\n\r\n${GZIPPED}`,
    expected: '200 hello',
  },
  {
    name: 'gzip that is to be left alone',
    text: `${OK}Content-Encoding: gzip\r\nContent-Length: ${GZIPPED.length}\r\n\r\n${GZIPPED}`,
    expected: `200 ${GZIPPED}`,
    options: { decompressResponse: false },
  },
];

const BAD: { name: string; text: string; expected: string; isEnded?: boolean }[] = [
  { name: 'nothing at all', text: '', expected: 'ERR_STREAM_CLOSED', isEnded: true },
  { name: 'half a head', text: `${OK}Content-Le`, expected: 'ERR_STREAM_CLOSED', isEnded: true },
  {
    name: 'half a body (SHC-19)',
    text: `${OK}Content-Length: 5\r\n\r\nhel`,
    expected: 'ERR_STREAM_CLOSED',
    isEnded: true,
  },
  {
    name: 'half a chunk',
    text: `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`,
    expected: 'ERR_STREAM_CLOSED',
    isEnded: true,
  },
  {
    name: 'no last chunk',
    text: `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n`,
    expected: 'ERR_STREAM_CLOSED',
    isEnded: true,
  },
  { name: 'no HTTP', text: 'SSH-2.0-OpenSSH_9.2\r\n\r\n', expected: 'ERR_BAD_RESPONSE' },
  { name: 'a field without colon', text: `${OK}nonsense\r\n\r\n`, expected: 'ERR_BAD_RESPONSE' },
  { name: 'a status of two digits', text: 'HTTP/1.1 20 OK\r\n\r\n', expected: 'ERR_BAD_RESPONSE' },
  {
    name: 'two lengths',
    text: `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    expected: 'ERR_BAD_RESPONSE',
  },
  {
    name: 'both framings',
    text: `${OK}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    expected: 'ERR_BAD_RESPONSE',
  },
  {
    name: 'a chunk size that is none',
    text: `${OK}Transfer-Encoding: chunked\r\n\r\n-1\r\n`,
    expected: 'ERR_BAD_RESPONSE',
  },
  {
    name: '204 with a body (SHC-26)',
    text: 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello',
    expected: 'ERR_BAD_RESPONSE',
  },
  {
    name: 'a switch that nobody asked for',
    text: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n',
    expected: 'ERR_BAD_RESPONSE',
  },
  {
    name: 'no gzip where gzip was said',
    text: `${OK}Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello`,
    expected: 'ERR_BAD_RESPONSE',
  },
];

describe('an answer on every split of its bytes', () => {
  it.each(GOOD)('is read: $name', ({ text, expected, isEnded, options }) => {
    for (const pieces of everySplit(text)) {
      const answer = { pieces, isEnded: isEnded === true, options: options ?? {} };
      expect(outcome(answer)).toBe(expected);
    }
  });

  it.each(BAD)('is refused: $name', ({ text, expected, isEnded }) => {
    for (const pieces of everySplit(text)) {
      expect(outcome({ pieces, isEnded: isEnded === true })).toBe(expected);
    }
  });
});

describe('an answer', () => {
  it('is told in the log when it is malformed, and closes the connection (SHC-19)', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/');
    const peer = accept(0);
    const log = new ExpectLog(
      'typhoon.general',
      /Malformed HTTP message from http:\/\/a\.test:80/,
      {
        level: 'info',
      },
    );
    log.run(() => {
      peer.send('nonsense\r\n\r\n');
    });
    expect(failureOf(fetch)).toMatchObject({ code: 'ERR_BAD_RESPONSE', status: 599 });
    expect(failureOf(fetch).message).toContain('GET http://a.test:80/');
    expect(peer.state).toBe('aborted');
  });

  it('may be as large as the limit, and no larger (SHC-19, 20)', () => {
    const sized = (size: number): string =>
      `${OK}Content-Length: ${size}\r\n\r\n${'x'.repeat(size)}`;
    const chunked = (size: number): string =>
      `${OK}Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`;
    const client = { maxBodySize: 100 };
    for (const make of [sized, chunked]) {
      expect(outcome({ pieces: [make(100)], client })).toBe(`200 ${'x'.repeat(100)}`);
      expect(outcome({ pieces: [make(101)], client })).toBe('ERR_TOO_LARGE');
    }
    const endless = [`${OK}\r\n`, 'x'.repeat(100), 'x'];
    expect(outcome({ pieces: endless, client })).toBe('ERR_TOO_LARGE');
    expect(outcome({ pieces: [sized(1)], client: { maxBodySize: 0 } })).toBe('ERR_TOO_LARGE');
  });

  it('is limited by maxBufferSize when there is no maxBodySize, which may be larger (SHC-20)', () => {
    const pieces = [`${OK}Content-Length: 50\r\n\r\n${'x'.repeat(50)}`];
    expect(outcome({ pieces, client: { maxBufferSize: 49 } })).toBe('ERR_TOO_LARGE');
    const client = { maxBufferSize: 49, maxBodySize: 50 };
    expect(outcome({ pieces, client })).toBe(`200 ${'x'.repeat(50)}`);
  });

  it('says which limit it broke', () => {
    const { client, accept } = makeRig({ maxBodySize: 100 });
    const fetch = client.fetch('http://a.test/');
    accept(0).send(`${OK}Content-Length: 101\r\n\r\n`);
    expect(failureOf(fetch).message).toMatch(
      /GET http:\/\/a\.test:80\/ is too large.*101.*100 bytes/,
    );
  });

  it('has so many interim answers before it, and no more', () => {
    const interim = 'HTTP/1.1 102 Processing\r\n\r\n';
    const end = `${OK}Content-Length: 2\r\n\r\nhi`;
    expect(outcome({ pieces: [interim.repeat(100), end] })).toBe('200 hi');
    expect(outcome({ pieces: [interim.repeat(101), end] })).toBe('ERR_TOO_LARGE');
  });

  it('counts what comes out of gzip against the limit (SEC-30)', () => {
    const bomb = gzipSync(Buffer.alloc(200_000)).toString('latin1');
    const text = `${OK}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n${bomb}`;
    expect(bomb.length).toBeLessThan(1000);
    expect(outcome({ pieces: [text], client: { maxBodySize: 100_000 } })).toBe('ERR_TOO_LARGE');
  });

  it('has a head of at most maxHeaderSize, 64 KiB by default (SHC-26)', () => {
    const head = (size: number): string =>
      `${OK}X: ${'x'.repeat(size)}\r\nContent-Length: 0\r\n\r\n`;
    expect(outcome({ pieces: [head(65_000)] })).toBe('200 ');
    expect(outcome({ pieces: [head(66_000)] })).toBe('ERR_TOO_LARGE');
    expect(outcome({ pieces: [head(100)], client: { maxHeaderSize: 100 } })).toBe('ERR_TOO_LARGE');
  });

  it('shows where its encoding went (SHC-18)', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/');
    const peer = accept(0);
    expect(peer.received).toContain('Accept-Encoding: gzip\r\n');
    peer.send(`${OK}Content-Encoding: gzip\r\nContent-Length: ${GZIPPED.length}\r\n\r\n${GZIPPED}`);
    const { headers } = fetch.result();
    expect(headers.has('Content-Encoding')).toBe(false);
    expect(headers.get('X-Consumed-Content-Encoding')).toBe('gzip');
  });

  it('is left alone when nobody knows its encoding', () => {
    const text = `${OK}Content-Encoding: compress\r\nContent-Length: 5\r\n\r\nhello`;
    expect(outcome({ pieces: [text] })).toBe('200 hello');
  });

  it('is no whole answer when the connection is reset, whatever ends its body', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/');
    const peer = accept(0);
    peer.send(`${OK}\r\nhello`);
    peer.reset();
    const error = failureOf(fetch);
    expect(error).toMatchObject({ name: 'HTTPStreamClosedError', code: 'ERR_STREAM_CLOSED' });
    expect(error.message).toContain('5 bytes of the body had come');
    expect(error.cause).toMatchObject({ code: 'ERR_CONNECTION_RESET' });
  });
});
