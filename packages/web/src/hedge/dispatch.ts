// A request's life: body, handler, arguments, token, prepare, method, finish (WEB-1 to 6). Owns: that order, and what
// becomes of errors. A handler that answers at once makes no promise, future or timer.
// HOT: `pnpm bench http`
import { CancelledError, type Future } from '@typhoon/concurrent';
import { convertYielded, Runner } from '@typhoon/gen';
import { HTTPInputError, type RequestHead } from '@typhoon/http1';
import {
  HTTPServerRequest,
  type HTTPConnection,
  type HTTPMessageDelegate,
} from '@typhoon/httpserver';
import { Finish, HTTPError } from './http-error.ts';
import type { Application, FoundHandler } from './application.ts';
import type { RequestHandler } from './request-handler.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Collects one request and hands it to its handler. */
export class HandlerDelegate implements HTTPMessageDelegate {
  readonly #application: Application;
  readonly #connection: HTTPConnection;
  #request: HTTPServerRequest | null = null;
  #chunks: Buffer[] | null = null;

  constructor(application: Application, connection: HTTPConnection) {
    this.#application = application;
    this.#connection = connection;
  }

  headersReceived(head: RequestHead): undefined {
    this.#request = new HTTPServerRequest(head, this.#connection);
  }

  dataReceived(chunk: Buffer): undefined {
    this.#chunks ??= [];
    this.#chunks.push(Buffer.from(chunk));
  }

  finish(): void {
    const request = this.#request;
    if (request === null) return;
    if (this.#chunks !== null) request.body = Buffer.concat(this.#chunks);
    this.#chunks = null;
    execute(this.#application, request, this.#application.findHandler(request));
  }

  onConnectionClose(): void {
    this.#chunks = null;
  }
}

/** Runs a complete request through its handler. */
export function execute(
  application: Application,
  request: HTTPServerRequest,
  found: FoundHandler,
): void {
  const handler = new found.handlerClass(application, request);
  const run = new HandlerRun(handler, found);
  run.start();
}

class HandlerRun {
  readonly #handler: RequestHandler;
  readonly #found: FoundHandler;
  #work: Future<unknown> | null = null;

  constructor(handler: RequestHandler, found: FoundHandler) {
    this.#handler = handler;
    this.#found = found;
  }

  start(): void {
    const handler = this.#handler;
    try {
      const found = this.#found;
      handler.initialize(found.options);
      const { request } = handler;
      const { SUPPORTED_METHODS } = found.handlerClass as unknown as typeof RequestHandler;
      if (!SUPPORTED_METHODS.includes(request.method)) throw new HTTPError(405);
      if (request.body.length > 0) readForm(request);
      decodePath(handler, found);
      if (handler.settings.xsrfCookies === true && !SAFE_METHODS.has(request.method))
        handler.checkXsrfCookie();
      this.#after(handler.prepare(), this.#callMethod);
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #callMethod = (): void => {
    const handler = this.#handler;
    if (handler.isFinished) return;
    const method = (handler as unknown as Record<string, (...args: unknown[]) => unknown>)[
      handler.request.method.toLowerCase()
    ];
    if (method === undefined) throw new HTTPError(405);
    const { pathArgs, pathKwargs } = handler;
    const result =
      pathKwargs === null ? method.apply(handler, [...pathArgs]) : method.call(handler, pathKwargs);
    this.#after(result, this.#finish);
  };

  readonly #finish = (): void => {
    this.#handler.finishUnlessDone();
  };

  /** Goes on with `next` once `result` is there: at once when there is nothing to wait for. */
  #after(result: unknown, next: () => void): void {
    if (result === undefined || result === null) {
      next();
      return;
    }
    const work = isGenerator(result) ? new Runner(result).future : convertYielded(result);
    this.#work = work;
    this.#handler.request.connection.setCloseCallback(this.#onGone);
    work.addDoneCallback((done) => {
      this.#work = null;
      try {
        done.result();
        next();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** The client is gone: the handler is told, and what it waits for is cancelled. */
  readonly #onGone = (): void => {
    const work = this.#work;
    try {
      this.#handler.onConnectionClose();
    } catch (error) {
      this.#handler.logException(error);
    }
    work?.cancel();
  };

  #fail(error: unknown): void {
    const handler = this.#handler;
    const { connection } = handler.request;
    if (error instanceof Finish) {
      if (!handler.isFinished) void handler.finish(error.chunk);
      return;
    }
    if (error instanceof CancelledError && connection.isClosed) return;
    try {
      handler.logException(error);
    } catch (second) {
      console.error(second);
    }
    if (handler.isFinished || connection.isClosed) return;
    handler.sendError(error instanceof HTTPError ? error.status : 500, { error });
  }
}

/** WEB-6. */
function readForm(request: HTTPServerRequest): void {
  try {
    void request.bodyArguments;
  } catch (error) {
    if (error instanceof HTTPInputError) throw new HTTPError(400, `Invalid body: ${error.message}`);
    throw error;
  }
}

function decodePath(handler: RequestHandler, { match }: FoundHandler): void {
  if (match.named !== null) {
    const pairs = Object.entries(match.named).map(([name, value]) => [
      name,
      value === null ? null : handler.decodeArgument(value, name),
    ]);
    handler.pathKwargs = Object.fromEntries(pairs) as Record<string, string | null>;
  } else if (match.args.length > 0) {
    handler.pathArgs = match.args.map((value) =>
      value === null ? null : handler.decodeArgument(value),
    );
  }
}

function isGenerator(value: unknown): value is Generator<unknown, unknown, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    'next' in value &&
    'throw' in value
  );
}
