// What can go wrong with a connection, and the one place where Node.js's error codes become ours.

/**
 * What happened to a connection or a listener:
 * `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_DENIED`, `ERR_ADDRESS_UNAVAILABLE`, `ERR_ADDRESS_INVALID` for listening and binding;
 * `ERR_CONNECTION_REFUSED`, `ERR_NAME_NOT_RESOLVED`, `ERR_UNREACHABLE`, `ERR_CONNECTION_TIMED_OUT` for connecting;
 * `ERR_CONNECTION_RESET` the peer is gone; `ERR_CONNECTION_ABORTED` our side gave it up; `ERR_TLS` the handshake or a
 * certificate failed; `ERR_TRANSPORT_CLOSED` the caller used a transport after closing it; `ERR_TOO_MANY_FILES` no
 * descriptor is left; `ERR_UNSUPPORTED` the platform cannot do it; `ERR_IO` anything else (see `cause`).
 */
export type TransportErrorCode =
  | 'ERR_ADDRESS_IN_USE'
  | 'ERR_ADDRESS_DENIED'
  | 'ERR_ADDRESS_UNAVAILABLE'
  | 'ERR_ADDRESS_INVALID'
  | 'ERR_CONNECTION_REFUSED'
  | 'ERR_NAME_NOT_RESOLVED'
  | 'ERR_UNREACHABLE'
  | 'ERR_CONNECTION_TIMED_OUT'
  | 'ERR_CONNECTION_RESET'
  | 'ERR_CONNECTION_ABORTED'
  | 'ERR_TLS'
  | 'ERR_TRANSPORT_CLOSED'
  | 'ERR_TOO_MANY_FILES'
  | 'ERR_UNSUPPORTED'
  | 'ERR_IO';

const CODES: Readonly<Record<string, TransportErrorCode>> = {
  EADDRINUSE: 'ERR_ADDRESS_IN_USE',
  EACCES: 'ERR_ADDRESS_DENIED',
  EPERM: 'ERR_ADDRESS_DENIED',
  EADDRNOTAVAIL: 'ERR_ADDRESS_UNAVAILABLE',
  EAFNOSUPPORT: 'ERR_ADDRESS_UNAVAILABLE',
  ECONNREFUSED: 'ERR_CONNECTION_REFUSED',
  ENOENT: 'ERR_CONNECTION_REFUSED',
  ENOTFOUND: 'ERR_NAME_NOT_RESOLVED',
  EAI_AGAIN: 'ERR_NAME_NOT_RESOLVED',
  EAI_FAIL: 'ERR_NAME_NOT_RESOLVED',
  EAI_NODATA: 'ERR_NAME_NOT_RESOLVED',
  EHOSTUNREACH: 'ERR_UNREACHABLE',
  ENETUNREACH: 'ERR_UNREACHABLE',
  ETIMEDOUT: 'ERR_CONNECTION_TIMED_OUT',
  ECONNRESET: 'ERR_CONNECTION_RESET',
  EPIPE: 'ERR_CONNECTION_RESET',
  ECONNABORTED: 'ERR_CONNECTION_RESET',
  ERR_SOCKET_BAD_PORT: 'ERR_ADDRESS_INVALID',
  ERR_INVALID_ARG_VALUE: 'ERR_ADDRESS_INVALID',
  ERR_INVALID_IP_ADDRESS: 'ERR_ADDRESS_INVALID',
  ENAMETOOLONG: 'ERR_ADDRESS_INVALID',
  EMFILE: 'ERR_TOO_MANY_FILES',
  ENFILE: 'ERR_TOO_MANY_FILES',
};

/** Thrown by pollers and given to `connectionLost`; `code` says what happened, `cause` holds the system's error. */
export class TransportError extends Error {
  override readonly name: string = 'TransportError';
  /** Which case; callers test this, never the message. */
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Translates whatever Node.js threw; an error that is ours already is returned as it is. */
  static from(reason: unknown, doing: string): TransportError {
    if (reason instanceof TransportError) return reason;
    const cause = firstOf(reason);
    const code = codeOf(cause);
    const message = cause instanceof Error ? cause.message : String(cause);
    return new TransportError(code, `${doing}: ${message}`, { cause: reason });
  }
}

/** An attempt at several addresses fails with all their errors; the first one tells most. */
function firstOf(reason: unknown): unknown {
  if (reason instanceof AggregateError && reason.errors.length > 0)
    return reason.errors[0] as unknown;
  return reason;
}

function codeOf(reason: unknown): TransportErrorCode {
  const code = reason instanceof Error && 'code' in reason ? String(reason.code) : '';
  const known = CODES[code];
  if (known !== undefined) return known;
  const isTls =
    /^(ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/.test(
      code,
    );
  return isTls ? 'ERR_TLS' : 'ERR_IO';
}
