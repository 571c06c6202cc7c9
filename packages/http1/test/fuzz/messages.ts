// Messages that know the grammar and break it: valid ones, the vectors that are known to set recipients against each
// other, and changes of single octets. Everything is text of one byte a character.
import type { Tape } from './tape.ts';

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'HEAD',
  'OPTIONS',
  'DELETE',
  'CONNECT',
  'M-SEARCH',
  'get',
  'G E',
  '',
];
const TARGETS = [
  '/',
  '/a?b=c',
  '*',
  'http://x/',
  'http://X:80',
  'http://y/',
  'http://u@x/',
  'x:443',
  'x',
  '//x/y',
  '/%00%0d',
  '/\xff',
  '/a#b',
  '/a b',
  'https://x:443/?q',
  '',
  '/\t',
  '/"<>\\^`{|}',
];
const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/1.2',
  'HTTP/2.0',
  'HTTP/0.9',
  'http/1.1',
  'HTTP/1.',
  'HTTP/11',
  '',
];
const HOSTS = [
  'Host: x',
  'host:x:80',
  'HOST: \t x \t',
  'Host: x, y',
  'Host:',
  'Host: u@x',
  'Host: [::1]',
  'Host: [::1',
  'Host: x:99999',
  'Host: x/y',
  'Host: %zz',
  'Host : x',
  'Host: x\r\nHost: x',
  'Host: x\r\n y',
];
const LENGTHS = [
  '3',
  '0',
  '1',
  '5',
  '10',
  '007',
  '+3',
  '-1',
  '0x3',
  '3, 3',
  '3,4',
  '3,',
  '',
  '3 3',
  '1e1',
  '3.0',
  '\x0b3',
  '3\xa0',
  '3;a=b',
  '18446744073709551619',
  '4294967299',
  '9007199254740993',
  '3\r\nContent-Length: 3',
  '3\r\nContent-Length: 4',
];
const CODINGS = [
  'chunked',
  'Chunked',
  'chunked ',
  '\tchunked',
  'xchunked',
  'chunked, chunked',
  'gzip, chunked',
  'chunked, gzip',
  'identity',
  'identity, chunked',
  'chunked, identity',
  ' chunked',
  'chunked,',
  ', chunked',
  '"chunked"',
  'chunked;q=1',
  '\x0bchunked',
  'chunked\0',
  'chunk\xe9d',
  '',
  'chunked\r\nTransfer-Encoding: chunked',
  'chunked\r\nTransfer-Encoding: identity',
  '\r\n chunked',
  'chun\r\n ked',
  'cow',
  'chunked\x7f',
];
const CONNECTIONS = [
  'close',
  'keep-alive',
  'Upgrade',
  'upgrade, close',
  'Close ',
  'keep-alive, close',
  'Content-Length',
  'x,,y',
  '',
  'clos',
  'close;x',
];
const NAMES = [
  'Content-Length',
  'Transfer-Encoding',
  'content-length',
  'TRANSFER-ENCODING',
  'Transfer_Encoding',
  'Content_Length',
  'Transfer-Encoding ',
  'Content-Length\t',
  ' Transfer-Encoding',
  'Transfer-Encoding\x0b',
  'Transfer\r\n-Encoding',
  'X-Content-Length',
  'Content-Lengt\xe8',
  'Transfer-Encod\0ing',
];
const FIELDS = [
  'A: b',
  'a:',
  'A:\t b \t',
  'X-Y: \x80\xff',
  'Cookie: a=b; c=d',
  'Expect: 100-continue',
  'Upgrade: websocket',
  'A: b\tc',
  ': x',
  'A',
  'A : b',
  ' A: b',
  'A: b\r\n c',
  'A: \0',
  'A: \x7f',
  'A: b\rc',
  'A(: b',
  'A\xe9: b',
  '__proto__: x',
  'constructor: y',
  'Trailer: X-Sum',
  'TE: trailers',
  'A: ' + 'b'.repeat(70),
  'Expect: x',
  'Proxy-Connection: close',
  'A: b\nB: c',
  'Set-Cookie: a',
];
const SIZES = [
  '3',
  '1',
  '0',
  '5',
  'a',
  'A',
  '00003',
  '0x3',
  '+3',
  '-1',
  '3 ',
  ' 3',
  '\t3',
  '3;a=b',
  '3;a="\r\n"',
  '3 ; a',
  '',
  '3\xa0',
  'g',
  'ffffffffffffffff',
  '100000003',
  '20000000000003',
  '3\r',
  '3_',
  '3,',
  '3;' + 'e'.repeat(90),
  '0'.repeat(70) + '3',
];
const TRAILERS = [
  'X-Sum: 1',
  'Content-Length: 3',
  'Host: y',
  'Transfer-Encoding: chunked',
  'A: b\r\nB: c',
  'A : b',
  'A: b\r\n c',
  'A: \0',
  ': ',
  'Trailer-: \xff',
  'Cookie: a',
];
const ENDS = ['\r\n', '\n', '\r', '\r\r\n', '\n\r', '\r\n\r\n', '', ' \r\n', '\0\r\n'];
const STATUSES = [
  '200 OK',
  '200 ',
  '200',
  '204 No',
  '304 Not',
  '101 Switch',
  '100 Continue',
  '103 Hint',
  '404 \xff\t',
  '999 x',
  '099 x',
  '20 x',
  '2000 x',
  '200  x',
  '200\tx',
  '-200 x',
  '205 Reset',
];
const OCTETS = '\r\n\0 \t:,;=/"0139azAZ-_\x0b\x0c\x1f\x7f\x80\x85\xa0\xff#@[]';

