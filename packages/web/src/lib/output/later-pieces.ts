// Pieces of an answer that are not there yet when they are to be sent: they go out in their order, each when it is there.
// Must not know: what makes them, heads.
import { chainFuture, Future, futureAddDoneCallback } from '@typhoon/concurrent';
import { genLog } from '@typhoon/log';
import type { HTTPConnection } from '@typhoon/httpserver';

const NOTHING: Future<Buffer> = Future.resolved(Buffer.alloc(0));

/** What is to come of one answer. */
export class LaterPieces {
  readonly #connection: HTTPConnection;
  /** Done when all pieces so far have gone to the connection. */
  #placed: Future<unknown> = NOTHING;

  constructor(connection: HTTPConnection) {
    this.#connection = connection;
  }

  /** @returns Settled when more may be written; failed when the client is gone. */
  write(piece: Future<Buffer>): Future<void> {
    const flushed = new Future<void>();
    flushed.addDoneCallback(() => flushed.exception()); // waiting for it is optional
    this.#next(piece, (bytes) => {
      chainFuture(this.#connection.write(bytes), flushed);
    });
    return flushed;
  }

  /** The end, behind all pieces. */
  finish(): void {
    this.#next(NOTHING, () => {
      this.#connection.finish();
    });
  }

  #next(piece: Future<Buffer>, place: (bytes: Buffer) => void): void {
    const placed = new Future<void>();
    futureAddDoneCallback(this.#placed, () => {
      futureAddDoneCallback(piece, () => {
        try {
          place(piece.result());
        } catch (error) {
          // The rest of the answer would be garbage. Whoever waits hears that the client is gone.
          genLog.error('Cannot send the rest of an answer', error);
          this.#connection.context.transport.abort();
        }
        placed.setResult();
      });
    });
    this.#placed = placed;
  }
}
