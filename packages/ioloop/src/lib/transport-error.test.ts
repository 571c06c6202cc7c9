import { describe, expect, it } from 'vitest';
import { TransportError } from './transport-error.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`it says ${code}`), { code });
}

describe('TransportError.from', () => {
  it.each([
    ['EADDRINUSE', 'ERR_ADDRESS_IN_USE'],
    ['EACCES', 'ERR_ADDRESS_DENIED'],
    ['EADDRNOTAVAIL', 'ERR_ADDRESS_UNAVAILABLE'],
    ['ERR_SOCKET_BAD_PORT', 'ERR_ADDRESS_INVALID'],
    ['ECONNREFUSED', 'ERR_CONNECTION_REFUSED'],
    ['ENOTFOUND', 'ERR_NAME_NOT_RESOLVED'],
    ['EAI_AGAIN', 'ERR_NAME_NOT_RESOLVED'],
    ['ENETUNREACH', 'ERR_UNREACHABLE'],
    ['ETIMEDOUT', 'ERR_CONNECTION_TIMED_OUT'],
    ['EPIPE', 'ERR_CONNECTION_RESET'],
    ['EMFILE', 'ERR_TOO_MANY_FILES'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_TLS'],
    ['EPROTO', 'ERR_TLS'],
    ['EIO', 'ERR_IO'],
  ])('translates %s to %s, and keeps the cause', (system, code) => {
    const cause = systemError(system);
    const error = TransportError.from(cause, 'connecting to example.com');
    expect(error).toMatchObject({ name: 'TransportError', code, cause });
    expect(error.message).toBe(`connecting to example.com: it says ${system}`);
  });

  it('takes the first of several errors', () => {
    const several = new AggregateError([systemError('ECONNREFUSED'), systemError('EIO')]);
    expect(TransportError.from(several, 'x').code).toBe('ERR_CONNECTION_REFUSED');
  });

  it('takes what is no error at all', () => {
    expect(TransportError.from('odd', 'x')).toMatchObject({ code: 'ERR_IO', message: 'x: odd' });
  });

  it('returns an error of our own as it is', () => {
    const error = new TransportError('ERR_TLS', 'mine');
    expect(TransportError.from(error, 'x')).toBe(error);
  });
});
