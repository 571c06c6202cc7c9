// The blocking client, for scripts. Owns: the thread that does the work, waiting for it. Must not know: HTTP.
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { HTTPHeaders } from '@typhoon/http1';
import { IOLoop } from '@typhoon/ioloop';
import { HTTPRequest } from '../http-request.ts';
import {
  HTTPClientError,
  HTTPResponse,
  HTTPStreamClosedError,
  HTTPTimeoutError,
} from '../http-response.ts';
import type { MessagePort } from 'node:worker_threads';
import type { FetchOptions } from '../async-http-client.ts';
import type {
  BlockingClientOptions,
  Order,
  PackedFailure,
  PackedResponse,
  Report,
} from './messages.ts';

/** Starts the thread's program; where that cannot be, whoever waits is told. */
const STARTER = `
  const { port, count, program } = require('node:worker_threads').workerData;
  import(program).catch((error) => {
    const failure = { code: null, status: 599, message: String(error), cause: null, response: null };
    port.on('message', () => {
      port.postMessage({ kind: 'failed', failure });
      Atomics.add(count, 0, 1);
      Atomics.notify(count, 0);
    });
  });
`;
/** A worker's program is JavaScript; sources know it where the build puts it. */
const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/lib/blocking/thread.js' : './thread.js',
  import.meta.url,
);

/**
 * A client that waits for each answer, for scripts: the whole thread stands still meanwhile, callbacks and timers too. So it
 * must not be used where a loop serves others (HCL-17). Another thread does the work; `close` ends it.
 *
 * ```ts no-run
 * using client = new HTTPClient()
 * console.log(client.fetch('http://example.org/').body.toString())
 * ```
 */
export class HTTPClient {
  readonly #count = new Int32Array(new SharedArrayBuffer(4));
  readonly #port: MessagePort;
  readonly #worker: Worker;
  #seen = 0;
  #isClosed = false;

  /** @throws HTTPClientError `ERR_LOOP_RUNNING` */
  constructor(options: BlockingClientOptions = {}) {
    refuseInLoop();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(STARTER, {
      eval: true,
      // What the process was started with may concern its sources, and the program is compiled.
      execArgv: [],
      workerData: { port: port2, count: this.#count, options, program: THREAD.href },
      transferList: [port2],
    });
    this.#worker.unref();
  }

  /**
   * Sends a request and answers with its response. `bodyProducer`, `signal` and bodies in pieces have no place here;
   * `streamingCallback` and `headerCallback` are called before this returns.
   *
   * @throws HTTPClientError as `AsyncHTTPClient.fetch` fails, and `ERR_LOOP_RUNNING`; whatever a callback throws.
   */
  fetch(request: string | HTTPRequest, options: FetchOptions = {}): HTTPResponse {
    if (this.#isClosed)
      throw new HTTPClientError('ERR_CLIENT_CLOSED', 'fetch() called on closed HTTPClient');
    refuseInLoop();
    const made = typeof request === 'string' ? new HTTPRequest(request, options) : request;
    const { raiseError } = options;
    this.#port.postMessage(orderOf(made, raiseError));
    return this.#await(made);
  }

  /** Ends the thread; twice is harmless. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#port.close();
    void this.#worker.terminate();
  }

  /** As `close`, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #await(request: HTTPRequest): HTTPResponse {
    const { streamingCallback, headerCallback } = request.options;
    const thrown: unknown[] = [];
    const call = <A>(callback: ((argument: A) => unknown) | undefined, argument: A): void => {
      if (thrown.length > 0) return;
      try {
        callback?.(argument);
      } catch (error) {
        thrown.push(error); // the thread goes on, and must be heard to the end
      }
    };
    for (;;) {
      const report = this.#next();
      if (report.kind === 'piece') call(streamingCallback, bufferOf(report.bytes));
      else if (report.kind === 'line') call(headerCallback, report.line);
      else if (thrown.length > 0) throw thrown[0];
      else if (report.kind === 'failed') throw unpackFailure(report.failure, request);
      else return unpack(report.response, request);
    }
  }

  #next(): Report {
    for (;;) {
      const received = receiveMessageOnPort(this.#port);
      if (received !== undefined) return received.message as Report;
      Atomics.wait(this.#count, 0, this.#seen);
      this.#seen = Atomics.load(this.#count, 0);
    }
  }
}

/** HCL-17. */
function refuseInLoop(): void {
  if (IOLoop.current({ instance: false })?.isRunning !== true) return;
  const message = 'HTTPClient would stop the loop that is running; use AsyncHTTPClient';
  throw new HTTPClientError('ERR_LOOP_RUNNING', message);
}

function orderOf(request: HTTPRequest, raiseError: boolean | undefined): Order {
  const {
    bodyProducer,
    signal,
    body,
    headers,
    streamingCallback,
    headerCallback,
    ...rest
  }: FetchOptions = request.options;
  if (bodyProducer !== undefined || signal !== undefined)
    throw badRequest('bodyProducer and signal have no place in a blocking fetch');
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array))
    throw badRequest('the body of a blocking fetch is text or bytes');
  return {
    url: request.url,
    options: {
      ...rest,
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers: [...request.headers.getAll()] }),
      ...(raiseError === undefined ? {} : { raiseError }),
    },
    isStreamed: streamingCallback !== undefined,
    isHeadWanted: headerCallback !== undefined,
  };
}

function unpack(packed: PackedResponse, request: HTTPRequest): HTTPResponse {
  const { code, headers, body, ...rest } = packed;
  const init = { ...rest, headers: new HTTPHeaders(headers), body: bufferOf(body) };
  return new HTTPResponse(request, code, init);
}

function unpackFailure(failure: PackedFailure, request: HTTPRequest): Error {
  const { code, status, message, cause } = failure;
  if (code === null) return new Error(message);
  if (code === 'ERR_TIMEOUT') return new HTTPTimeoutError(message, { cause });
  if (code === 'ERR_STREAM_CLOSED') return new HTTPStreamClosedError(message, { cause });
  const response = failure.response === null ? {} : { response: unpack(failure.response, request) };
  return new HTTPClientError(code, message, { status, cause, ...response });
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function badRequest(message: string): HTTPClientError {
  return new HTTPClientError('ERR_BAD_REQUEST', message);
}
