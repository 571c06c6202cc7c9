// The head of an outgoing request.
import { HTTPOutputError } from './errors.ts';
import { isTarget, isToken, quoted } from './octets.ts';
import type { HTTPHeaders } from './headers.ts';

/**
 * Request line and header fields, with the empty line that ends them; one byte a character.
 * @throws HTTPOutputError `ERR_INVALID_START_LINE` for a method that is no token or a target with spaces or controls.
 */
export function requestHead(method: string, target: string, headers: HTTPHeaders): string {
  if (!isToken(method))
    throw new HTTPOutputError('ERR_INVALID_START_LINE', `Invalid method ${quoted(method)}`);
  if (!isTarget(target)) {
    throw new HTTPOutputError('ERR_INVALID_START_LINE', `Invalid request target ${quoted(target)}`);
  }
  return `${method} ${target} HTTP/1.1\r\n${headers.toWire()}\r\n`;
}

/** HTU-35: the bytes of `username:password` for basic authentication, in normal form C. */
export function encodeUsernamePassword(username: string, password: string): Buffer {
  return Buffer.from(`${username.normalize('NFC')}:${password.normalize('NFC')}`);
}
