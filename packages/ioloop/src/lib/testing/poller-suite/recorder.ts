// A protocol that writes down all it hears, and objects to what the contract forbids whatever the test is about.
// Owns: those objections (`faults`). Must not know: pollers.
import assert from 'node:assert/strict';
import { IOLoop } from '../../ioloop.ts';
import type { Protocol, Transport } from '../../poller.ts';
import type { TransportError } from '../../transport-error.ts';

/** What a recorder does besides writing down. */
export interface Script {
  readonly made?: (transport: Transport) => void;
  readonly data?: (bytes: Buffer, transport: Transport) => void;
  /** What `eofReceived` answers. Default: undefined, which closes. */
  readonly eof?: (transport: Transport) => boolean | undefined;
  readonly lost?: () => void;
}

/** What was heard, in order; data that comes in several pieces is one event. */
export type Heard = 'made' | 'data' | 'eof' | 'pause' | 'resume' | 'lost';

/** A protocol under observation. */
export class Recorder implements Protocol {
  readonly events: Heard[] = [];
  readonly faults: string[] = [];
  /** What `connectionLost` got; undefined before. */
  error: TransportError | null | undefined = undefined;
  isWritingPaused = false;
  /** How much was buffered when `resumeWriting` came last. */
  bufferedAtResume = -1;
  /** Set when another protocol has taken over: hearing anything from then on is a fault. */
  isDetached = false;
  readonly #loop: IOLoop;
  readonly #script: Script;
  readonly #pieces: Buffer[] = [];
  #transport: Transport | null = null;
  #isActing = false;
  #waiting: { readonly predicate: () => boolean; readonly resolve: () => void }[] = [];

  constructor(loop: IOLoop, script: Script = {}) {
    this.#loop = loop;
    this.#script = script;
  }

  get transport(): Transport {
    assert.ok(this.#transport !== null, 'connectionMade was not called yet');
    return this.#transport;
  }

  get isLost(): boolean {
    return this.error !== undefined;
  }

  /** All bytes so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  get size(): number {
    return this.#pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  get text(): string {
    return this.bytes.toString();
  }

  /** Does something with the transport; hearing anything meanwhile is a fault. */
  act<T>(act: (transport: Transport) => T): T {
    const before = this.#isActing;
    this.#isActing = true;
    try {
      return act(this.transport);
    } finally {
      this.#isActing = before;
    }
  }

  write(data: Uint8Array | string): void {
    this.act((transport) => {
      transport.write(data);
    });
  }

  writeLatin1(text: string): void {
    this.act((transport) => {
      transport.writeLatin1(text);
    });
  }

  pauseReading(): void {
    this.act((transport) => {
      transport.pauseReading();
    });
  }

  resumeReading(): void {
    this.act((transport) => {
      transport.resumeReading();
    });
  }

  end(): void {
    this.act((transport) => {
      transport.end();
    });
  }

  close(): void {
    this.act((transport) => {
      transport.close();
    });
  }

  abort(error?: TransportError): void {
    this.act((transport) => {
      transport.abort(error);
    });
  }

  setProtocol(protocol: Protocol): void {
    this.act((transport) => {
      transport.setProtocol(protocol);
    });
  }

  /** Resolves when `predicate` holds, looked at now and whenever something was heard. */
  until(predicate: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ predicate, resolve });
      this.#look();
    });
  }

  /** Resolves when this has been heard. */
  heard(event: Heard): Promise<void> {
    return this.until(() => this.events.includes(event));
  }

  /** Resolves with what `connectionLost` got: null or an error's code. */
  async lost(): Promise<string | null> {
    await this.heard('lost');
    return this.error?.code ?? null;
  }

  connectionMade(transport: Transport): void {
    if (this.#transport !== null) this.faults.push('connectionMade came twice');
    this.#transport = transport;
    this.#hear('made');
    this.#run(() => this.#script.made?.(transport));
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    this.#checkMade('dataReceived');
    if (!(start >= 0 && start < end && end <= buffer.length)) {
      this.faults.push(`dataReceived got bytes ${start} to ${end} of ${buffer.length}`);
    }
    const piece = Buffer.from(buffer.subarray(start, end));
    this.#pieces.push(piece);
    this.#hear('data');
    this.#run(() => this.#script.data?.(piece, this.transport));
  }

  eofReceived(): boolean | undefined {
    this.#checkMade('eofReceived');
    if (this.events.includes('eof')) this.faults.push('eofReceived came twice');
    this.#hear('eof');
    return this.#run(() => this.#script.eof?.(this.transport));
  }

  pauseWriting(): void {
    if (this.isWritingPaused) this.faults.push('pauseWriting came twice');
    this.isWritingPaused = true;
    this.#hear('pause');
    this.#look();
  }

  resumeWriting(): void {
    if (!this.isWritingPaused) this.faults.push('resumeWriting came without pauseWriting');
    this.isWritingPaused = false;
    this.bufferedAtResume = this.transport.bufferedAmount;
    this.#hear('resume');
    this.#look();
  }

  connectionLost(error: TransportError | null): void {
    this.#hear('lost');
    this.error = error;
    this.#run(() => this.#script.lost?.());
  }

  /** The script's part runs as the protocol's own code: what it calls must not call back either. */
  #run<T>(part: () => T): T {
    this.#isActing = true;
    try {
      return part();
    } finally {
      this.#isActing = false;
      this.#look();
    }
  }

  #hear(event: Heard): void {
    if (this.#isActing) this.faults.push(`${event} was told from inside the protocol's own call`);
    if (this.isDetached) this.faults.push(`${event} was told to the protocol of before`);
    if (this.events.includes('lost')) this.faults.push(`${event} came after connectionLost`);
    if (IOLoop.current() !== this.#loop) this.faults.push(`${event} came outside the loop`);
    if (event !== 'data' || this.events.at(-1) !== 'data') this.events.push(event);
  }

  #checkMade(method: string): void {
    if (this.#transport === null) this.faults.push(`${method} came before connectionMade`);
  }

  #look(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      if (one.predicate()) one.resolve();
      else this.#waiting.push(one);
    }
  }
}
