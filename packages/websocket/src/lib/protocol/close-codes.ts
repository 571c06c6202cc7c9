// The close codes of RFC 6455 §7.4 and of IANA's registry as a table, and the body of a close frame.
import { RemoteProtocolError, WebSocketError } from '../websocket-error.ts';
import { isValidUtf8 } from './utf8.ts';

/** One close code. */
export interface CloseCode {
  readonly code: number;
  /** What it says, as the registry calls it. */
  readonly meaning: string;
  /** Whether it may stand in a close frame; the others only describe an end without one. */
  readonly isOnWire: boolean;
  /** Whether this package sends it by itself, and when. */
  readonly sentWhen: string | null;
}

const row = (code: number, meaning: string, isOnWire: boolean, sentWhen: string | null = null) => ({
  code,
  meaning,
  isOnWire,
  sentWhen,
});

/** The codes that have a meaning of their own. 3000 to 3999 are registered by libraries, 4000 to 4999 private. */
export const CLOSE_CODES: readonly CloseCode[] = [
  row(1000, 'normal closure', true, 'a reason is given without a code; no pong has come in time'),
  row(1001, 'going away', true, 'the server drains'),
  row(1002, 'protocol error', true, 'the peer broke the protocol'),
  row(1003, 'unsupported data', true),
  row(1004, 'reserved', false),
  row(1005, 'no status received', false),
  row(1006, 'abnormal closure', false),
  row(1007, 'invalid payload data', true, 'text is not UTF-8, or what should be compressed is not'),
  row(1008, 'policy violation', true),
  row(1009, 'message too big', true, 'a message is larger than the limit, also when decompressed'),
  row(1010, 'mandatory extension', true),
  row(1011, 'internal error', true, 'a handler threw'),
  row(1012, 'service restart', true),
  row(1013, 'try again later', true, 'the peer reads too slowly, with the policy `close`'),
  row(1014, 'bad gateway', true),
  row(1015, 'TLS handshake', false),
];

const ON_WIRE = new Set(CLOSE_CODES.filter(({ isOnWire }) => isOnWire).map(({ code }) => code));

/** Control frames carry no more than that (RFC 6455 §5.5). */
export const MAX_CONTROL_BYTES = 125;

/** Whether a close frame may carry that code. */
function isCloseCode(code: number): boolean {
  return ON_WIRE.has(code) || (Number.isInteger(code) && code >= 3000 && code <= 4999);
}

/** What a close frame said; a null code if it said nothing (WSK-34). */
export interface CloseStatus {
  readonly code: number | null;
  readonly reason: string;
}

/**
 * The body of a close frame that is sent; a reason without a code means 1000 (WSK-11).
 * @throws WebSocketError `ERR_BAD_CLOSE` for a code that must not be sent, or a reason of more than 123 bytes.
 */
export function closeBody(code: number | null, reason: string): Buffer {
  if (code === null && reason === '') return Buffer.alloc(0);
  const status = code ?? 1000;
  if (!isCloseCode(status)) {
    throw new WebSocketError('ERR_BAD_CLOSE', `${status} is no close code that can be sent`);
  }
  const size = Buffer.byteLength(reason);
  if (size > MAX_CONTROL_BYTES - 2) {
    const message = `a close reason is at most ${MAX_CONTROL_BYTES - 2} bytes, this has ${size}`;
    throw new WebSocketError('ERR_BAD_CLOSE', message);
  }
  const body = Buffer.allocUnsafe(2 + size);
  body.writeUInt16BE(status);
  body.write(reason, 2);
  return body;
}

/** Reads the body of a close frame. @throws RemoteProtocolError 1002 or 1007 */
export function parseCloseBody(body: Buffer): CloseStatus {
  if (body.length === 0) return { code: null, reason: '' };
  // RFC 6455 §5.5.1: a body begins with the code.
  if (body.length === 1) throw new RemoteProtocolError(1002, 'a close frame with half a code');
  const code = body.readUInt16BE();
  if (!isCloseCode(code)) throw new RemoteProtocolError(1002, `invalid close code ${code}`);
  const text = body.subarray(2);
  if (!isValidUtf8(text)) throw new RemoteProtocolError(1007, 'a close reason that is not UTF-8');
  return { code, reason: text.toString() };
}
