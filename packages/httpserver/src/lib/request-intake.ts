// How a request reaches its delegate. Owns: the order of what is told (H1C-7), waiting for a delegate that asks for time.
// Must not know: the transport, answers, deadlines.
// HOT: `pnpm bench http`
import type { HTTPMessageDelegate } from './http-connection.ts';
import type { HTTPHeaders, RequestHead } from '@typhoon/http1';
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
}

/** Tells one delegate after another what comes on a connection. */
export class RequestIntake {
  readonly #loop: IOLoop;
  readonly #owner: IntakeOwner;
  #delegate: HTTPMessageDelegate | null = null;
  #isHeld = false;
  /** Everything has come, while the delegate was not ready for it. */
  #isEndDue = false;
  #trailers: HTTPHeaders | null = null;

  constructor(loop: IOLoop, owner: IntakeOwner) {
    this.#loop = loop;
    this.#owner = owner;
  }

  /** Whether the delegate needs time. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** A request begins. */
  begin(delegate: HTTPMessageDelegate, head: RequestHead): void {
    this.#delegate = delegate;
    const work = delegate.headersReceived(head);
    if (work !== undefined) this.#hold(work);
  }

  /** A piece of the body; the bytes are borrowed. */
  body(buffer: Buffer, start: number, end: number): void {
    const work = this.#delegate?.dataReceived(buffer.subarray(start, end));
    if (work !== undefined) this.#hold(work);
  }

  /** Fields behind the body. */
  trailers(headers: HTTPHeaders): void {
    this.#trailers = headers;
  }

  /** The request is complete; its delegate hears of that when it is ready. */
  end(): void {
    if (this.#isHeld) this.#isEndDue = true;
    else this.#complete();
  }

  /** Forgets the request, and answers its delegate. */
  drop(): HTTPMessageDelegate | null {
    const delegate = this.#delegate;
    this.#delegate = null;
    this.#trailers = null;
    this.#isEndDue = false;
    return delegate;
  }

  /** The delegate's turn to answer: what it returns. */
  finish(): unknown {
    return this.#delegate?.finish();
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
      this.#isHeld = false;
      if (this.#delegate === delegate) this.#owner.intakeFailed(error);
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
    this.#isHeld = false;
    if (this.#delegate !== delegate) return;
    if (this.#isEndDue) {
      this.#isEndDue = false;
      this.#complete();
    }
    this.#owner.intakeReady();
  };
}
