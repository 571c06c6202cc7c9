// The PROXY protocol, versions 1 and 2: what a load balancer says of a connection before its first byte. No I/O: bytes in, a
// header out. Owns: the grammar. Must not know: who may be believed, what follows.
// Specification: https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt; sections are cited as PROXY §n.
import { isIPv4, isIPv6 } from 'node:net';
import type { Address } from '@typhoon/ioloop';

/** What a proxy says of the connection that it hands on. */
export interface ProxyHeader {
  /** Version of the protocol. */
  readonly version: 1 | 2;
  /** The client's end; null when the proxy speaks for itself (a health check), or cannot tell. */
  readonly source: Address | null;
  /** Where the client connected to; null like `source`. */
  readonly destination: Address | null;
  /** Whether the client talks TLS to the proxy. */
  readonly isTls: boolean;
  /** All else it says, in order; version 2 alone. */
  readonly tlvs: readonly ProxyTlv[];
}

/** One further thing that it says. */
export interface ProxyTlv {
  /** What it is; PROXY §2.2.1 to 2.2.9. */
  readonly type: number;
  /** Its bytes; the owner's. */
  readonly value: Buffer;
}

/** `more`: the bytes end too early, at least `bytes` are needed in all; `done`: the header takes `bytes` of them. */
type Reading =
  | { readonly kind: 'more'; readonly bytes: number }
  | { readonly kind: 'bad'; readonly reason: string }
  | { readonly kind: 'done'; readonly bytes: number; readonly header: ProxyHeader };

/** Takes bytes, cut anywhere, until a header is complete. */
export class ProxyHeaderParser {
  /** The header, once it is complete. */
  header: ProxyHeader | null = null;
  /** What is wrong with the bytes, if anything. */
  fault: string | null = null;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #needed = 1;

