// A connection on which nothing happens. Owns: as little as can be. Must not know: HTTP.
//
// Most connections of a large server rest. What reads requests and answers them is made again when something comes, so a
// resting one costs an eighth of a busy one's memory; while requests come faster than one a second, nothing of this happens.
import type { Connection, ConnectionHost, Rested } from './connection-host.ts';
import type { SocketContext } from './context.ts';
import type { Exchange } from './exchange.ts';
import type { Expirable, Transport } from '@typhoon/ioloop';

/** Waits for the first byte, or the end. */
export class RestingConnection implements Connection, Rested, Expirable {
  isDraining = false;
  readonly context: SocketContext;
  readonly sinceMs: number;
  readonly phase: 'fresh' | 'idle';
  readonly deadlineMs: number;
  readonly #host: ConnectionHost;

  constructor(
    host: ConnectionHost,
    context: SocketContext,
    phase: 'fresh' | 'idle',
    sinceMs: number,
    deadlineMs: number,
  ) {
    this.#host = host;
    this.context = context;
    this.phase = phase;
    this.sinceMs = sinceMs;
    this.deadlineMs = deadlineMs;
    host.loop.sweep.addFixed(this);
  }

  get transport(): Transport {
    return this.context.transport;
  }

  // eslint-disable-next-line @typescript-eslint/class-literal-property-style -- a field would cost each of them its bytes
  get exchange(): Exchange | null {
    return null;
  }

  connectionMade(): void {
    throw new Error('a connection rests before it is made');
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    this.#wake().dataReceived(buffer, start, end);
  }

  eofReceived(): boolean {
    return this.#wake().eofReceived?.() === true;
  }

  connectionLost(): void {
    const { loop, app } = this.#host;
    loop.sweep.removeFixed(this);
    this.#host.connectionGone(this, null);
    app.onClose?.(this.context);
  }

  /** From the sweep: no request came in time, which nobody need hear of (H1C-5). */
  onDeadline(): void {
    this.transport.abort();
  }

  closeInOrder(): void {
    this.#wake().closeInOrder();
  }

  giveUp(): void {
    this.transport.abort();
  }

  shut(): Promise<void> {
    return this.#wake().shut();
  }

  #wake(): Connection {
    this.#host.loop.sweep.removeFixed(this);
    return this.#host.wake(this);
  }
}
