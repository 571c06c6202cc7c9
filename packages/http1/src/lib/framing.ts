// Fields that say how a message is framed and what becomes of its connection, found in one walk over a head.
// RFC 9112 §6.3, §9.3; every reading that another recipient might not share is refused (SEC-13, SEC-14).
// HOT: `pnpm bench http`
import { HTTPInputError } from './errors.ts';
import type { WireFields } from './headers.ts';

/** What the framing fields of a head say. */
export interface Framing {
  /** -1 when there is none. */
  contentLength: number;
  isChunked: boolean;
  /** Value of Connection in lower case, or empty. */
  connection: string;
  /** Value of Host, or null. */
  host: string | null;
  expect: string | null;
  hasUpgrade: boolean;
}

/** Reads the framing fields. @throws HTTPInputError */
export function readFraming({ text, marks }: WireFields, minorVersion: number): Framing {
  const framing: Framing = {
    contentLength: -1,
    isChunked: false,
    connection: '',
    host: null,
    expect: null,
    hasUpgrade: false,
  };
  let encoding: string | null = null;
  for (let at = 0; at < marks.length; at += 4) {
    const start = marks[at]!;
    const length = marks[at + 1]! - start;
    // The lengths of: host, expect, upgrade, connection, content-length, transfer-encoding.
    if (
      length !== 4 &&
      length !== 6 &&
      length !== 7 &&
      length !== 10 &&
      length !== 14 &&
      length !== 17
    )
      continue;
    const first = text.charCodeAt(start) | 0x20;
    // Their first letters: h, e, u, c, t.
    if (first !== 0x68 && first !== 0x65 && first !== 0x75 && first !== 0x63 && first !== 0x74)
      continue;
    const value = text.slice(marks[at + 2], marks[at + 3]);
    switch (text.slice(start, start + length).toLowerCase()) {
      case 'host':
        if (framing.host !== null) throw badHost('Multiple host headers not allowed');
        framing.host = value;
        break;
      case 'expect':
        framing.expect = value.toLowerCase();
        break;
      case 'upgrade':
        framing.hasUpgrade = true;
        break;
      case 'connection':
        framing.connection += `,${value.toLowerCase()}`;
        break;
      case 'content-length':
        framing.contentLength = sameLength(framing.contentLength, value);
        break;
      case 'transfer-encoding':
        encoding = encoding === null ? value : `${encoding},${value}`;
        break;
    }
  }
  if (encoding !== null) framing.isChunked = isChunked(encoding, framing, minorVersion);
  return framing;
}

/** Whether Connection lists this option; both in lower case. */
export function hasOption(connection: string, option: string): boolean {
  if (connection === '') return false;
  return connection.split(',').some((one) => one.trim() === option);
}

/** RFC 9112 §6.3: repeated equal values are one; anything but digits is refused (SEC-13). */
function sameLength(known: number, value: string): number {
  let length = known;
  for (const raw of value.split(',')) {
    const text = raw.trim();
    if (!/^\d+$/.test(text))
      throw badLength(`Only integer Content-Length is allowed, got ${JSON.stringify(text)}`);
    const number = Number(text);
    if (!Number.isSafeInteger(number)) throw badLength(`Content-Length too long: ${text}`);
    if (length !== -1 && length !== number) throw badLength('Multiple unequal Content-Lengths');
    length = number;
  }
  return length;
}

function isChunked(encoding: string, framing: Framing, minorVersion: number): boolean {
  if (framing.contentLength !== -1) {
    throw badEncoding('Message with both Transfer-Encoding and Content-Length', 400);
  }
  if (minorVersion === 0) throw badEncoding('Transfer-Encoding in an HTTP/1.0 message', 400);
  if (encoding.toLowerCase() === 'chunked') return true;
  throw badEncoding(`Unsupported Transfer-Encoding ${JSON.stringify(encoding)}`, 501);
}

function badHost(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_HOST', message);
}

function badLength(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_CONTENT_LENGTH', message);
}

function badEncoding(message: string, status: number): HTTPInputError {
  return new HTTPInputError('ERR_BAD_TRANSFER_ENCODING', message, status);
}
