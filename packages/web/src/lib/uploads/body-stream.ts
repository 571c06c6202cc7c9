// A request's body on its way from the connection to the handler that asks for it, piece by piece. Owns: that only one piece
// waits, and what becomes of the rest when nobody asks any more. Must not know: connections, forms.
import { Future } from '@typhoon/concurrent';
import { WebError } from '../errors/web-error.ts';

interface Waiter {
  resolve(result: IteratorResult<Buffer, undefined>): void;
  reject(error: unknown): void;
}

type End = { readonly kind: 'complete' } | { readonly kind: 'failed'; readonly error: unknown };

const DONE = { done: true, value: undefined } as const;

/** Takes pieces from a connection, and gives them to one who iterates. */
export class BodyStream implements AsyncIterableIterator<Buffer, undefined> {
  #piece: Buffer | null = null;
  /** What the connection waits for before it reads on. */
  #gate: Future<void> | null = null;
  #waiter: Waiter | null = null;
  #end: End | null = null;
  #isDiscarded = false;

  // From the connection.

  /** A piece has come; its bytes are borrowed. What is returned is to be waited for. */
  push(borrowed: Buffer): Future<void> | undefined {
    if (this.#isDiscarded) return undefined;
    const piece = Buffer.from(borrowed);
    const waiter = this.#waiter;
    if (waiter !== null) {
      this.#waiter = null;
      waiter.resolve({ done: false, value: piece });
      return undefined;
    }
    this.#piece = this.#piece === null ? piece : Buffer.concat([this.#piece, piece]);
    this.#gate ??= new Future<void>();
    return this.#gate;
  }

  /** The body is complete. */
  complete(): void {
    this.#finish({ kind: 'complete' });
  }

  /** The rest will not come. */
  fail(error: unknown): void {
    this.#finish({ kind: 'failed', error });
  }

  /** Nobody asks any more: what comes is dropped as it comes. */
  discard(): void {
    this.#isDiscarded = true;
    this.#piece = null;
    this.#openGate();
  }

  // From the handler.

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next piece, which is the asker's own. Rejects with WebError `ERR_BODY` while an earlier question is unanswered. */
  next(): Promise<IteratorResult<Buffer, undefined>> {
    const piece = this.#piece;
    if (piece !== null) {
      this.#piece = null;
      this.#openGate();
      return Promise.resolve({ done: false, value: piece });
    }
    const end = this.#isDiscarded ? ({ kind: 'complete' } as const) : this.#end;
    if (end?.kind === 'complete') return Promise.resolve(DONE);
    if (end !== null) return Promise.reject(asError(end.error));
    if (this.#waiter !== null) {
      return Promise.reject(new WebError('ERR_BODY', 'a body is read by one at a time'));
    }
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  /** Called when a loop is left early. */
  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.discard();
    return Promise.resolve(DONE);
  }

  #finish(end: End): void {
    this.#end ??= end;
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter === null) return;
    if (end.kind === 'complete') waiter.resolve(DONE);
    else waiter.reject(end.error);
  }

  #openGate(): void {
    const gate = this.#gate;
    this.#gate = null;
    gate?.setResult();
  }
}

/** A body that is there, in one piece. */
export function piecesOf(body: Buffer): BodyStream {
  const stream = new BodyStream();
  if (body.length > 0) void stream.push(body);
  stream.complete();
  return stream;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
