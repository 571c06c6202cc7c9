// One place where a server listens, for whoever asked it to.
import { ServerError } from './server-error.ts';
import type { ServerTls, ServerTlsOptions } from './server-tls.ts';
import type { Address, Listener, ListenOptions } from '@typhoon/ioloop';

/** How a server listens. */
export interface ServerListenOptions extends Omit<ListenOptions, 'tls'> {
  /** Serve HTTPS with these certificates. */
  readonly tls?: ServerTlsOptions;
  /** Permissions of a unix socket's file. Default 0o600: nobody but us. */
  readonly mode?: number;
}

/** Listens until it is closed. */
export class ServerListener implements Listener {
  readonly #listener: Listener;
  readonly #tls: ServerTls | null;
  readonly #isPollersTls: boolean;

  /** @param isPollersTls Whether the poller makes the handshakes, and has certificates of its own. */
  constructor(listener: Listener, tls: ServerTls | null, isPollersTls: boolean) {
    this.#listener = listener;
    this.#tls = tls;
    this.#isPollersTls = isPollersTls;
  }

  /** Where it listens; with the port that was picked. */
  get address(): Address {
    return this.#listener.address;
  }

  /** Accepts no more; connections that exist go on. */
  close(): Promise<void> {
    return this.#listener.close();
  }

  /**
   * Other certificates for connections to come; those that exist keep theirs. Whether clients are asked for a certificate stays
   * as it is.
   * @throws ServerError `ERR_BAD_TLS` for certificates that cannot be used (the old ones stay), and where there is no TLS.
   */
  setTls(options: ServerTlsOptions): void {
    if (this.#tls === null) throw new ServerError('ERR_BAD_TLS', 'this listener knows no TLS');
    this.#tls.replace(options);
    if (this.#isPollersTls) this.#listener.setTls?.(this.#tls.options);
  }
}
