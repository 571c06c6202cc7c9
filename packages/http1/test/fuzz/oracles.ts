// Three things that hold for all bytes; the fourth, that nothing means something else to Node's own parser, is in node-oracle.ts.
// An oracle throws where its law is broken, and that is all it does.
import assert from 'node:assert/strict';
import {
  BodyWriter,
  CHUNK_END,
  HTTPHeaders,
  HTTPInputError,
  chunkStart,
  getContentRange,
  isTransferEncodingChunked,
  lastChunk,
  parseBodyArguments,
  parseCookie,
  parseHeaderParams,
  parseHttpDate,
  parseQs,
  parseQsl,
  parseRequestRange,
  parseRequestStartLine,
  parseResponseStartLine,
  requestHead,
  splitHostAndPort,
  statusLine,
  urlConcat,
  urlJoin,
  urlSplit,
  type ParserLimits,
} from '../../src/index.ts';
import { requestBytes, responseBytes } from './messages.ts';
import { describeReading, readRequests, readResponses, type ReadMessage } from './reading.ts';
import { HTTPOutputError } from '../../src/index.ts';
import type { RequestHead, ResponseHead } from '../../src/index.ts';
import type { Tape } from './tape.ts';

/** Nearly always those of a server; now and then some that a message of ours can exceed. */
function limitsFrom(tape: Tape): ParserLimits {
  if (!tape.rarely(4)) return {};
  return {
    maxHeadBytes: 20 + tape.below(200),
    maxHeaderCount: tape.below(6),
    maxBodyBytes: tape.below(12),
  };
}

const RESPONSE_METHODS = ['GET', 'HEAD', 'CONNECT', 'POST'];

/** The same bytes give the same events, however they are cut and wherever the sink asks for a pause. */
export function everySplitIsAlike(tape: Tape): void {
  const isRequest = !tape.rarely(3);
  const limits = limitsFrom(tape);
  const method = tape.pick(RESPONSE_METHODS);
  const bytes = isRequest ? requestBytes(tape) : responseBytes(tape);
  const read = (cuts: Tape | null): string =>
    describeReading(
      isRequest ? readRequests(bytes, cuts, limits) : readResponses(bytes, method, cuts, limits),
    );
  const whole = read(null);
  assert.equal(read(tape), whole);
  assert.equal(read(tape), whole);
}

/** Text out of pieces that mean something, and of any octets. */
function anyText(tape: Tape): string {
  const pieces = [
    '',
    'a=b',
    '&',
    ';',
    '=',
    '"',
    '\\',
    '\\054',
    '%',
    '%41',
    '+',
    ',',
    ' ',
    '\t',
    ':',
    '//',
    '/',
    '..',
    '?',
    '#',
    '-',
    'bytes=',
    '1',
    '0',
    'Mon',
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'form-data; name="',
    "filename*=UTF-8''",
    '\r\n',
    'GET / HTTP/1.1',
    'HTTP/1.1 200 OK',
    'http:',
    '--b',
    '--b--',
    '--b\r\n',
    'Content-Disposition: form-data; name="x"',
    '\r\n\r\n',
    '__proto__',
    '\u2713',
  ];
  let text = '';
  for (let count = tape.below(12); count > 0; count--) {
    text += tape.rarely(4) ? String.fromCharCode(tape.byte()) : tape.pick(pieces);
  }
  return text;
}

/** What reads text of a peer's. Those that say so refuse with HTTPInputError; the others take everything. */
const TEXT_READERS: readonly ((text: string) => unknown)[] = [
  parseCookie,
  parseQs,
  parseQsl,
  parseHeaderParams,
  parseHttpDate,
  parseRequestRange,
  urlSplit,
  splitHostAndPort,
  (text) => urlJoin(text, text),
  (text) => urlConcat(text, { a: 'b' }),
  (text) => getContentRange(parseRequestRange(text)?.[0] ?? null, null, 10),
  parseRequestStartLine,
  parseResponseStartLine,
  (text) => HTTPHeaders.parse(text),
  (text) => isTransferEncodingChunked(HTTPHeaders.parse(`Transfer-Encoding: ${text}`)),
  (text) => {
    parseBodyArguments(
      'application/x-www-form-urlencoded',
      Buffer.from(text),
      new Map(),
      new Map(),
      { maxArguments: 5 },
    );
  },
  (text) => {
    parseBodyArguments('multipart/form-data; boundary=b', Buffer.from(text), new Map(), new Map());
  },
  (text) => {
    parseBodyArguments(
      `multipart/form-data; boundary=${text}`,
      Buffer.from(`--${text}--`),
      new Map(),
      new Map(),
    );
  },
];

/** Whatever comes, nothing is thrown but the package's own errors, and a refusal says what and with which status. */
export function onlyOwnErrors(tape: Tape): void {
  const limits = limitsFrom(tape);
  if (tape.rarely(3)) {
    const text = anyText(tape);
    try {
      tape.pick(TEXT_READERS)(text);
    } catch (error) {
      checkRefusal(error);
    }
    return;
  }
  let bytes: Buffer;
  if (tape.rarely(8))
    bytes = Buffer.from(Uint8Array.from({ length: tape.below(64) }, () => tape.byte()));
  else bytes = tape.rarely(3) ? responseBytes(tape) : requestBytes(tape);
  // Each kind of bytes also to the parser of the other kind.
  const method = tape.pick(RESPONSE_METHODS);
  const reading = tape.rarely(3)
    ? readResponses(bytes, method, tape, limits)
    : readRequests(bytes, tape, limits);
  if (reading.error !== null) checkRefusal(reading.error);
}

const STATUSES = new Set([400, 413, 417, 431, 501, 505]);

