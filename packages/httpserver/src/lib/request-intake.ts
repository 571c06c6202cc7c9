// How a request reaches its delegate. Owns: the order of what is told (H1C-7), waiting for a delegate that asks for time,
// or for a body that is decompressed. Must not know: the transport, answers, deadlines.
// HOT: `pnpm bench http`
import { isThenable } from '@typhoon/ioloop';
import { decoderFor, type BodyDecoder } from './body-decoder.ts';
import type { Awaitable, HTTPMessageDelegate } from './http-connection.ts';
import type { HTTPHeaders, RequestHead } from '@typhoon/http1';
import type { ConnectionSettings } from './server-options.ts';
import type { IOLoop } from '@typhoon/ioloop';

/** All that the intake asks of its connection. */
export interface IntakeOwner {
  /** The delegate asked for time: nothing more may be told before `intakeReady`. */
  intakeHeld(): void;
  /** The delegate is ready for more. */
  intakeReady(): void;
  /** The whole request was told, but for `finish`. */
  intakeComplete(): void;
  /** The delegate failed, or refused what came. */
  intakeFailed(error: unknown): void;
  /** A delegate has failed whose request was over. */
  failedLate(error: unknown): void;
}

/** Tells one delegate after another what comes on a connection. */
export class RequestIntake {
  readonly #loop: IOLoop;
  readonly #settings: ConnectionSettings;
  readonly #owner: IntakeOwner;
  #delegate: HTTPMessageDelegate | null = null;
  /** Of a compressed body. */
  #decoder: BodyDecoder | null = null;
  #isHeld = false;
  /** Everything has come, while the delegate was not ready for it. */
  #isEndDue = false;
  #trailers: HTTPHeaders | null = null;

  constructor(loop: IOLoop, settings: ConnectionSettings, owner: IntakeOwner) {
    this.#loop = loop;
    this.#settings = settings;
    this.#owner = owner;
  }

  /** Whether the delegate needs time. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** A request begins. */
  begin(delegate: HTTPMessageDelegate, head: RequestHead): void {
    this.#delegate = delegate;
    if (this.#settings.decompressRequest) this.#decoder = this.#decoderOf(head);
    const work = delegate.headersReceived(head);
    if (work !== undefined) this.#hold(work);
  }

  /** A piece of the body; the bytes are borrowed. */
  body(buffer: Buffer, start: number, end: number): void {
    const chunk = buffer.subarray(start, end);
    const decoder = this.#decoder;
    const work = decoder === null ? this.#delegate?.dataReceived(chunk) : decoder.push(chunk);
    if (work !== undefined) this.#hold(work);
  }

  /** Limits what comes out of a compressed body. */
  setMaxBodySize(bytes: number): void {
    this.#decoder?.setMaxBytes(bytes);
  }

  /** Fields behind the body. */
  trailers(headers: HTTPHeaders): void {
    this.#trailers = headers;
  }

  /** The request is complete; its delegate hears of that when it is ready. */
  end(): void {
    if (this.#isHeld) this.#isEndDue = true;
    else this.#endBody();
  }

  /** Forgets the request, and answers its delegate. */
  drop(): HTTPMessageDelegate | null {
    const delegate = this.#delegate;
    this.#delegate = null;
    this.#trailers = null;
    this.#isHeld = false;
    this.#isEndDue = false;
    this.#decoder?.close();
    this.#decoder = null;
    return delegate;
  }

  /** Its request will not be completed. */
  tellGone(delegate: HTTPMessageDelegate): void {
    try {
      delegate.onConnectionClose();
    } catch (error) {
      this.#loop.handleCallbackException(delegate, error);
    }
  }

  /** The delegate's turn to answer; a failure of what it returns is told later. */
  finish(): void {
    const delegate = this.#delegate;
    const work = delegate?.finish();
    if (delegate === null || !isThenable(work)) return;
    work.then(undefined, (error: unknown) => {
      if (this.#delegate === delegate) this.#owner.intakeFailed(error);
      else this.#owner.failedLate(error);
    });
  }

  #decoderOf({ headers, contentLength, isChunked }: RequestHead): BodyDecoder | null {
    if (contentLength <= 0 && !isChunked) return null;
    const delegate = this.#delegate;
    return decoderFor(headers, {
      chunkBytes: this.#settings.chunkBytes,
      maxBytes: this.#settings.maxBodyBytes,
      deliver: (chunk) => this.#deliver(delegate, chunk),
    });
  }

  /** From the decoder: an event of its own. */
  #deliver(delegate: HTTPMessageDelegate | null, chunk: Buffer): Awaitable {
    if (delegate === null || delegate !== this.#delegate) return undefined;
    this.#loop.enter();
    try {
      return delegate.dataReceived(chunk);
    } finally {
      this.#loop.exit();
    }
  }

  /** What is compressed is told to its end first. */
  #endBody(): void {
    const decoder = this.#decoder;
    if (decoder === null) {
      this.#complete();
      return;
    }
    this.#decoder = null;
    this.#isEndDue = true;
    this.#hold(decoder.end());
  }

  #complete(): void {
    const trailers = this.#trailers;
    if (trailers !== null) {
      this.#trailers = null;
      this.#delegate?.trailersReceived?.(trailers);
    }
    this.#owner.intakeComplete();
  }

  /** Flow control: nothing more is told until the delegate is ready. */
  #hold(work: PromiseLike<unknown>): void {
    const delegate = this.#delegate;
    this.#isHeld = true;
    this.#owner.intakeHeld();
    const failed = (error: unknown): void => {
      if (this.#delegate !== delegate) return;
      this.#isHeld = false;
      this.#owner.intakeFailed(error);
    };
    work.then(
      () => {
        this.#loop.schedule(this.#release, delegate);
      },
      (error: unknown) => {
        this.#loop.schedule(failed, error);
      },
    );
  }

  readonly #release = (delegate: HTTPMessageDelegate | null): void => {
    if (this.#delegate !== delegate) return;
    this.#isHeld = false;
    if (this.#isEndDue) {
      this.#isEndDue = false;
      this.#endBody();
    }
    if (!this.isHeld) this.#owner.intakeReady();
  };
}
