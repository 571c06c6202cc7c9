// A request body that is written piece by piece (SHC-11). Owns: its framing on the wire, telling the producer to wait.
// Must not know: the request's head, the answer.
import { isThenable } from '@typhoon/ioloop';
import { Future } from '@typhoon/concurrent';
import { appLog } from '@typhoon/log';
import { HTTPClientError, HTTPStreamClosedError } from './http-response.ts';
import type { BodyProducer } from './body-producer.ts';
import type { BodyWriter } from '@typhoon/http1';
import type { Transport } from '@typhoon/ioloop';
import type { WriteBody } from './http-request.ts';

/** Who is told how producing ended. */
export interface ProducerOwner {
  /** Everything is written. */
  bodySent(): void;
  /** The producer failed, or wrote too much or too little. */
  sendingFailed(error: unknown): void;
}

/** `producing` takes pieces; `sent` has its end; `over` is what nobody wants any more. */
type State = 'producing' | 'sent' | 'over';

const READY: Future<void> = Future.resolved(undefined);

/** Runs one producer. */
export class ProducedBody {
  readonly #transport: Transport;
  readonly #framing: BodyWriter;
  readonly #owner: ProducerOwner;
  readonly #producer: BodyProducer;
  #state: State = 'producing';
  /** Pending while the peer reads slower than we write. */
  #drained: Future<void> | null = null;

  constructor(
    producer: BodyProducer,
    transport: Transport,
    framing: BodyWriter,
    owner: ProducerOwner,
  ) {
    this.#producer = producer;
    this.#transport = transport;
    this.#framing = framing;
    this.#owner = owner;
  }

  /** Calls the producer; the body ends when it has returned and what it returned is settled. */
  run(): void {
    let work: unknown;
    try {
      work = this.#producer.produce(this.#write);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (!isThenable(work)) {
      this.#finish();
      return;
    }
    work.then(
      () => {
        this.#finish();
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
  }

  /** The peer reads slower than we write. */
  pauseWriting(): void {
    this.#drained ??= new Future<void>();
  }

  /** The peer has caught up. */
  resumeWriting(): void {
    const drained = this.#drained;
    this.#drained = null;
    if (drained?.done() === false) drained.setResult();
  }

  /** The answer is there, or will not come: the producer's next or pending `write` fails. */
  stop(): void {
    const isProducing = this.#state === 'producing';
    if (isProducing) this.#state = 'over';
    const drained = this.#drained;
    this.#drained = null;
    if (drained?.done() === false) fail(drained);
    if (isProducing) this.#producer.stop();
  }

  readonly #write: WriteBody = (chunk) => {
    if (this.#state === 'over') return fail(new Future<void>());
    if (this.#state === 'sent') {
      const message = 'bodyProducer wrote after it had ended';
      return Future.rejected(new HTTPClientError('ERR_BAD_REQUEST', message));
    }
    const size = typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.byteLength;
    if (size === 0) return this.#drained ?? READY;
    try {
      this.#framing.count(size);
      this.#send(chunk, size);
    } catch (error) {
      this.#fail(error);
      return fail(new Future<void>());
    }
    return this.#drained ?? READY;
  };

  #send(chunk: Uint8Array | string, size: number): void {
    const transport = this.#transport;
    const isChunked = this.#framing.kind === 'chunked';
    if (isChunked) transport.writeLatin1(`${size.toString(16)}\r\n`);
    // Text of one byte a character need not become a buffer first.
    if (typeof chunk === 'string' && chunk.length === size) transport.writeLatin1(chunk);
    else transport.write(chunk);
    if (isChunked) transport.writeLatin1('\r\n');
  }

  #finish(): void {
    if (this.#state !== 'producing') return;
    try {
      this.#framing.finish();
      if (this.#framing.kind === 'chunked') this.#transport.writeLatin1('0\r\n\r\n');
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#state = 'sent';
    this.#owner.bodySent();
  }

  #fail(error: unknown): void {
    if (this.#state !== 'producing') {
      logLate(error);
      return;
    }
    this.#state = 'over';
    this.#producer.stop();
    this.#owner.sendingFailed(error);
  }
}

/** A failure that nobody need look at: the fetch's own says it. */
function fail(future: Future<void>): Future<void> {
  future.setException(new HTTPStreamClosedError('the request takes no more of its body'));
  future.exception();
  return future;
}

/** HCL-18, SHC-24: nobody waits for it any more. That a `write` failed because of that is no news. */
function logLate(error: unknown): void {
  if (error instanceof HTTPStreamClosedError) return;
  const reason = error instanceof Error ? error : new Error(String(error));
  appLog.error('Exception in bodyProducer after its request was over', reason);
}