function checkRefusal(error: unknown): void {
  if (!(error instanceof HTTPInputError)) throw error;
  assert(
    /^ERR_[A-Z_]+$/.test(error.code) && STATUSES.has(error.status),
    `${error.code} ${error.status}`,
  );
  assert(error.message.length > 0 && error.message.length < 400, error.message);
  // eslint-disable-next-line no-control-regex -- what a log must not hold
  assert(!/[\x00-\x1f\x7f]/.test(error.message), JSON.stringify(error.message));
}

/** What was read, written again, is read the same; what cannot be written was never read. */
export function writtenIsRead(tape: Tape): void {
  if (tape.rarely(3)) {
    const method = tape.pick(RESPONSE_METHODS);
    for (const message of readResponses(responseBytes(tape), method, null).messages) {
      if (!message.isComplete || message.head.isSwitch) continue;
      const wire = writeResponse(message, method, tape);
      const again = readResponses(wire, method, tape).messages;
      assert.deepEqual(again.map(plain), [plain(message)]);
    }
    return;
  }
  for (const message of readRequests(requestBytes(tape), null).messages) {
    if (!message.isComplete) continue;
    const again = readRequests(writeRequest(message, tape), tape);
    assert.deepEqual(again.messages.map(plain), [plain(message)]);
  }
}

/** What a message says; not how its body was framed, nor its version, which is ours when we write. */
function plain({
  head,
  body,
  trailers,
  isComplete,
}: ReadMessage<RequestHead | ResponseHead>): unknown {
  const headers = head.headers.copy();
  for (const name of ['Transfer-Encoding', 'Content-Length', 'Connection', 'Host'])
    headers.delete(name);
  const line =
    'method' in head ? [head.method, head.target, head.host] : [head.status, head.reason];
  return {
    line,
    headers: [...headers.getAll()],
    body,
    trailers: trailers === null ? [] : [...trailers.getAll()],
    isComplete,
  };
}

function writeRequest({ head, body, trailers }: ReadMessage<RequestHead>, tape: Tape): Buffer {
  const headers = withoutFraming(head.headers);
  headers.set('Host', head.host);
  const isChunked = trailers !== null || (body !== '' && tape.rarely(2));
  if (!isChunked) headers.set('Content-Length', String(body.length));
  const writer = BodyWriter.forRequest(isChunked, headers);
  const start = requestHead(head.method, head.target, headers);
  return framed(`${start.slice(0, -2)}${writer.headerLines}\r\n`, writer, body, trailers, tape);
}

function writeResponse(
  { head, body, trailers }: ReadMessage<ResponseHead>,
  method: string,
  tape: Tape,
): Buffer {
  const headers = withoutFraming(head.headers);
  const mayHaveLength = head.status >= 200 && head.status !== 204 && head.status !== 304;
  if (trailers === null && mayHaveLength && tape.rarely(2))
    headers.set('Content-Length', String(body.length));
  const writer = BodyWriter.forResponse(
    method,
    trailers === null && tape.rarely(3) ? 0 : 1,
    head.status,
    headers,
  );
  // `Unknown` stands for a reason that cannot be written (SEC-25), and a status without one is written with a space.
  const line = head.reason.includes('<')
    ? `HTTP/1.1 ${head.status} ${head.reason}\r\n`
    : statusLine(head.status, head.reason);
  return framed(
    `${line}${headers.toWire()}${writer.headerLines}\r\n`,
    writer,
    body,
    trailers,
    tape,
  );
}

function withoutFraming(from: HTTPHeaders): HTTPHeaders {
  const headers = from.copy();
  for (const name of ['Transfer-Encoding', 'Content-Length', 'Connection']) headers.delete(name);
  return headers;
}

function framed(
  head: string,
  writer: BodyWriter,
  body: string,
  trailers: HTTPHeaders | null,
  tape: Tape,
): Buffer {
  let wire = head;
  for (let at = 0; at < body.length && writer.kind !== 'none';) {
    const piece = body.slice(at, at + 1 + tape.below(8));
    at += piece.length;
    writer.count(piece.length);
    wire += writer.kind === 'chunked' ? chunkStart(piece.length) + piece + CHUNK_END : piece;
  }
  writer.finish();
  if (writer.kind === 'chunked') wire += lastChunk(trailers ?? undefined);
  return Buffer.from(wire, 'latin1');
}

/** As `writtenIsRead`, the other way about: a message of any fields that we may write is read as it was meant. */
export function anythingWrittenIsRead(tape: Tape): void {
  const headers = new HTTPHeaders({ Host: 'x' });
  for (let count = tape.below(5); count > 0; count--) {
    try {
      headers.add(anyText(tape), anyText(tape));
    } catch (error) {
      if (!(error instanceof HTTPOutputError)) throw error;
    }
  }
  const trailers = new HTTPHeaders({ [`X-${tape.below(9)}`]: 'y' });
  let wire: Buffer;
  const body = anyText(tape).replace(/[^\0-\xff]/g, '');
  const target = `/${anyText(tape)}`;
  const method = anyText(tape);
  try {
    const writer = BodyWriter.forRequest(true, headers);
    const head = requestHead(method, target, headers).slice(0, -2);
    wire = framed(`${head}${writer.headerLines}\r\n`, writer, body, trailers, tape);
  } catch (error) {
    if (error instanceof HTTPOutputError) return;
    throw error;
  }
  const { messages, error } = readRequests(wire, tape);
  if (error !== null && (method === 'CONNECT' || headers.getList('Host').length > 1)) return;
  assert.equal(error, null);
  const [message] = messages;
  assert(messages.length === 1 && message?.isComplete === true);
  assert.deepEqual(
    [message.head.method, message.head.target, message.body],
    [method, target, body],
  );
  message.head.headers.delete('Transfer-Encoding');
  assert.equal(message.head.headers.toString(), headers.toString());
}
