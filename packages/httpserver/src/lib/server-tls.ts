// A server's certificates. Owns: which one goes with which name (SNI), changing them while the server runs.
// Must not know: sockets, handshakes.
import { createSecureContext } from 'node:tls';
import { ServerError } from './server-error.ts';
import type { SecureContext, SecureContextOptions, TlsOptions } from 'node:tls';

/** TLS for a server, in node:tls's words. HTTP/1.1 is all that is agreed upon, unless `ALPNProtocols` says otherwise. */
export interface ServerTlsOptions extends TlsOptions {
  /**
   * Certificates and keys for the names that clients may ask for; `*.example.com` is for all names one label longer.
   * Clients that ask for any other name, or for none, get the certificate beside it.
   */
  readonly names?: Readonly<Record<string, SecureContextOptions>>;
}

/** The certificates of one listener, of today. */
export class ServerTls {
  readonly #handshakeTimeoutMs: number;
  #names: ReadonlyMap<string, SecureContext>;
  #options: TlsOptions;

  /** @throws ServerError `ERR_BAD_TLS` for certificates and keys that cannot be used. */
  constructor(options: ServerTlsOptions, handshakeTimeoutMs: number) {
    this.#handshakeTimeoutMs = handshakeTimeoutMs;
    this.#names = contextsOf(options);
    this.#options = this.#resolve(options);
  }

  /** For node:tls; another object after each `replace`. */
  get options(): TlsOptions {
    return this.#options;
  }

  /** Other certificates, for connections to come. @throws ServerError `ERR_BAD_TLS`; then the old ones stay. */
  replace(options: ServerTlsOptions): void {
    this.#names = contextsOf(options);
    this.#options = this.#resolve(options);
  }

  #resolve({ names, ...options }: ServerTlsOptions): TlsOptions {
    const { ALPNProtocols = ['http/1.1'], handshakeTimeout = this.#handshakeTimeoutMs } = options;
    const common = { ...options, ALPNProtocols, ...limited(handshakeTimeout) };
    if (names === undefined && options.SNICallback !== undefined) return common;
    return {
      ...common,
      SNICallback: (name, done) => {
        done(null, this.#contextFor(name.toLowerCase()));
      },
    };
  }

  /** RFC 6125 §6.4.3: a star stands for one label, and an exact name goes before it. */
  #contextFor(name: string): SecureContext | undefined {
    const dot = name.indexOf('.');
    return this.#names.get(name) ?? (dot < 0 ? undefined : this.#names.get(`*${name.slice(dot)}`));
  }
}

/** node:tls takes finite times alone. */
function limited(handshakeTimeout: number): { handshakeTimeout?: number } {
  return Number.isFinite(handshakeTimeout) ? { handshakeTimeout } : {};
}

/** Every certificate is tried, the default one included, before any of them is used. */
function contextsOf({ names = {}, ...base }: ServerTlsOptions): Map<string, SecureContext> {
  usable('the certificate', base);
  const shared: SecureContextOptions = { ...base };
  delete shared.cert;
  delete shared.key;
  delete shared.pfx;
  delete shared.passphrase;
  const contexts = new Map<string, SecureContext>();
  for (const [name, own] of Object.entries(names)) {
    const context = usable(`the certificate for ${name}`, { ...shared, ...own });
    contexts.set(name.toLowerCase(), context);
  }
  return contexts;
}

function usable(what: string, options: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(options);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServerError('ERR_BAD_TLS', `${what} cannot be used: ${reason}`, { cause });
  }
}
