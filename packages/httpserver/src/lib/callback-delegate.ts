// Serves with a plain function: collects the whole request, then calls it (HSV-2).
import { HTTPServerRequest } from './server-request.ts';
import type {
  HTTPServerConnectionDelegate,
  HTTPConnection,
  HTTPMessageDelegate,
} from './http-connection.ts';
import type { HTTPHeaders, RequestHead } from '@typhoon/http1';

/** Answers a complete request through `request.connection`. What it returns is waited for and its failure logged. */
export type RequestCallback = (request: HTTPServerRequest) => unknown;

/** Makes a plain function a delegate for a server. */
export class CallbackDelegate implements HTTPServerConnectionDelegate {
  readonly #callback: RequestCallback;

  constructor(callback: RequestCallback) {
    this.#callback = callback;
  }

  startRequest(connection: HTTPConnection): HTTPMessageDelegate {
    return new CollectingDelegate(this.#callback, connection);
  }
}

/** Gathers one request's body. */
class CollectingDelegate implements HTTPMessageDelegate {
  readonly #callback: RequestCallback;
  readonly #connection: HTTPConnection;
  #request: HTTPServerRequest | null = null;
  #chunks: Buffer[] | null = null;

  constructor(callback: RequestCallback, connection: HTTPConnection) {
    this.#callback = callback;
    this.#connection = connection;
  }

  headersReceived(head: RequestHead): undefined {
    this.#request = new HTTPServerRequest(head, this.#connection);
  }

  dataReceived(chunk: Buffer): undefined {
    this.#chunks ??= [];
    this.#chunks.push(Buffer.from(chunk));
  }

  trailersReceived(trailers: HTTPHeaders): void {
    if (this.#request !== null) this.#request.trailers = trailers;
  }

  finish(): unknown {
    const request = this.#request;
    if (request === null) return undefined;
    if (this.#chunks !== null) request.body = Buffer.concat(this.#chunks);
    this.#chunks = null;
    return this.#callback(request);
  }

  onConnectionClose(): void {
    this.#chunks = null;
  }
}
