import { describe, expect, it } from 'vitest';
import { ProxyHeaderParser } from './proxy-header.ts';

interface Outcome {
  readonly header: unknown;
  readonly fault: string | null;
  /** What is not the header's. */
  readonly rest: string;
}

function parse(pieces: readonly Buffer[]): Outcome {
  const parser = new ProxyHeaderParser();
  let rest = '';
  for (const piece of pieces) {
    const lent = Buffer.concat([Buffer.from('#'), piece, Buffer.from('#')]);
    const isOver = parser.header !== null || parser.fault !== null;
    const at = isOver ? 1 : parser.push(lent, 1, 1 + piece.length);
    if (parser.fault === null) rest += lent.toString('latin1', at, 1 + piece.length);
    lent.fill('?');
  }
  return { header: parser.header, fault: parser.fault, rest };
}

/** The one outcome of all ways to cut the bytes in two, and of bytes one by one. */
function outcome(bytes: Buffer): Outcome {
  const whole = parse([bytes]);
  for (let cut = 0; cut <= bytes.length; cut++)
    expect(parse([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
  expect(parse(Array.from(bytes, (octet) => Buffer.of(octet)))).toEqual(whole);
  return whole;
}

const text = (line: string): Buffer => Buffer.from(line, 'latin1');
const SIGNATURE = '0d0a0d0a000d0a515549540a';

/** A header of version 2: command, family, addresses and the like, as hex. */
function v2(command: string, family: string, rest = '', length = rest.length / 2): Buffer {
  const size = length.toString(16).padStart(4, '0');
  return Buffer.from(SIGNATURE + command + family + size + rest, 'hex');
}

const IPV4 = 'c0000201' + 'c6336401' + 'dc04' + '01bb';
const IPV6 =
  '20010db8000000000000000000000001' + '00000000000000000000000000000001' + '0050' + '01bb';
const path = (name: string): string =>
  Buffer.from(name.padEnd(108, '\0'), 'latin1').toString('hex');

const V4_ENDS = {
  source: { host: '192.0.2.1', port: 56_324, path: '' },
  destination: { host: '198.51.100.1', port: 443, path: '' },
};
const V6_ENDS = {
  source: { host: '2001:db8::1', port: 80, path: '' },
  destination: { host: '::1', port: 443, path: '' },
};
const NO_ENDS = { source: null, destination: null };

describe('a PROXY header', () => {
  it.each([
    ['TCP4', 'PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n', V4_ENDS],
    ['TCP6', 'PROXY TCP6 2001:db8::1 ::1 80 443\r\n', V6_ENDS],
    ['UNKNOWN', 'PROXY UNKNOWN\r\n', NO_ENDS],
    [
      'UNKNOWN with what is to be ignored',
      'PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n',
      NO_ENDS,
    ],
  ])('of version 1, %s, is read, and no byte behind it (PROXY §2.1)', (_name, line, ends) => {
    expect(outcome(text(`${line}GET /`))).toEqual({
      header: { version: 1, ...ends, isTls: false, tlvs: [] },
      fault: null,
      rest: 'GET /',
    });
  });

  it.each([
    ['TCP over IPv4', v2('21', '11', IPV4), V4_ENDS],
    ['UDP over IPv4', v2('21', '12', IPV4), V4_ENDS],
    ['TCP over IPv6', v2('21', '21', IPV6), V6_ENDS],
    [
      'a unix socket',
      v2('21', '31', path('/run/a') + path('x'.repeat(108))),
      {
        source: { host: '', port: 0, path: '/run/a' },
        destination: { host: '', port: 0, path: 'x'.repeat(108) },
      },
    ],
    ['unspecified', v2('21', '00'), NO_ENDS],
    ['an unspecified protocol', v2('21', '10', IPV4), NO_ENDS],
    ['LOCAL', v2('20', '00'), NO_ENDS],
    ['LOCAL with addresses', v2('20', '11', IPV4), NO_ENDS],
    ['LOCAL with what is to be skipped', v2('20', '00', 'ffffffff'), NO_ENDS],
  ])('of version 2, %s, is read, and no byte behind it (PROXY §2.2)', (_name, bytes, ends) => {
    expect(outcome(Buffer.concat([bytes, text('GET /')]))).toEqual({
      header: { version: 2, ...ends, isTls: false, tlvs: [] },
      fault: null,
      rest: 'GET /',
    });
  });

  it('has further values (PROXY §2.2.1 to 2.2.9)', () => {
    const { header } = outcome(
      v2('21', '11', `${IPV4}04000002000161e00000`.replace('040000', '04000100')),
    );
    expect(header).toMatchObject({
      tlvs: [
        { type: 4, value: Buffer.of(0) },
        { type: 2, value: Buffer.from('a') },
        { type: 0xe0, value: Buffer.alloc(0) },
      ],
    });
  });

  it.each([
    ['01', true],
    ['07', true],
    ['00', false],
    ['06', false],
  ])('says whether the client talks TLS: flags %s, %s (PROXY §2.2.6)', (flags, isTls) => {
    const { header } = outcome(v2('21', '11', `${IPV4}200005${flags}00000000`));
    expect(header).toMatchObject({ isTls });
  });

  it.each([
    ['nothing of the kind', text('GET / HTTP/1.1\r\n')],
    ['a broken signature', text('\r\n\r\n\0\r\nQUIT\r')],
    ['lower case', text('proxy TCP4 192.0.2.1 198.51.100.1 1 2\r\n')],
    ['an unknown family', text('PROXY TCP5 192.0.2.1 198.51.100.1 1 2\r\n')],
    ['no family', text('PROXY \r\n')],
    ['no ports', text('PROXY TCP4 192.0.2.1 198.51.100.1\r\n')],
    ['three ports', text('PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n')],
    ['a port too high', text('PROXY TCP4 192.0.2.1 198.51.100.1 1 65536\r\n')],
    ['a port with a leading zero', text('PROXY TCP4 192.0.2.1 198.51.100.1 01 2\r\n')],
    ['a signed port', text('PROXY TCP4 192.0.2.1 198.51.100.1 +1 2\r\n')],
    ['two spaces', text('PROXY TCP4  192.0.2.1 198.51.100.1 1 2\r\n')],
    ['a name for an address', text('PROXY TCP4 localhost 198.51.100.1 1 2\r\n')],
    ['the other family’s address', text('PROXY TCP4 ::1 198.51.100.1 1 2\r\n')],
    ['an octet with a leading zero', text('PROXY TCP4 192.0.2.01 198.51.100.1 1 2\r\n')],
    ['a bare line feed', text(`PROXY UNKNOWN\n${'x'.repeat(200)}`)],
    ['a line too long', text(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`)],
    ['version 1 in the signature of 2', v2('11', '11', IPV4)],
    ['an unknown command', v2('22', '11', IPV4)],
    ['an unknown address family', v2('21', '41', IPV4)],
    ['an unknown protocol', v2('21', '13', IPV4)],
    ['too few bytes for its addresses', v2('21', '11', IPV4.slice(2))],
    ['a value that does not fit', v2('21', '11', `${IPV4}04000100`.slice(0, -2))],
    ['half a value', v2('21', '11', `${IPV4}0400`)],
  ])('that is bad is refused: %s', (_name, bytes) => {
    const parser = new ProxyHeaderParser();
    parser.push(bytes, 0, bytes.length);
    expect(parser).toMatchObject({ header: null, fault: expect.any(String) as string });
    for (let cut = 1; cut < bytes.length; cut++) {
      const again = new ProxyHeaderParser();
      for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)])
        if (again.fault === null) again.push(piece, 0, piece.length);
      expect(again.fault).toBe(parser.fault);
    }
  });

  it('as long as can be costs linear time, byte by byte', () => {
    const bytes = v2('21', '00', 'e0fffc'.padEnd(2 * 65_535, '0'));
    const { header } = parse(Array.from(bytes, (octet) => Buffer.of(octet)));
    expect(header).toMatchObject({ tlvs: [{ value: { length: 65_532 } }] });
  });

  it('is refused at the first byte that cannot be one', () => {
    for (const octet of ['G', '\x16', 'p', '\n']) {
      const parser = new ProxyHeaderParser();
      parser.push(text(octet), 0, 1);
      expect(parser.fault).not.toBeNull();
    }
  });
});
