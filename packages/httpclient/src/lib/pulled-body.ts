// A body that is read as fast as its reader asks for it. Owns: what has come and was not asked for yet.
// Must not know: the answer's head, who reads (streamed-response.ts).
import { Future } from '@typhoon/concurrent';
import type { BodyFlow, BodyTarget } from './response-body.ts';

/** So many bytes wait for the reader; then no more is taken from the server. A body of fewer frees its connection by itself. */
const HIGH_BYTES = 65_536;
const NOTHING = Buffer.alloc(0);
const END: Future<Buffer | null> = Future.resolved(null);

/** Keeps what comes for whoever asks. */
export class PulledBody implements BodyTarget {
  /** Null before the head is there. */
  #flow: BodyFlow | null = null;
  #chunks: Buffer[] = [];
  #at = 0;
  #bytes = 0;
  #reader: Future<Buffer | null> | null = null;
  #isPaused = false;
  /** Nothing more comes: `null`, or why. */
  #end: { readonly error: unknown } | null = null;

  /** From here on pieces come. */
  attach(flow: BodyFlow): void {
    this.#flow = flow;
  }

  /** The next piece; null behind the last. Only one may be asked for at a time. */
  read(): Future<Buffer | null> {
    const chunk = this.#chunks[this.#at];
    if (chunk !== undefined) {
      this.#take(chunk);
      return Future.resolved(chunk);
    }
    if (this.#end !== null)
      return this.#end.error === null ? END : Future.rejected(this.#end.error);
    this.#reader = new Future();
    this.#goOn();
    return this.#reader;
  }

  /** The fetch has failed, or nobody wants it any more. What has come is dropped. */
  fail(error: unknown): void {
    if (this.#end !== null) return;
    this.#end = { error };
    this.#chunks = [];
    this.#at = this.#bytes = 0;
    const reader = this.#reader;
    this.#reader = null;
    if (reader?.done() === false) reader.setException(error);
  }

  push(buffer: Buffer, start: number, end: number): void {
    if (this.#end !== null) return;
    const chunk = Buffer.allocUnsafe(end - start);
    buffer.copy(chunk, 0, start, end);
    const reader = this.#reader;
    if (reader?.done() === false) {
      this.#reader = null;
      reader.setResult(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < HIGH_BYTES || this.#isPaused) return;
    this.#isPaused = true;
    this.#flow?.pause();
  }

  end(): void {
    if (this.#end !== null) return;
    this.#end = { error: null };
    const reader = this.#reader;
    this.#reader = null;
    if (reader?.done() === false) reader.setResult(null);
    this.#flow?.bodyDone(NOTHING);
  }

  drop(): void {
    // Whoever drops it says why: `fail`.
  }

  #take(chunk: Buffer): void {
    this.#bytes -= chunk.length;
    if (++this.#at === this.#chunks.length) {
      this.#chunks = [];
      this.#at = 0;
    }
    if (this.#bytes === 0) this.#goOn();
  }

  #goOn(): void {
    if (!this.#isPaused || this.#end !== null) return;
    this.#isPaused = false;
    this.#flow?.resume();
  }
}
