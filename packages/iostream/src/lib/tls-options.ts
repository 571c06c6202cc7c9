// TLS as Tornado's ssl_options say it, in node:tls's words. Owns: reading certificates, the defaults.
// Must not know: streams.
import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, createSecureContext, TLSSocket } from 'node:tls';
import { StreamError } from './stream-error.ts';
import type { Socket } from 'node:net';
import type { SecureContextOptions, SecureVersion, TlsOptions } from 'node:tls';

/** TLS options with files, as Tornado's dict has them (NET-12). */
export interface SslOptions {
  /** This version alone. Default: TLS 1.2 and newer. */
  readonly sslVersion?: SecureVersion;
  /** A file with our certificate, PEM; the key may be in it, too (NET-14). */
  readonly certfile?: string;
  /** A file with the key, PEM. Default: `certfile`. */
  readonly keyfile?: string;
  /** Whether the peer must have a good certificate. Default: a client requires one of the server, a server asks for none. */
  readonly certReqs?: 'none' | 'optional' | 'required';
  /** A file with the certificates that vouch for the peer, PEM. Default: the well-known ones. */
  readonly caCerts?: string;
  /** The ciphers to choose from, in OpenSSL's format. Default: Node.js's. */
  readonly ciphers?: string;
}

const KEYS: ReadonlySet<string> = new Set([
  'sslVersion',
  'certfile',
  'keyfile',
  'certReqs',
  'caCerts',
  'ciphers',
]);

/** TLS options in node:tls's words: certificates themselves, not their files. */
export interface SslContextOptions extends SecureContextOptions {
  /** For servers: ask the client for a certificate. Default false. */
  readonly requestCert?: boolean;
  /** Whether a bad certificate ends the handshake. Default true. */
  readonly rejectUnauthorized?: boolean;
  /** Protocols to agree upon. */
  readonly ALPNProtocols?: string[];
  /** For servers: other certificates for other names. */
  readonly SNICallback?: NonNullable<TlsOptions['SNICallback']>;
}

/** TLS options that have been read and checked: make one, use it for all connections. */
export class SslContext {
  /** In node:tls's words. */
  readonly options: SslContextOptions;

  constructor(options: SslContextOptions) {
    this.options = options;
  }
}

/**
 * Reads the files and checks what they hold; a context is returned as it is.
 *
 * @param options.serverSide Whether it is for a server, which needs a certificate. Default false.
 * @throws StreamError `ERR_TLS_OPTIONS` for an unknown key, a missing `certfile`, a file that cannot be read or used.
 */
export function sslOptionsToContext(
  sslOptions: SslOptions | SslContext,
  options: { readonly serverSide?: boolean } = {},
): SslContext {
  if (sslOptions instanceof SslContext) return sslOptions;
  const unknown = Object.keys(sslOptions).filter((key) => !KEYS.has(key));
  if (unknown.length > 0) throw tlsOptionsError(`unknown TLS options: ${unknown.join(', ')}`);
  const { certfile, keyfile, caCerts, ciphers, sslVersion } = sslOptions;
  if (options.serverSide === true && certfile === undefined) {
    throw tlsOptionsError('missing key "certfile" in sslOptions');
  }
  const files = {
    secureOptions: constants.SSL_OP_NO_COMPRESSION, // IOS-30
    ...(certfile === undefined ? {} : { cert: read('certfile', certfile) }),
    ...(certfile === undefined ? {} : { key: read('keyfile', keyfile ?? certfile) }),
    ...(caCerts === undefined ? {} : { ca: read('caCerts', caCerts) }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(sslVersion === undefined ? {} : { minVersion: sslVersion, maxVersion: sslVersion }),
  };
  try {
    createSecureContext(files);
  } catch (error) {
    throw tlsOptionsError('sslOptions are not usable', error);
  }
  return new SslContext({ ...files, ...verification(sslOptions, options.serverSide === true) });
}

/**
 * Encrypts a socket of node:net, beside any loop; a stream's `startTls` is for streams.
 *
 * @param options.serverHostname The name that the server's certificate must bear.
 * @param options.serverSide Whether we are the server. Default false.
 * @throws StreamError `ERR_TLS_OPTIONS`
 */
export function sslWrapSocket(
  socket: Socket,
  sslOptions: SslOptions | SslContext,
  options: { readonly serverHostname?: string; readonly serverSide?: boolean } = {},
): TLSSocket {
  const context = sslOptionsToContext(sslOptions, options).options;
  if (options.serverSide === true) {
    const secureContext = createSecureContext(context);
    return new TLSSocket(socket, { ...context, secureContext, isServer: true });
  }
  const { serverHostname } = options;
  const named = serverHostname === undefined ? {} : { servername: serverHostname };
  return connect({ ...context, ...named, socket });
}

/** NET-13: a client checks the server unless told otherwise, a server asks for nothing. */
function verification(
  { certReqs }: SslOptions,
  isServer: boolean,
): { readonly requestCert?: boolean; readonly rejectUnauthorized: boolean } {
  const wanted = certReqs ?? (isServer ? 'none' : 'required');
  if (!isServer) return { rejectUnauthorized: wanted !== 'none' };
  return { requestCert: wanted !== 'none', rejectUnauthorized: wanted === 'required' };
}

function read(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw tlsOptionsError(`${key} "${file}" cannot be read`, error);
  }
}

function tlsOptionsError(message: string, cause?: unknown): StreamError {
  return new StreamError('ERR_TLS_OPTIONS', message, cause === undefined ? undefined : { cause });
}
