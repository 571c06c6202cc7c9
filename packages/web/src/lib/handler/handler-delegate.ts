// Gathers a request for a handler. Owns: the body, whole or in pieces. Must not know: what becomes of it (request-run.ts).
// HOT: `pnpm bench http`
import { RequestRun } from './request-run.ts';
import type {
  Awaitable,
  HTTPMessageDelegate,
  HTTPServerRequest,
  RouteParams,
} from '@typhoon/httpserver';
import type { HandlerApplication } from './request-handler.ts';
import type { HandlerClass } from './request-run.ts';

/** Hears one request, and has a handler answer it. */
export class HandlerDelegate implements HTTPMessageDelegate {
  readonly #application: HandlerApplication;
  readonly #request: HTTPServerRequest;
  readonly #handlerClass: HandlerClass;
  readonly #params: RouteParams;
  #chunks: Buffer[] | null = null;
  /** Of a streamed request. */
  #run: RequestRun | null = null;

  constructor(
    application: HandlerApplication,
    request: HTTPServerRequest,
    handlerClass: HandlerClass,
    params: RouteParams,
  ) {
    this.#application = application;
    this.#request = request;
    this.#handlerClass = handlerClass;
    this.#params = params;
  }

  headersReceived(): Awaitable {
    if (!this.#handlerClass.streamsRequestBody) return undefined;
    this.#run = this.#newRun();
    if (!this.#handlerClass.pullsRequestBody) return this.#run.executeStreamed();
    this.#run.executePulled();
    return undefined;
  }

  dataReceived(chunk: Buffer): Awaitable {
    if (this.#run !== null) return this.#run.dataReceived(chunk);
    this.#chunks ??= [];
    this.#chunks.push(Buffer.from(chunk));
    return undefined;
  }

  finish(): void {
    if (this.#run !== null) {
      this.#run.bodyComplete();
      return;
    }
    const chunks = this.#chunks;
    this.#chunks = null;
    if (chunks !== null)
      this.#request.body = chunks.length === 1 ? first(chunks) : Buffer.concat(chunks);
    this.execute();
  }

  onConnectionClose(): void {
    this.#chunks = null;
    this.#run?.clientGone();
  }

  /** Answers a request that is complete. */
  execute(): void {
    this.#newRun().execute();
  }

  #newRun(): RequestRun {
    return new RequestRun(this.#application, this.#request, this.#handlerClass, this.#params);
  }
}

function first([chunk = Buffer.alloc(0)]: readonly Buffer[]): Buffer {
  return chunk;
}
