// How a body is framed: lengths, codings, chunks, trailers.
import { chunked, get, post, type Chapter, type Row } from './rows.ts';

const LENGTH = 'ERR_BAD_CONTENT_LENGTH 400';
const CODING = 'ERR_BAD_TRANSFER_ENCODING 400';
const UNKNOWN_CODING = 'ERR_BAD_TRANSFER_ENCODING 501';
const CHUNK = 'ERR_BAD_CHUNK 400';
const FIELD = 'ERR_BAD_HEADER 400';

const POST = 'POST / 1.1 x keep Host=x';

const LENGTHS: Chapter = {
  title: 'Content-Length',
  reads: 'requests',
  rows: [
    [
      'said twice alike, it counts once (H1C-13)',
      '9112 §6.3',
      post('Content-Length: 1\r\nContent-Length: 1', 'a'),
      `${POST}&Content-Length=1 | body a | end`,
    ],
    [
      'said twice alike in a list, it counts once (H1C-13)',
      '9112 §6.3',
      post('Content-Length: 1 ,1', 'a'),
      `${POST}&Content-Length=1 | body a | end`,
    ],
    [
      'leading zeros are decimal',
      '9110 §8.6',
      post('Content-Length: 001', 'a'),
      `${POST}&Content-Length=001 | body a | end`,
    ],
    ['none, and no chunks, is no body (H1C-18)', '9112 §6.3', post('A: b'), `${POST}&A=b | end`],
    ['unequal (H1C-13)', '9112 §6.3', post('Content-Length: 1\r\nContent-Length: 2'), LENGTH],
    ['unequal in a list (H1C-13)', '9112 §6.3', post('Content-Length: 1,2'), LENGTH],
    ['a list with a hole', '9112 §6.3', post('Content-Length: 1,,1'), LENGTH],
    ['a list with an end of nothing', '9112 §6.3', post('Content-Length: 1,'), LENGTH],
    ['with a plus (SEC-13)', '9110 §8.6', post('Content-Length: +1'), LENGTH],
    ['negative (SEC-13)', '9110 §8.6', post('Content-Length: -1'), LENGTH],
    ['hexadecimal (SEC-13)', '9110 §8.6', post('Content-Length: 0x1'), LENGTH],
    ['with an underscore (SEC-13)', '9110 §8.6', post('Content-Length: 1_0'), LENGTH],
    ['with a fraction', '9110 §8.6', post('Content-Length: 1.0'), LENGTH],
    ['with an exponent', '9110 §8.6', post('Content-Length: 1e1'), LENGTH],
    ['with a space within (SEC-13)', '9110 §8.6', post('Content-Length: 1 0'), LENGTH],
    [
      'with white space of another kind (SEC-15)',
      '9110 §8.6',
      post('Content-Length: \xa01'),
      LENGTH,
    ],
    ['with a parameter', '9110 §8.6', post('Content-Length: 1;a=b'), LENGTH],
    ['in quotes', '9110 §8.6', post('Content-Length: "1"'), LENGTH],
    ['empty', '9110 §8.6', post('Content-Length:'), LENGTH],
    ['beyond 2^53 - 1 (H1C-14)', '9110 §8.6', post('Content-Length: 9007199254740993'), LENGTH],
    ['beyond 2^64', '9110 §8.6', post('Content-Length: 18446744073709551617'), LENGTH],
    ['of a thousand digits', '9110 §8.6', post(`Content-Length: ${'1'.repeat(1000)}`), LENGTH],
    ['by a name with an underscore', '3875 §4.1.18', post('Content_Length: 1'), FIELD],
  ],
};

const refusedCoding = (what: string, value: string, refusal = CODING): Row => [
  `TE.TE: ${what}`,
  '9112 §6.1',
  post(`Transfer-Encoding: ${value}`, '0\r\n\r\n'),
  refusal,
];