  /** Takes bytes, which are copied; answers the index of the first that is not the header's. */
  push(buffer: Buffer, start: number, end: number): number {
    if (this.#heldBytes + end - start < this.#needed) return this.#hold(buffer, start, end);
    const heldBytes = this.#heldBytes;
    this.#hold(buffer, start, end);
    const all = Buffer.concat(this.#held);
    this.#held = [all];
    const reading = readProxyHeader(all);
    if (reading.kind === 'more') {
      this.#needed = reading.bytes;
      return end;
    }
    this.#held = [];
    if (reading.kind === 'bad') {
      this.fault = reading.reason;
      return end;
    }
    this.header = reading.header;
    return start + reading.bytes - heldBytes;
  }

  #hold(buffer: Buffer, start: number, end: number): number {
    this.#held.push(Buffer.from(buffer.subarray(start, end)));
    this.#heldBytes += end - start;
    return end;
  }
}

const V1_PREFIX = Buffer.from('PROXY ');
/** PROXY §2.1: the longest line, its end included. */
const V1_MAX_BYTES = 107;
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const V2_HEAD_BYTES = 16;

function readProxyHeader(bytes: Buffer): Reading {
  if (startsAs(bytes, V2_SIGNATURE)) {
    const isSigned = bytes.length >= V2_SIGNATURE.length;
    if (!isSigned) return { kind: 'more', bytes: bytes.length + 1 };
    if (bytes.length < V2_HEAD_BYTES) return { kind: 'more', bytes: V2_HEAD_BYTES };
    return readVersion2(bytes);
  }
  if (startsAs(bytes, V1_PREFIX)) return readVersion1(bytes);
  return bad('neither version 1 nor version 2');
}

/** Whether one is the beginning of the other. */
function startsAs(bytes: Buffer, expected: Buffer): boolean {
  const length = Math.min(bytes.length, expected.length);
  return bytes.compare(expected, 0, length, 0, length) === 0;
}

/** PROXY §2.1: `PROXY TCP4 192.0.2.1 198.51.100.1 56324 443`, CRLF. */
function readVersion1(bytes: Buffer): Reading {
  const end = bytes.indexOf('\r\n');
  if (end < 0 && bytes.length < V1_MAX_BYTES) return { kind: 'more', bytes: bytes.length + 1 };
  if (end < 0 || end + 2 > V1_MAX_BYTES) return bad(`a line of more than ${V1_MAX_BYTES} bytes`);
  const done = { kind: 'done', bytes: end + 2 } as const;
  const line = bytes.toString('latin1', 0, end);
  const [, family = '', source = '', destination = '', ...ports] = line.split(' ');
  const said = { version: 1, isTls: false, tlvs: [] } as const;
  if (family === 'UNKNOWN')
    return { ...done, header: { ...said, source: null, destination: null } };
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : null;
  if (isAddress === null) return bad(`unknown family ${JSON.stringify(family)}`);
  const [sourcePort = -1, destinationPort = -1] = ports.map(readPort);
  if (ports.length !== 2 || sourcePort < 0 || destinationPort < 0) return bad('bad ports');
  if (!isAddress(source) || !isAddress(destination)) return bad('bad addresses');
  return {
    ...done,
    header: {
      ...said,
      source: { host: source, port: sourcePort, path: '' },
      destination: { host: destination, port: destinationPort, path: '' },
    },
  };
}

/** PROXY §2.1: decimal, without leading zeros; -1 for anything else. */
function readPort(text: string): number {
  const port = /^(?:0|[1-9]\d{0,4})$/.test(text) ? Number(text) : -1;
  return port <= 65_535 ? port : -1;
}

/** PROXY §2.2. */
function readVersion2(bytes: Buffer): Reading {
  const versionAndCommand = bytes.readUInt8(12);
  const familyAndProtocol = bytes.readUInt8(13);
  const length = V2_HEAD_BYTES + bytes.readUInt16BE(14);
  if (versionAndCommand !== 0x20 && versionAndCommand !== 0x21)
    return bad(`unknown version and command 0x${versionAndCommand.toString(16)}`);
  const family = familyAndProtocol >> 4;
  const protocol = familyAndProtocol & 0x0f;
  if (family > 3 || protocol > 2) return bad(`unknown family 0x${familyAndProtocol.toString(16)}`);
  if (bytes.length < length) return { kind: 'more', bytes: length };
  const isLocal = versionAndCommand === 0x20;
  const ends = isLocal || protocol === 0 ? NO_ENDS : readEnds(bytes, family, length);
  if (ends === null) return bad('too short for its addresses');
  const tlvs = isLocal ? [] : readTlvs(bytes, V2_HEAD_BYTES + (ADDRESS_BYTES[family] ?? 0), length);
  if (tlvs === null) return bad('a value that is longer than the header');
  const { source, destination } = ends;
  const header = { version: 2, source, destination, isTls: saysTls(tlvs), tlvs } as const;
  return { kind: 'done', bytes: length, header };
}

/** By family: unspecified, IPv4, IPv6, unix. */
const ADDRESS_BYTES = [0, 12, 36, 216] as const;
const UNIX_PATH_BYTES = 108;

interface Ends {
  readonly source: Address | null;
  readonly destination: Address | null;
}

const NO_ENDS: Ends = { source: null, destination: null };

function readEnds(bytes: Buffer, family: number, length: number): Ends | null {
  const at = V2_HEAD_BYTES;
  if (at + (ADDRESS_BYTES[family] ?? 0) > length) return null;
  switch (family) {
    case 1:
      return {
        source: { host: ipv4(bytes, at), port: bytes.readUInt16BE(at + 8), path: '' },
        destination: { host: ipv4(bytes, at + 4), port: bytes.readUInt16BE(at + 10), path: '' },
      };
    case 2:
      return {
        source: { host: ipv6(bytes, at), port: bytes.readUInt16BE(at + 32), path: '' },
        destination: { host: ipv6(bytes, at + 16), port: bytes.readUInt16BE(at + 34), path: '' },
      };
    case 3:
      return {
        source: { host: '', port: 0, path: unixPath(bytes, at) },
        destination: { host: '', port: 0, path: unixPath(bytes, at + UNIX_PATH_BYTES) },
      };
    default:
      return NO_ENDS;
  }
}

function ipv4(bytes: Buffer, at: number): string {
  return bytes.subarray(at, at + 4).join('.');
}

/** In the form of RFC 5952, as sockets say it: the WHATWG URL parser knows how. */
function ipv6(bytes: Buffer, at: number): string {
  const groups = Array.from({ length: 8 }, (_, n) => bytes.readUInt16BE(at + 2 * n).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function unixPath(bytes: Buffer, at: number): string {
  const field = bytes.subarray(at, at + UNIX_PATH_BYTES);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? UNIX_PATH_BYTES : end);
}

/** PROXY §2.2: type, length, value, to the end; null when one does not fit. */
function readTlvs(bytes: Buffer, start: number, end: number): ProxyTlv[] | null {
  const tlvs: ProxyTlv[] = [];
  let at = start;
  while (at < end) {
    if (at + 3 > end) return null;
    const behind = at + 3 + bytes.readUInt16BE(at + 1);
    if (behind > end) return null;
    tlvs.push({ type: bytes.readUInt8(at), value: Buffer.from(bytes.subarray(at + 3, behind)) });
    at = behind;
  }
  return tlvs;
}

const TLV_SSL = 0x20;
const CLIENT_SSL = 0x01;

/** PROXY §2.2.6. */
function saysTls(tlvs: readonly ProxyTlv[]): boolean {
  return tlvs.some(({ type, value }) => type === TLV_SSL && ((value[0] ?? 0) & CLIENT_SSL) !== 0);
}

function bad(reason: string): Reading {
  return { kind: 'bad', reason };
}
