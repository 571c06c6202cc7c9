// A connection beyond the limit. Owns: that it is answered 503 once it asks for something, and gone soon.
// Must not know: what it asks for.
//
// The answer waits for the first byte: many clients take one that nobody has asked for as a fault of the connection. Behind it
// our half is closed and what still comes is dropped, for closing at once would take the answer away from a client that is
// still sending (RFC 9112 §9.6).
import type { Connection, ConnectionHost } from './connection-host.ts';
import type { ConnectionPhase } from './drain.ts';
import type { Exchange } from './exchange.ts';
import type { Expirable, Protocol, Transport } from '@typhoon/ioloop';

/** From accepting on, for asking and for reading the answer. */
const REFUSE_MS = 2000;

/** Answers 503, whatever comes. */
export class RefusedConnection implements Connection, Expirable {
  isDraining = false;
  phase: ConnectionPhase = 'fresh';
  sinceMs = 0;
  deadlineMs = 0;
  readonly #host: ConnectionHost;
  #transport: Transport | null = null;
  #onShut: (() => void) | null = null;

  constructor(host: ConnectionHost) {
    this.#host = host;
  }

  get transport(): Transport {
    if (this.#transport === null) throw new Error('refused before it was made');
    return this.#transport;
  }

  // eslint-disable-next-line @typescript-eslint/class-literal-property-style -- a field would cost each of them its bytes
  get exchange(): Exchange | null {
    return null;
  }

  connectionMade(transport: Transport): void {
    const { loop } = this.#host;
    this.#transport = transport;
    this.sinceMs = loop.time();
    this.deadlineMs = this.sinceMs + REFUSE_MS;
    loop.sweep.addFixed(this);
  }

  dataReceived(): void {
    if (this.phase !== 'fresh') return;
    this.transport.writeLatin1(this.#host.overload.answer);
    this.closeInOrder();
  }

  /** Our half is closed, too. */
  eofReceived(): boolean {
    return false;
  }

  connectionLost(): void {
    this.#host.loop.sweep.removeFixed(this);
    this.#host.connectionGone(this, null);
    this.#onShut?.();
  }

  /** From the sweep. */
  onDeadline(): void {
    this.giveUp();
  }

  // From the server and its drain.

  closeInOrder(): void {
    this.phase = 'ending';
    this.transport.end();
  }

  giveUp(): void {
    this.transport.abort();
  }

  shut(): Promise<void> {
    return new Promise((resolve) => {
      this.#onShut = resolve;
      this.giveUp();
    });
  }
}

/** Closes a connection without a word: where one could not be understood, or costs too much. */
export const TURNED_AWAY: Protocol = {
  connectionMade: (transport) => {
    transport.abort();
  },
  dataReceived: () => undefined,
  connectionLost: () => undefined,
};
