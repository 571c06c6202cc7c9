// A Transport as a stream of Node.js, for what can only talk over those: TLS over any poller's connections.
// Owns: the translation, back-pressure both ways. Must not know: what runs over the stream.
import { Duplex } from 'node:stream';
import type { Flushable, PollerHost, Protocol, Transport } from './poller.ts';
import type { TransportError } from './transport-error.ts';

/** More than this is not gathered in one event. */
const GATHER_BYTES = 65_536;

type Done = (error?: Error | null) => void;

/** Takes a transport over; its protocol of before hears nothing any more. */
export class TransportDuplex extends Duplex implements Protocol, Flushable {
  readonly #host: PollerHost;
  readonly #transport: Transport;
  #isWritingPaused = false;
  #isEofSeen = false;
  /** Told when more may be written. */
  #blocked: Done | null = null;

  constructor(host: PollerHost, transport: Transport) {
    super({ allowHalfOpen: true });
    this.#host = host;
    this.#transport = transport;
    transport.setProtocol(this);
    transport.pauseReading();
  }

  connectionMade(): void {
    // It was made before: this is an upgrade.
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    const kept = Buffer.from(buffer.subarray(start, end));
    if (!this.push(kept)) this.#transport.pauseReading();
  }

  eofReceived(): boolean {
    this.#isEofSeen = true;
    this.push(null);
    return true;
  }

  pauseWriting(): void {
    this.#isWritingPaused = true;
  }

  resumeWriting(): void {
    this.#isWritingPaused = false;
    this.flush();
  }

  flush(): void {
    if (this.#isWritingPaused) return;
    const blocked = this.#blocked;
    this.#blocked = null;
    blocked?.();
  }

  connectionLost(error: TransportError | null): void {
    if (error !== null) {
      this.destroy(error);
    } else if (!this.destroyed) {
      if (!this.#isEofSeen) this.push(null);
      this.destroy();
    }
  }

  override _read(): void {
    this.#transport.resumeReading();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    try {
      this.#transport.write(chunk);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (!this.#isWritingPaused && this.#transport.bufferedAmount <= GATHER_BYTES) {
      done();
      return;
    }
    this.#blocked = done;
    this.#host.addFlush(this); // behind the transport, which says then whether that was too much
  }

  override _final(done: Done): void {
    this.#transport.end();
    done();
  }

  /** What was written is sent first, as by a socket. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (error === null) this.#transport.close();
    else this.#transport.abort();
    this.#blocked = null;
    done(error);
  }
}