/** How often something is not as it should be: once in that many times. */
const ODDS = 24;

/** The first of them nearly always. */
function mostly(tape: Tape, choices: readonly string[]): string {
  return tape.rarely(ODDS) ? tape.pick(choices) : choices[0]!;
}

function end(tape: Tape): string {
  return tape.rarely(ODDS * 4) ? tape.pick(ENDS) : '\r\n';
}

function chunk(tape: Tape, size: string): string {
  const length = Number.parseInt(size, 16);
  const data = Number.isNaN(length) || length > 40 ? 'abc' : 'x'.repeat(Math.max(0, length));
  return `${size}${end(tape)}${data}${end(tape)}`;
}

/** A body in chunks, with trailers or without. */
function chunks(tape: Tape): string {
  let text = '';
  for (let count = tape.below(4); count > 0; count--) {
    text += chunk(
      tape,
      tape.rarely(ODDS / 3) ? tape.pick(SIZES) : tape.pick(['3', '1', '5', 'a', 'A', '0b']),
    );
  }
  text += `${mostly(tape, ['0', '00', '0;x', '', '0 ', '0x0'])}${end(tape)}`;
  for (let count = tape.rarely(4) ? 1 + tape.below(2) : 0; count > 0; count--) {
    text += `${tape.rarely(3) ? tape.pick(TRAILERS) : 'X-Sum: 1'}${end(tape)}`;
  }
  return text + end(tape);
}

function fields(tape: Tape): string {
  let text = '';
  for (let count = tape.below(4); count > 0; count--) {
    text += `${tape.rarely(5) ? tape.pick(FIELDS) : tape.pick(['A: b', 'X-Y: z', 'Cookie: a=b'])}${end(tape)}`;
  }
  if (tape.rarely(5)) text += `Connection: ${tape.pick(CONNECTIONS)}${end(tape)}`;
  return text;
}

