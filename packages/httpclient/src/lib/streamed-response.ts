// An answer that is there with its head; its body is read by whoever has it. Owns: that a body which nobody reads does not
// keep its connection. Must not know: how the body comes (pulled-body.ts).
import { Future } from '@typhoon/concurrent';
import { HTTPClientError, HTTPResponse } from './http-response.ts';
import type { HTTPRequest } from './http-request.ts';
import type { HTTPResponseInit } from './http-response.ts';
import type { PulledBody } from './pulled-body.ts';

/** Fetches whose response nobody has any more. */
const forgotten = new FinalizationRegistry<Future<unknown>>((fetch) => {
  fetch.cancel('the response was dropped with its body unread');
});

/**
 * The answer to a request, whose body is still coming: walk through it once, or call one of `bytes`, `text`, `readable`.
 * The server is held up while nobody reads. A body of less than 64 KiB needs no reader; a longer one that is not wanted is
 * ended by `cancel`, by leaving the loop over it, or by `await using`. The timeouts of the request go on until its last byte.
 */
export class StreamedResponse extends HTTPResponse implements AsyncIterable<Buffer> {
  readonly #pulled: PulledBody;
  readonly #fetch: Future<unknown>;
  #isTaken = false;

  /** @param fetch Settled when the body has come; cancelling it gives the body up. */
  constructor(
    request: HTTPRequest,
    code: number,
    init: HTTPResponseInit,
    pulled: PulledBody,
    fetch: Future<unknown>,
  ) {
    super(request, code, init);
    this.#pulled = pulled;
    this.#fetch = fetch;
    forgotten.register(this, fetch, this);
    fetch.addDoneCallback(new Unregistration(this));
  }

  /** Whether the body was asked for; it is there once. */
  get bodyUsed(): boolean {
    return this.#isTaken;
  }

  /** The body's pieces, decoded; they are the caller's to keep. @throws HTTPClientError `ERR_BODY_USED` */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer, undefined> {
    this.#take();
    return new Pieces(this, this.#pulled);
  }

  /** The whole body. Fails as `fetch` does, and with `ERR_BODY_USED`. */
  bytes(): Future<Buffer> {
    return Future.from(this.#collect());
  }

  /** The whole body as UTF-8. Fails as `bytes`. */
  text(): Future<string> {
    return Future.from(this.#collect().then((bytes) => bytes.toString()));
  }

  /** The body as a stream of the web. Cancelling it is `cancel`. @throws HTTPClientError `ERR_BODY_USED` */
  readable(): ReadableStream<Uint8Array> {
    const pieces = this[Symbol.asyncIterator]();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const step = await pieces.next();
          if (step.done === true) controller.close();
          else controller.enqueue(step.value);
        },
        cancel: () => {
          this.cancel();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Gives the body up: its connection is closed, unless all of it has come. Twice is harmless. */
  cancel(reason?: unknown): void {
    this.#isTaken = true;
    this.#fetch.cancel(reason);
  }

  /** As `cancel`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  #take(): void {
    if (this.#isTaken) {
      const message = 'the body was read or given up before';
      throw new HTTPClientError('ERR_BODY_USED', message, { status: this.code });
    }
    this.#isTaken = true;
  }

  async #collect(): Promise<Buffer> {
    this.#take();
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = await this.#pulled.read();
      if (chunk === null) break;
      chunks.push(chunk);
    }
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  }
}

/** Walks through a body. Holds the response, so that it is not taken for forgotten. */
class Pieces implements AsyncIterableIterator<Buffer, undefined> {
  readonly #response: StreamedResponse;
  readonly #pulled: PulledBody;

  constructor(response: StreamedResponse, pulled: PulledBody) {
    this.#response = response;
    this.#pulled = pulled;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    const value = await this.#pulled.read();
    return value === null ? { done: true, value: undefined } : { done: false, value };
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.#response.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }
}

/** Holds on to the response weakly: waiting for the body is no reason to keep it. */
class Unregistration {
  readonly #token: WeakRef<object>;

  constructor(token: object) {
    this.#token = new WeakRef(token);
  }

  onSettled(): void {
    const token = this.#token.deref();
    if (token !== undefined) forgotten.unregister(token);
  }
}