const CODINGS: Chapter = {
  title: 'Transfer-Encoding, and both framings',
  reads: 'requests',
  rows: [
    [
      'CL.TE: a length, then chunked (H1C-15)',
      '9112 §6.3',
      post('Content-Length: 6\r\nTransfer-Encoding: chunked', '0\r\n\r\nG'),
      CODING,
    ],
    [
      'TE.CL: chunked, then a length (H1C-15)',
      '9112 §6.3',
      post('Transfer-Encoding: chunked\r\nContent-Length: 3', '1\r\nG\r\n0\r\n\r\n'),
      CODING,
    ],
    [
      'CL.TE with a length of 0',
      '9112 §6.3',
      post('Content-Length: 0\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
      CODING,
    ],
    [
      'CL.TE with a coding that is none',
      '9112 §6.3',
      post('Content-Length: 1\r\nTransfer-Encoding: x', 'a'),
      CODING,
    ],
    [
      'a tab or more before the value is white space',
      '9112 §5.1',
      post('Transfer-Encoding:\t chunked ', '0\r\n\r\n'),
      `${POST}&Transfer-Encoding=chunked | end`,
    ],
    [
      'case does not matter',
      '9112 §7',
      post('transfer-encoding: ChunKed', '0\r\n\r\n'),
      `${POST}&Transfer-Encoding=ChunKed | end`,
    ],
    refusedCoding('xchunked', 'xchunked'),
    refusedCoding('chunked twice in one value (H1C-15, SEC-14)', 'chunked, chunked'),
    refusedCoding(
      'chunked in two fields (H1C-15, SEC-14)',
      'chunked\r\nTransfer-Encoding: chunked',
    ),
    refusedCoding('chunked, and then something else', 'chunked\r\nTransfer-Encoding: x'),
    refusedCoding(
      'something else, and then chunked',
      'x\r\nTransfer-Encoding: chunked',
      UNKNOWN_CODING,
    ),
    refusedCoding('identity (SEC-14)', 'identity'),
    refusedCoding('identity before chunked (SEC-14)', 'identity, chunked', UNKNOWN_CODING),
    refusedCoding('a coding behind chunked (SEC-14)', 'chunked, gzip'),
    refusedCoding('a coding before chunked (H1C-15, SEC-14)', 'gzip, chunked', UNKNOWN_CODING),
    refusedCoding('a coding alone (SEC-14)', 'gzip'),
    refusedCoding('a comma behind', 'chunked,'),
    refusedCoding('a comma before', ', chunked'),
    refusedCoding('a parameter', 'chunked;q=1'),
    refusedCoding('quotes', '"chunked"'),
    refusedCoding('a tab behind', 'chunked \t'),
    refusedCoding('nothing', ''),
    refusedCoding('a byte above 127', 'chunk\xe9d'),
    refusedCoding('white space of another kind (SEC-15)', '\xa0chunked'),
    refusedCoding('a vertical tab before', '\x0bchunked', FIELD),
    refusedCoding('NUL behind', 'chunked\0', FIELD),
    refusedCoding('a folded value', '\r\n chunked', FIELD),
    refusedCoding('a bare LF before', '\nchunked', FIELD),
    refusedCoding('a bare CR behind', 'chunked\rA: b', FIELD),
    [
      'TE.TE: a space before the colon',
      '9112 §5.1',
      post('Transfer-Encoding : chunked', '0\r\n\r\n'),
      FIELD,
    ],
    [
      'TE.TE: a space before the name',
      '9112 §5.2',
      post('A: b\r\n Transfer-Encoding: chunked', '0\r\n\r\n'),
      FIELD,
    ],
    [
      'TE.TE: the name in two lines',
      '9112 §5.1',
      post('Transfer-Encoding\r\n: chunked', '0\r\n\r\n'),
      FIELD,
    ],
    [
      'TE.TE: a control in the name',
      '9110 §5.1',
      post('Transfer-Encoding\x0b: chunked', '0\r\n\r\n'),
      FIELD,
    ],
    [
      'TE.TE: a name with an underscore',
      '3875 §4.1.18',
      post('Transfer_Encoding: chunked', '0\r\n\r\n'),
      FIELD,
    ],
    [
      'chunked in HTTP/1.0',
      '9112 §6.1',
      get('Host: x\r\nTransfer-Encoding: chunked\r\n', 'POST / HTTP/1.0'),
      CODING,
    ],
    [
      'chunked in HTTP/1.0 that is kept alive',
      '9112 §6.1',
      get('Host: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n', 'POST / HTTP/1.0'),
      CODING,
    ],
    [
      'chunked with an upgrade, which is then none',
      '9110 §7.8',
      post('Connection: Upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
      `${POST}&Connection=Upgrade&Upgrade=x&Transfer-Encoding=chunked | end`,
    ],
  ],
};

const CHUNKS: Chapter = {
  title: 'Chunks',
  reads: 'requests',
  rows: [
    [
      'digits of either case, and leading zeros',
      '9112 §7.1',
      chunked('00a\r\nabcdefghij\r\n0A\r\nabcdefghij\r\n00\r\n\r\n'),
      `${POST}&Transfer-Encoding=chunked | body abcdefghijabcdefghij | end`,
    ],
    ['a size with a plus (H1C-16, SEC-13)', '9112 §7.1', chunked('+1\r\na\r\n0\r\n\r\n'), CHUNK],
    ['a negative size (SEC-13)', '9112 §7.1', chunked('-1\r\na\r\n0\r\n\r\n'), CHUNK],
    ['a size with 0x (H1C-16)', '9112 §7.1', chunked('0x1\r\na\r\n0\r\n\r\n'), CHUNK],
    [
      'a size with an underscore (H1C-16, SEC-13)',
      '9112 §7.1',
      chunked('1_0\r\na\r\n0\r\n\r\n'),
      CHUNK,
    ],
    ['a size that is no number', '9112 §7.1', chunked('g\r\n'), CHUNK],
    ['no size', '9112 §7.1', chunked('\r\n'), CHUNK],
    ['a space before the size (SEC-13)', '9112 §7.1', chunked(' 1\r\na\r\n0\r\n\r\n'), CHUNK],
    ['a space behind the size (SEC-13)', '9112 §7.1', chunked('1 \r\na\r\n0\r\n\r\n'), CHUNK],
    ['a tab behind the size', '9112 §7.1', chunked('1\t\r\na\r\n0\r\n\r\n'), CHUNK],
    ['a size beyond 2^53 - 1', '9112 §7.1', chunked('20000000000000\r\n'), CHUNK],
    [
      'a size that wraps at 64 bits',
      '9112 §7.1',
      chunked('10000000000000001\r\na\r\n0\r\n\r\n'),
      CHUNK,
    ],
    ['a size of endless zeros (H1C-16)', '9112 §7.1', chunked(`${'0'.repeat(63)}1\r\n`), CHUNK],
    ['an extension (H1C-16)', '9112 §7.1.1', chunked('1;a=b\r\na\r\n0\r\n\r\n'), CHUNK],
    ['an extension without value', '9112 §7.1.1', chunked('1;\r\na\r\n0\r\n\r\n'), CHUNK],
    [
      'an extension with a line end in quotes',
      '9112 §7.1.1',
      chunked('1;a="\r\n"\r\na\r\n0\r\n\r\n'),
      CHUNK,
    ],
    ['an extension with a bare LF', '9112 §7.1.1', chunked('1;\na\r\n0\r\n\r\n'), CHUNK],
    ['a flood of extensions', '9112 §7.1.1', chunked(`1${';a=b'.repeat(100)}\r\na\r\n`), CHUNK],
    ['an extension of the last chunk', '9112 §7.1.1', chunked('0;a=b\r\n\r\n'), CHUNK],
    ['a bare LF behind the size', '9112 §7.1', chunked('1\na\r\n0\r\n\r\n'), CHUNK],
    ['a bare CR behind the size', '9112 §7.1', chunked('1\ra\r\n0\r\n\r\n'), CHUNK],
    ['a chunk longer than its size (H1C-17)', '9112 §7.1', chunked('1\r\nab\r\n0\r\n\r\n'), CHUNK],
    ['a chunk shorter than its size', '9112 §7.1', chunked('2\r\na\r\n0\r\n\r\n'), CHUNK],
    ['a bare LF behind the data', '9112 §7.1', chunked('1\r\na\n0\r\n\r\n'), CHUNK],
    ['a bare CR behind the data', '9112 §7.1', chunked('1\r\na\r0\r\n\r\n'), CHUNK],
    ['no line end behind the data', '9112 §7.1', chunked('1\r\na0\r\n\r\n'), CHUNK],
    ['a bare CR behind the last chunk (H1C-16)', '9112 §7.1', chunked('0\r\n\rx'), CHUNK],
    ['a bare LF behind the last chunk (H1C-16)', '9112 §7.1', chunked('0\r\n\n'), FIELD],
  ],
};

const refusedTrailer = (name: string): Row => [
  `${name} among the trailers`,
  '9110 §6.5.1',
  chunked(`0\r\nA: b\r\n${name}: x\r\n\r\n`),
  CHUNK,
];

const TRAILERS: Chapter = {
  title: 'Trailers',
  reads: 'requests',
  rows: [
    [
      'other fields are given apart from the headers',
      '9112 §7.1.2',
      chunked('0\r\nX-Sum: 1\r\n\r\n'),
      `${POST}&Transfer-Encoding=chunked | trailers X-Sum: 1 | end`,
    ],
    ...[
      'Content-Length',
      'transfer-encoding',
      'Host',
      'Trailer',
      'Connection',
      'Upgrade',
      'Expect',
      'Range',
      'If-Match',
      'Cache-Control',
    ].map(refusedTrailer),
    ...[
      'Authorization',
      'Cookie',
      'Set-Cookie',
      'Content-Type',
      'Content-Encoding',
      'Content-Range',
      'Forwarded',
    ].map(refusedTrailer),
    ['a folded trailer', '9112 §5.2', chunked('0\r\nA: b\r\n c\r\n\r\n'), FIELD],
    ['a space before a trailer’s colon', '9112 §5.1', chunked('0\r\nA : b\r\n\r\n'), FIELD],
    ['NUL in a trailer', '9110 §5.5', chunked('0\r\nA: \0\r\n\r\n'), FIELD],
    ['a bare LF behind a trailer', '9112 §2.2', chunked('0\r\nA: b\n\r\n'), FIELD],
    [
      'a request behind a body that has not ended',
      '9112 §7.1',
      chunked('0\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      FIELD,
    ],
  ],
};

const CONNECTIONS: Chapter = {
  title: 'What follows a message',
  reads: 'requests',
  rows: [
    [
      'the next request, right behind the body (SEC-2)',
      '9112 §9.3.2',
      chunked('1\r\na\r\n0\r\n\r\n') + get('Host: x\r\n'),
      `${POST}&Transfer-Encoding=chunked | body a | end | GET / 1.1 x keep Host=x | end`,
    ],
    [
      'close, wherever it stands in the list (H1C-22)',
      '9112 §9.6',
      get('Host: x\r\nConnection: keep-alive, Close\r\n'),
      'GET / 1.1 x close Host=x&Connection=keep-alive, Close | end',
    ],
    [
      'HTTP/1.0 without keep-alive closes (H1C-22)',
      '9112 §9.3',
      get('Host: x\r\n', 'GET / HTTP/1.0'),
      'GET / 1.0 x close Host=x | end',
    ],
    [
      'HTTP/1.0 with a body of unknown end closes (H1C-22)',
      '9112 §9.3',
      get('Host: x\r\nConnection: keep-alive\r\n', 'POST / HTTP/1.0'),
      'POST / 1.0 x close Host=x&Connection=keep-alive | end',
    ],
    ['TLS on a plain port', '9112 §3', '\x16\x03\x01\x02\x00\x01\x00', 'ERR_BAD_START_LINE 400'],
  ],
};

/** What comes behind a head. */
export const BODY_CHAPTERS: readonly Chapter[] = [LENGTHS, CODINGS, CHUNKS, TRAILERS, CONNECTIONS];
