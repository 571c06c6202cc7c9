// A request body that is written piece by piece, for those who would rather walk through one. Owns: that each `write` waits
// until its piece was taken. Must not know: who takes them.
import { Future } from '@typhoon/concurrent';
import { HTTPStreamClosedError } from './http-response.ts';
import type { BodyWriter } from '@typhoon/http1';
import type { BodyProducer } from './body-producer.ts';
import type { ProducerOwner } from './produced-body.ts';

interface Piece {
  readonly bytes: Buffer;
  readonly taken: Future<void>;
}

/** What a producer writes, once. */
export class ProducedPieces implements AsyncIterable<Uint8Array> {
  readonly #producer: BodyProducer;
  readonly #framing: BodyWriter;
  readonly #owner: ProducerOwner;

  constructor(producer: BodyProducer, framing: BodyWriter, owner: ProducerOwner) {
    this.#producer = producer;
    this.#framing = framing;
    this.#owner = owner;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const pieces: Piece[] = [];
    let more = new Future<void>();
    let isOver = false;
    const write = (chunk: Uint8Array | string): Future<void> => {
      const bytes = Buffer.from(chunk as Uint8Array);
      const taken = new Future<void>();
      if (isOver) return closed(taken);
      if (bytes.length === 0) return Future.resolved(undefined);
      this.#framing.count(bytes.length);
      pieces.push({ bytes, taken });
      if (!more.done()) more.setResult();
      return taken;
    };
    const run = { isDone: false };
    const work = this.#run(write).finally(() => {
      run.isDone = true;
      if (!more.done()) more.setResult();
    });
    work.catch(() => undefined); // it is looked at below, perhaps much later
    try {
      for (;;) {
        const piece = pieces.shift();
        if (piece !== undefined) {
          piece.taken.setResult();
          yield piece.bytes;
        } else if (run.isDone) {
          break;
        } else {
          more = new Future<void>();
          await more;
        }
      }
      await work;
      this.#owner.bodySent();
    } catch (error) {
      this.#owner.sendingFailed(error);
      throw error;
    } finally {
      isOver = true;
      for (const { taken } of pieces) closed(taken);
      if (!run.isDone) this.#producer.stop();
    }
  }

  async #run(write: (chunk: Uint8Array | string) => Future<void>): Promise<void> {
    await this.#producer.produce(write);
    this.#framing.finish();
  }
}

/** A failure that nobody need look at: the fetch's own says it. */
function closed(future: Future<void>): Future<void> {
  future.setException(new HTTPStreamClosedError('the request takes no more of its body'));
  future.exception();
  return future;
}
