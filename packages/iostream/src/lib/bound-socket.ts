// A socket that listens before anybody accepts. Owns: who gets its connections, those that wait meanwhile.
// Must not know: streams, servers.
import { isClosed } from './inherited-sockets.ts';
import type { Address, IOLoop, Listener, Protocol, Transport } from '@typhoon/ioloop';

/** The peer of a connection: host and port, or an empty text for a unix socket (TCS-9). */
export type PeerAddress = readonly [host: string, port: number] | '';

/** Gets a connection: a paused transport to which nobody listens; give it to an `IOStream`, or call `setProtocol`. */
export type AcceptHandler = (transport: Transport, address: PeerAddress) => unknown;

/** Where the poller accepts all the same: connections beyond this many that nobody takes are dropped (NET-16). */
const MAX_WAITING = 128;

/** A listening socket, from `bindSockets` or `bindUnixSocket`. */
export class BoundSocket {
  readonly #loop: IOLoop;
  #listener: Listener | null = null;
  #handler: AcceptHandler | null = null;
  readonly #waiting = new Set<Transport>();

  constructor(loop: IOLoop) {
    this.#loop = loop;
  }

  /** Where it listens; with the port that was picked. */
  get address(): Address {
    return this.#listener?.address ?? { host: '', port: 0, path: '' };
  }

  /** For those who bind: the listener that came of it. Connections wait until somebody accepts them. */
  bound(listener: Listener): this {
    this.#listener = listener;
    if (this.#handler === null) listener.setAccepting?.(false);
    return this;
  }

  /** For those who hand sockets over. */
  get listener(): Listener | null {
    return this.#listener;
  }

  /** Whether somebody accepts its connections. */
  get isServed(): boolean {
    return this.#handler !== null;
  }

  /** For those who bind: who listens to a new connection at first. */
  makeProtocol(): Protocol {
    let made: Transport | null = null;
    return {
      connectionMade: (transport) => {
        made = transport;
        transport.pauseReading();
        this.#arrived(transport);
      },
      dataReceived: () => undefined,
      connectionLost: () => {
        if (made !== null) this.#waiting.delete(made);
      },
    };
  }

  /** From now on `handler` gets the connections, those that wait first; null: they wait. */
  setHandler(handler: AcceptHandler | null): void {
    this.#handler = handler;
    this.#listener?.setAccepting?.(handler !== null);
    if (handler === null || this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#loop.addCallback(() => {
      for (const transport of waiting) this.#arrived(transport);
    });
  }

  /** Listens no more; connections that somebody got go on, those that wait are dropped. Twice is harmless. */
  async close(): Promise<void> {
    this.#handler = null;
    isClosed(this);
    for (const transport of this.#waiting) transport.abort();
    this.#waiting.clear();
    await this.#listener?.close();
  }

  #arrived(transport: Transport): void {
    const handler = this.#handler;
    if (handler === null) {
      if (this.#waiting.size < MAX_WAITING) this.#waiting.add(transport);
      else transport.abort();
      return;
    }
    const { host, port, path } = transport.remoteAddress;
    try {
      handler(transport, host === '' && (path !== '' || port === 0) ? '' : [host, port]);
    } catch (error) {
      transport.abort();
      this.#loop.handleCallbackException(handler, error); // NET-15
    }
  }
}

/**
 * Gives every connection of `socket` to `handler`, on the loop that it was bound on. What the handler throws goes to the loop's
 * log, and ends nothing but that connection. The answer removes the handler: at once nothing more is delivered (NET-8).
 */
export function addAcceptHandler(socket: BoundSocket, handler: AcceptHandler): () => void {
  socket.setHandler(handler);
  return () => {
    socket.setHandler(null);
  };
}
