// What a client takes, and what it refuses.
import type { Chapter } from './rows.ts';

const BODY = 'ERR_BAD_BODY 400';
const CODING = 'ERR_BAD_TRANSFER_ENCODING 400';
const LINE = 'ERR_BAD_START_LINE 400';
const OK = 'HTTP/1.1 200 OK\r\n';

const TO_GET: Chapter = {
  title: 'Responses',
  reads: { responseTo: 'GET' },
  rows: [
    [
      'without framing, the connection’s end ends it (H1C-18)',
      '9112 §6.3',
      `${OK}\r\nab`,
      '200 OK close | body ab | end',
    ],
    [
      '304 has no body, whatever it says (H1C-12)',
      '9112 §6.3',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n',
      '304 Not Modified keep | end',
    ],
    [
      '304 in chunks has none either (H1C-12)',
      '9112 §6.3',
      'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n',
      '304 Not Modified keep | end',
    ],
    [
      '204 with a length of 0 (H1C-12)',
      '9110 §8.6',
      'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n',
      '204 No Content keep | end',
    ],
    [
      '204 with a body (H1C-12)',
      '9110 §8.6',
      'HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\na',
      BODY,
    ],
    [
      '204 in chunks (H1C-12)',
      '9112 §6.1',
      'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      BODY,
    ],
    [
      '100 with a length (H1C-11)',
      '9110 §8.6',
      'HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n',
      BODY,
    ],
    [
      '100 in chunks (H1C-11)',
      '9112 §6.1',
      'HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n',
      BODY,
    ],
    [
      'more than a hundred interim responses',
      '9110 §15.2',
      'HTTP/1.1 103 x\r\n\r\n'.repeat(101),
      'ERR_HEAD_TOO_LARGE 431',
    ],
    [
      'a length, then chunked (H1C-15)',
      '9112 §6.3',
      `${OK}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      CODING,
    ],
    [
      'chunked, then a length (H1C-15)',
      '9112 §6.3',
      `${OK}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n`,
      CODING,
    ],
    [
      'chunked in HTTP/1.0',
      '9112 §6.1',
      'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      CODING,
    ],
    ['another coding (SEC-14)', '9112 §6.3', `${OK}Transfer-Encoding: gzip\r\n\r\n`, CODING],
    [
      'another coding before chunked (SEC-14)',
      '9112 §6.1',
      `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`,
      'ERR_BAD_TRANSFER_ENCODING 501',
    ],
    [
      'unequal lengths (H1C-13)',
      '9112 §6.3',
      `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      'ERR_BAD_CONTENT_LENGTH 400',
    ],
    [
      'a negative length (SEC-13)',
      '9110 §8.6',
      `${OK}Content-Length: -1\r\n\r\n`,
      'ERR_BAD_CONTENT_LENGTH 400',
    ],
    [
      'a length beside its twin with an underscore',
      '3875 §4.1.18',
      `${OK}Content_Length: 1\r\n\r\n`,
      'ERR_BAD_HEADER 400',
    ],
    [
      'a chunk extension',
      '9112 §7.1.1',
      `${OK}Transfer-Encoding: chunked\r\n\r\n1;a\r\na\r\n0\r\n\r\n`,
      'ERR_BAD_CHUNK 400',
    ],
    [
      'a cookie among the trailers',
      '9110 §6.5.1',
      `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nSet-Cookie: a\r\n\r\n`,
      'ERR_BAD_CHUNK 400',
    ],
    [
      'the end of the connection within a length',
      '9112 §8',
      `${OK}Content-Length: 3\r\n\r\nab`,
      'ERR_INCOMPLETE 400',
    ],
    [
      'the end of the connection within chunks',
      '9112 §8',
      `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nab`,
      'ERR_INCOMPLETE 400',
    ],
    [
      'the end of the connection before the last chunk',
      '9112 §8',
      `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`,
      'ERR_INCOMPLETE 400',
    ],
    ['the end of the connection within a head', '9112 §8', `${OK}A: b\r\n`, 'ERR_INCOMPLETE 400'],
    [
      'a status without a space or a reason',
      '9112 §4',
      'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n',
      '200  keep | end',
    ],
    ['a status of two digits', '9112 §4', 'HTTP/1.1 20 x\r\n\r\n', LINE],
    ['a status of four digits', '9112 §4', 'HTTP/1.1 2000 x\r\n\r\n', LINE],
    ['a status below 100', '9110 §15', 'HTTP/1.1 099 x\r\n\r\n', LINE],
    ['two spaces before the status', '9112 §4', 'HTTP/1.1  200 OK\r\n\r\n', LINE],
    ['a bare LF behind the status line', '9112 §2.2', 'HTTP/1.1 200 OK\n\r\n', LINE],
    ['a control in the reason', '9112 §4', 'HTTP/1.1 200 O\0K\r\n\r\n', LINE],
    ['a folded line', '9112 §5.2', `${OK}A: b\r\n c\r\n\r\n`, 'ERR_BAD_HEADER 400'],
    ['another protocol’s greeting', '9112 §4', 'SSH-2.0-x\r\n', LINE],
    ['another major version', '9112 §2.3', 'HTTP/2.0 200 OK\r\n\r\n', 'ERR_BAD_VERSION 505'],
  ],
};

const TO_HEAD: Chapter = {
  title: 'Responses to HEAD',
  reads: { responseTo: 'HEAD' },
  rows: [
    [
      'have no body, whatever their length (H1C-12)',
      '9112 §6.3',
      `${OK}Content-Length: 2\r\n\r\n`,
      '200 OK keep | end',
    ],
    [
      'have no body in chunks either (H1C-12)',
      '9112 §6.3',
      `${OK}Transfer-Encoding: chunked\r\n\r\n`,
      '200 OK keep | end',
    ],
    [
      'with both framings',
      '9112 §6.3',
      `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`,
      CODING,
    ],
  ],
};

const TO_CONNECT: Chapter = {
  title: 'Responses to CONNECT',
  reads: { responseTo: 'CONNECT' },
  rows: [
    [
      'of 2xx have no body: the tunnel begins',
      '9110 §9.3.6',
      `${OK}Content-Length: 5\r\n\r\n`,
      '200 OK close | end',
    ],
    [
      'that refuse have one',
      '9112 §6.3',
      'HTTP/1.1 407 No\r\nContent-Length: 1\r\n\r\na',
      '407 No keep | body a | end',
    ],
  ],
};

/** What a client reads. */
export const RESPONSE_CHAPTERS: readonly Chapter[] = [TO_GET, TO_HEAD, TO_CONNECT];
