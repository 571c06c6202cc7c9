// What stands between a connection and the target of a rule. Owns: waiting for the head before the target is chosen, the
// answer where there is none, plain functions as targets. Must not know: rules.
// HOT: `pnpm bench http`
import { HTTPHeaders } from '@typhoon/http1';
import { HTTPServerRequest } from './server-request.ts';
import type { Awaitable, HTTPConnection, HTTPMessageDelegate } from './http-connection.ts';
import type { RouteParams } from './routing-rules.ts';
import type { RequestHead } from '@typhoon/http1';

/** Finds who answers a request. */
export type FindHandler = (request: HTTPServerRequest) => HTTPMessageDelegate | null;

/** Chooses the target when the head is there, then hands everything on to it. */
export class RoutingDelegate implements HTTPMessageDelegate {
  readonly #findHandler: FindHandler;
  readonly #connection: HTTPConnection;
  #target: HTTPMessageDelegate | null = null;

  constructor(findHandler: FindHandler, connection: HTTPConnection) {
    this.#findHandler = findHandler;
    this.#connection = connection;
  }

  headersReceived(head: RequestHead): Awaitable {
    const request = new HTTPServerRequest(head, this.#connection);
    const target = this.#findHandler(request) ?? new NotFoundDelegate(this.#connection);
    this.#target = target;
    return target.headersReceived(head);
  }

  dataReceived(chunk: Buffer): Awaitable {
    return this.#target?.dataReceived(chunk);
  }

  trailersReceived(trailers: HTTPHeaders): void {
    this.#target?.trailersReceived?.(trailers);
  }

  finish(): unknown {
    return this.#target?.finish();
  }

  onConnectionClose(): void {
    this.#target?.onConnectionClose();
  }
}

/** Nobody is there: 404, no body (RTE-14). */
class NotFoundDelegate implements HTTPMessageDelegate {
  readonly #connection: HTTPConnection;

  constructor(connection: HTTPConnection) {
    this.#connection = connection;
  }

  headersReceived(): undefined {
    return undefined;
  }

  dataReceived(): undefined {
    return undefined;
  }

  finish(): void {
    const headers = new HTTPHeaders({ 'Content-Length': '0' });
    void this.#connection.writeHeaders({ code: 404 }, headers);
    this.#connection.finish();
  }

  onConnectionClose(): void {
    // Nothing has begun.
  }
}

/** A plain function as a target: gets the request once its body is there, and what the rule has to say (RTE-15). */
export type CallableTarget = (request: HTTPServerRequest, params: RouteParams) => unknown;

/** Gathers the body, then calls the function. */
export class CallableDelegate implements HTTPMessageDelegate {
  readonly #target: CallableTarget;
  readonly #request: HTTPServerRequest;
  readonly #params: RouteParams;
  #chunks: Buffer[] = [];

  constructor(target: CallableTarget, request: HTTPServerRequest, params: RouteParams) {
    this.#target = target;
    this.#request = request;
    this.#params = params;
  }

  headersReceived(): undefined {
    return undefined;
  }

  dataReceived(chunk: Buffer): undefined {
    this.#chunks.push(Buffer.from(chunk));
  }

  trailersReceived(trailers: HTTPHeaders): void {
    this.#request.trailers = trailers;
  }

  finish(): unknown {
    if (this.#chunks.length > 0) this.#request.body = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return this.#target(this.#request, this.#params);
  }

  onConnectionClose(): void {
    this.#chunks = [];
  }
}