/** What says how the body is framed, and a body that is framed so, nearly always. */
function framed(tape: Tape): { readonly lines: string; readonly body: string } {
  const name = (plain: string): string => (tape.rarely(ODDS) ? tape.pick(NAMES) : plain);
  const length = (): string => (tape.rarely(8) ? tape.pick(LENGTHS) : '3');
  const coding = (): string => (tape.rarely(8) ? tape.pick(CODINGS) : 'chunked');
  switch (tape.below(8)) {
    case 0:
    case 1:
      return { lines: '', body: '' };
    case 2:
    case 3:
      return { lines: `${name('Content-Length')}: ${length()}${end(tape)}`, body: 'abc' };
    case 4:
    case 5:
    case 6:
      return { lines: `${name('Transfer-Encoding')}: ${coding()}${end(tape)}`, body: chunks(tape) };
    default: {
      const both = [
        `Content-Length: ${length()}${end(tape)}`,
        `Transfer-Encoding: ${coding()}${end(tape)}`,
      ];
      if (tape.rarely(2)) both.reverse();
      return { lines: both.join(''), body: tape.rarely(2) ? 'abc' : chunks(tape) };
    }
  }
}

function request(tape: Tape): string {
  const before = tape.rarely(ODDS) ? tape.pick(['\r\n', '\n', '\r\n\r\n', '\r', ' ']) : '';
  const method = tape.rarely(8) ? tape.pick(METHODS) : tape.pick(['GET', 'POST', 'PUT']);
  const target = tape.rarely(6) ? tape.pick(TARGETS) : '/';
  const space = mostly(tape, [' ', '  ', '\t', ' \t', '', '\x0b', '\xa0']);
  const version = tape.rarely(8) ? tape.pick(VERSIONS) : 'HTTP/1.1';
  const { lines, body } = framed(tape);
  const host = tape.rarely(8) ? tape.pick([...HOSTS, '']) : 'Host: x';
  const hostLine = host === '' ? '' : `${host}${end(tape)}`;
  const all = tape.rarely(2) ? hostLine + fields(tape) + lines : lines + fields(tape) + hostLine;
  return `${before}${method}${space}${target} ${version}${end(tape)}${all}${end(tape)}${body}`;
}

function response(tape: Tape): string {
  const version = tape.rarely(8) ? tape.pick(VERSIONS) : 'HTTP/1.1';
  const status = tape.rarely(3) ? tape.pick(STATUSES) : '200 OK';
  const { lines, body } = framed(tape);
  const all = tape.rarely(2) ? lines + fields(tape) : fields(tape) + lines;
  return `${version} ${status}${end(tape)}${all}${end(tape)}${body}`;
}

/** A few octets changed, put in, left out, said twice. */
function mutated(tape: Tape, text: string): string {
  let out = text;
  for (let count = tape.rarely(3) ? 1 + tape.below(3) : 0; count > 0; count--) {
    const at = tape.below(Math.min(out.length, 65_535) + 1);
    const octet = OCTETS[tape.below(OCTETS.length)] ?? '\0';
    const length = 1 + tape.below(4);
    switch (tape.below(6)) {
      case 0:
        out = out.slice(0, at) + octet + out.slice(at + 1);
        break;
      case 1:
        out = out.slice(0, at) + octet + out.slice(at);
        break;
      case 2:
        out = out.slice(0, at) + out.slice(at + length);
        break;
      case 3:
        out = out.slice(0, at) + out.slice(at, at + length).repeat(2) + out.slice(at + length);
        break;
      case 4:
        out = out.slice(0, at) + out.slice(at).replace('\r\n', octet === '\r' ? '\n' : '\r');
        break;
      default:
        out = out.slice(0, at) + String.fromCharCode(tape.byte()) + out.slice(at + 1);
    }
  }
  return out;
}

/** One request to three behind each other, right or wrong. */
export function requestBytes(tape: Tape): Buffer {
  let text = request(tape);
  for (let count = tape.rarely(3) ? 1 + tape.below(2) : 0; count > 0; count--)
    text += request(tape);
  return Buffer.from(mutated(tape, text), 'latin1');
}

/** As `requestBytes`, of responses. */
export function responseBytes(tape: Tape): Buffer {
  let text = response(tape);
  for (let count = tape.rarely(3) ? 1 + tape.below(2) : 0; count > 0; count--)
    text += response(tape);
  return Buffer.from(mutated(tape, text), 'latin1');
}
