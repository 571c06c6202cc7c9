// Tornado 4.5's streams with callbacks. Owns: one callback for writes, streaming callbacks, what an error in a callback does.
import { carryContexts } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { IOStream } from './io-stream.ts';
import { StreamClosedError } from './stream-error.ts';
import type { Future } from '@typhoon/concurrent';
import type { BaseIOStream } from './base-io-stream.ts';
import type { StreamConnectOptions } from './io-stream.ts';
import type { ReadBytesOptions, ReadUntilOptions } from './stream-options.ts';

/** Gets what was read. */
export type ReadCallback = (data: Buffer) => unknown;

/** Takes data as it comes; the callback at the end then gets nothing (IOS-21). */
export interface StreamingOptions {
  /** Called with each chunk. */
  readonly streamingCallback?: ReadCallback;
}

/**
 * A stream's methods with callbacks in place of futures. A callback runs in a turn of the loop of its own, in the stack contexts that
 * were open when it was given; one that throws, where these do not take care of that, closes the stream (IOS-22, STK-12). A read that fails never calls back: the close callback tells (IOS-37).
 */
export class CallbackStream {
  readonly stream: BaseIOStream;
  #writeCallback: (() => unknown) | null = null;

  constructor(stream: BaseIOStream) {
    this.stream = stream;
  }

  /** As `IOStream.connect`. */
  connect(
    address: readonly [host: string, port: number] | string,
    callback: () => unknown,
    options: StreamConnectOptions = {},
  ): null {
    const { stream } = this;
    if (!(stream instanceof IOStream)) throw new TypeError('this stream cannot connect');
    const call = carryContexts(callback);
    return this.#deliver(stream.connect(address, options), () => call());
  }

  /** As `IOStream.readUntil`. */
  readUntil(
    delimiter: Uint8Array | string,
    callback: ReadCallback,
    options?: ReadUntilOptions,
  ): null {
    return this.#deliver(this.stream.readUntil(delimiter, options), carryContexts(callback));
  }

  /** As `IOStream.readUntilRegex`. */
  readUntilRegex(regex: RegExp | string, callback: ReadCallback, options?: ReadUntilOptions): null {
    return this.#deliver(this.stream.readUntilRegex(regex, options), carryContexts(callback));
  }

  /** As `IOStream.readBytes`; with a streaming callback, `count` bytes in as many chunks as they come in. */
  readBytes(
    count: number,
    callback: ReadCallback,
    options: ReadBytesOptions & StreamingOptions = {},
  ): null {
    const { streamingCallback } = options;
    if (streamingCallback === undefined) {
      return this.#deliver(this.stream.readBytes(count, options), carryContexts(callback));
    }
    this.#streamBytes(count, carryContexts(streamingCallback), carryContexts(callback));
    return null;
  }

  /** As `IOStream.readUntilClose`; with a streaming callback, chunk by chunk (IOS-38). */
  readUntilClose(callback: ReadCallback, options: StreamingOptions = {}): null {
    const { streamingCallback } = options;
    if (streamingCallback === undefined) {
      return this.#deliver(this.stream.readUntilClose(), carryContexts(callback));
    }
    this.#streamUntilClose(carryContexts(streamingCallback), carryContexts(callback));
    return null;
  }

  /** As `IOStream.write`; only the latest callback is kept, and called once, when all has been written (IOS-20). */
  write(data: string | ArrayBufferView, callback?: () => unknown): null {
    if (callback !== undefined) this.#writeCallback = carryContexts(callback);
    this.stream.write(data).addDoneCallback((done) => {
      const latest = this.#writeCallback;
      if (latest === null || done.cancelled() || done.exception() !== null || this.stream.writing())
        return;
      this.#writeCallback = null;
      this.#run(latest);
    });
    return null;
  }

  /** As `IOStream.setCloseCallback`. */
  setCloseCallback(callback: (() => unknown) | null): void {
    this.stream.setCloseCallback(callback);
  }

  #streamBytes(count: number, chunk: ReadCallback, callback: ReadCallback): void {
    if (count === 0) {
      this.#run(() => callback(Buffer.alloc(0)));
      return;
    }
    this.#deliver(this.stream.readBytes(count, { partial: true }), (data) => {
      chunk(data);
      this.#streamBytes(count - data.length, chunk, callback);
    });
  }

  #streamUntilClose(chunk: ReadCallback, callback: ReadCallback): void {
    const next = (data: Buffer): void => {
      if (data.length > 0) chunk(data);
      if (this.stream.closed()) this.#drain(chunk, callback);
      else this.#streamUntilClose(chunk, callback);
    };
    if (this.stream.closed()) {
      this.#run(() => {
        this.#drain(chunk, callback);
      });
      return;
    }
    const reading = this.stream.readBytes(this.stream.maxBufferSize, { partial: true });
    reading.addDoneCallback((done) => {
      const isClosed = !done.cancelled() && done.exception() instanceof StreamClosedError;
      this.#run(() => {
        next(isClosed ? Buffer.alloc(0) : done.result());
      });
    });
  }

  /** What a closed stream has left, then the end. */
  #drain(chunk: ReadCallback, callback: ReadCallback): void {
    const rest = this.stream.readUntilClose().result();
    if (rest.length > 0) chunk(rest);
    callback(Buffer.alloc(0));
  }

  #deliver<T>(future: Future<T>, callback: (value: T) => unknown): null {
    future.addDoneCallback((done) => {
      if (done.cancelled() || done.exception() !== null) return;
      this.#run(() => callback(done.result()));
    });
    return null;
  }

  #run(callback: () => unknown): void {
    this.stream.ioLoop.spawnCallback(() => {
      try {
        callback();
      } catch (error) {
        appLog.error('Uncaught exception, closing connection.', error);
        this.stream.close(error);
      }
    });
  }
}
