// Where the pieces of a request body come from: a caller's function, or something that is walked through.
// Must not know: how they are framed and sent (produced-body.ts).
import type { WriteBody } from './http-request.ts';

/** Writes a body. */
export interface BodyProducer {
  /** Whether it can be asked again: for a redirect. */
  readonly isRepeatable: boolean;
  /** Writes all of it; what it returns is settled when it has. */
  produce(write: WriteBody): unknown;
  /** No more is wanted; comes once, unless `produce` has ended. */
  stop(): void;
}

/** A caller's function; it hears of the end through `write`, which fails. */
export class CalledProducer implements BodyProducer {
  readonly isRepeatable = true;
  readonly produce: (write: WriteBody) => unknown;

  constructor(produce: (write: WriteBody) => unknown) {
    this.produce = produce;
  }

  stop(): void {
    // Its next or pending `write` fails.
  }
}

/** Whatever gives its pieces one after another, and only once. */
export class IteratedProducer implements BodyProducer {
  readonly isRepeatable = false;
  readonly #source: AsyncIterable<Uint8Array | string>;
  #end: (() => unknown) | null = null;
  #isStopped = false;

  constructor(source: AsyncIterable<Uint8Array | string>) {
    this.#source = source;
  }

  async produce(write: WriteBody): Promise<void> {
    const { next, end } = opened(this.#source);
    this.#end = end;
    try {
      for (let step = await next(); step.done !== true; step = await next())
        await write(step.value);
    } catch (error) {
      if (!this.#isStopped) throw error;
    }
    this.#end = null;
  }

  stop(): void {
    const end = this.#end;
    this.#end = null;
    this.#isStopped = true;
    // Its own failure has nobody to tell: the fetch is over.
    Promise.resolve(end?.()).catch(() => undefined);
  }
}

/** How the pieces are asked for, and how their source is told that no more will be. */
interface Opened {
  readonly next: () => Promise<Piece>;
  readonly end: () => unknown;
}

type Piece =
  | { readonly done: true }
  | { readonly done?: false | undefined; readonly value: Uint8Array | string };

/** A source that is waited for does not hear `return` before it has given the next piece: streams have other ways. */
function opened(source: AsyncIterable<Uint8Array | string>): Opened {
  if (source instanceof ReadableStream) {
    const reader = (source as ReadableStream<Uint8Array>).getReader();
    return { next: () => reader.read(), end: () => reader.cancel() };
  }
  const iterator = source[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    end: () => {
      if (!isDestroyable(source)) return iterator.return?.();
      source.destroy();
      return undefined;
    },
  };
}

function isDestroyable(source: object): source is { destroy(): void } {
  return 'destroy' in source && typeof source.destroy === 'function';
}
