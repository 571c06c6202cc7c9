// The TLS handshakes of one listener of the portable poller. Owns: node:tls's server, which listens nowhere and makes them; how
// many are under way. Must not know: what becomes of the connections.
import { createServer, type SecureContextOptions, type Server, type TlsOptions } from 'node:tls';
import type { Socket } from 'node:net';

/** Who hears of them. */
export interface HandshakeOwner {
  /** One has begun over that connection. */
  began(socket: Socket): void;
  /** One has succeeded. */
  accept(socket: Socket): void;
  /** One has not. */
  failed(reason: string): void;
}

/** Makes handshakes over connections that somebody else accepts. */
export class TlsHandshakes {
  readonly #server: Server;
  readonly #owner: HandshakeOwner;
  /** What they came over, those that are done included. */
  readonly #raw = new Set<Socket>();
  readonly #done = new Set<Socket>();

  /** Throws what node:tls throws. */
  constructor(options: TlsOptions, owner: HandshakeOwner) {
    this.#owner = owner;
    this.#server = createServer({ ...options, allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#done.add(socket);
      socket.on('close', () => this.#done.delete(socket));
      owner.accept(socket);
    });
    this.#server.on('tlsClientError', (error: Error, socket: Socket) => {
      socket.destroy(); // node:tls leaves one that took too long as it is
      owner.failed(error.message);
    });
  }

  /** How many are under way. */
  get underWay(): number {
    return Math.max(0, this.#raw.size - this.#done.size);
  }

  /** Begins one. */
  begin(socket: Socket): void {
    this.#raw.add(socket);
    socket.on('close', () => this.#raw.delete(socket));
    this.#owner.began(socket);
    this.#server.emit('connection', socket);
  }

  /** Other certificates for those to come. */
  setSecureContext(options: SecureContextOptions): void {
    this.#server.setSecureContext(options);
  }
}
