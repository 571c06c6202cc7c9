// One exchange over a backend, in the place of a connection of ours. Owns: what of the backend's words means what here.
// Must not know: what the backend is.
import { HTTPHeaders, HTTPInputError } from '@typhoon/http1';
import { TransportError } from '@typhoon/ioloop';
import { connectFailure, responseFailure } from './failure.ts';
import { HTTPClientError } from './http-response.ts';
import { describeRequest } from './outgoing-request.ts';
import { ProducedPieces } from './produced-pieces.ts';
import type { BackendCall, BackendFailure, BackendSink, ClientBackend } from './backend.ts';
import type { Exchange, ExchangeCarrier } from './exchange.ts';
import type { Route } from './route.ts';
import type { IOLoop } from '@typhoon/ioloop';

/** Who keeps the exchanges of a backend. */
export interface BackendHost {
  readonly loop: IOLoop;
  readonly maxBodyBytes: number;
  /** It is over, well or not; comes once. */
  runOver(run: BackendRun): void;
}

/** Concern a connection, which is the backend's, or how a body is framed on it. */
const OF_THE_CONNECTION = new Set([
  'Connection',
  'Keep-Alive',
  'Proxy-Authorization',
  'Transfer-Encoding',
  'Upgrade',
]);

/** One request of a backend. */
export class BackendRun implements BackendSink, ExchangeCarrier {
  readonly key: string;
  readonly #host: BackendHost;
  #exchange: Exchange | null;
  #call: BackendCall | null = null;
  #bodyBytes = 0;
  #isTouched = false;

  constructor(host: BackendHost, key: string, exchange: Exchange) {
    this.key = key;
    this.#host = host;
    this.#exchange = exchange;
    exchange.attach(this);
  }

  /** Sends it. */
  start(backend: ClientBackend, { address, options, tunnel }: Route): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    const { request } = exchange;
    if (request.isContinueAwaited) {
      this.#refuse(`${backend.name} cannot wait for 100 Continue`);
      return;
    }
    const { method, url, body, bodyProducer, framing, proxy } = request;
    const fields = [...request.headers.getAll()];
    this.#call = backend.send(
      {
        method,
        origin: `${url.isSecure ? 'https' : 'http'}://${url.authority}`,
        target: url.target,
        headers: fields.filter(([name]) => !OF_THE_CONNECTION.has(name)),
        body: bodyProducer === null ? body : new ProducedPieces(bodyProducer, framing, exchange),
        key: this.key,
        address,
        options: tunnel?.tls == null ? options : { ...options, tls: tunnel.tls },
        proxy,
      },
      this,
    );
  }

  /** Closes at once; the exchange fails with `error`. */
  shut(error: unknown): void {
    this.#exchange?.refused(error);
    this.giveUp();
  }

  // From the exchange.

  pauseReading(): void {
    this.#call?.pause();
  }

  resumeReading(): void {
    this.#call?.resume();
  }

  giveUp(): void {
    if (this.#exchange === null) return;
    this.#exchange = null;
    this.#call?.abort();
    this.#host.runOver(this);
  }

  // From the backend.

  onStart(): void {
    this.#event((exchange) => {
      exchange.beginElsewhere();
    });
  }

  onHead(status: number, reason: string, fields: Iterable<readonly [string, string]>): void {
    this.#isTouched = true;
    this.#event((exchange) => {
      const headers = new HTTPHeaders();
      for (const [name, value] of fields) headers.add(name, value);
      const length = Number(headers.get('Content-Length', '-1'));
      const isBodiless = exchange.request.method === 'HEAD' || status === 204 || status === 304;
      exchange.onHead({
        minorVersion: 1,
        status,
        reason,
        headers,
        contentLength: Number.isSafeInteger(length) ? length : -1,
        isChunked: false,
        untilClose: false,
        hasNoBody: isBodiless,
        keepAlive: true,
        isSwitch: false,
      });
    });
  }

  onBody(chunk: Buffer): void {
    if (chunk.length === 0) return; // a target is never given nothing; undici does, when it is paused
    this.#bodyBytes += chunk.length;
    this.#event((exchange) => {
      const { maxBodyBytes } = this.#host;
      if (this.#bodyBytes <= maxBodyBytes) exchange.onBody(chunk, 0, chunk.length);
      else exchange.bodyFailed(tooLarge(maxBodyBytes));
    });
  }

  onEnd(): void {
    this.#event((exchange) => {
      this.#exchange = null;
      exchange.onEnd();
      this.#host.runOver(this);
    });
  }

  onFailure(kind: BackendFailure, cause: unknown): void {
    this.#event((exchange) => {
      this.#exchange = null;
      const what = describeRequest(exchange.request);
      const why = cause instanceof Error ? cause : new Error(String(cause));
      if (kind === 'closed') exchange.connectionFailed(why, !this.#isTouched);
      else if (kind === 'connect') exchange.refused(notConnected(why, exchange.request.url.origin));
      else if (kind === 'unsupported') exchange.refused(badRequest(why.message, why));
      else exchange.refused(responseFailure(inputError(kind, why), what));
      this.#host.runOver(this);
    });
  }

  #refuse(message: string): void {
    this.shut(badRequest(message, undefined));
  }

  /** Whatever a backend tells is an event of the loop; behind the end nothing is. */
  #event(tell: (exchange: Exchange) => void): void {
    const { loop } = this.#host;
    loop.enter();
    try {
      if (this.#exchange !== null) tell(this.#exchange);
    } finally {
      loop.exit();
    }
  }
}

function notConnected(cause: Error, where: string): HTTPClientError {
  return connectFailure(TransportError.from(cause, 'connecting'), where);
}

function inputError(kind: 'malformed' | 'tooLarge', cause: Error): HTTPInputError {
  return kind === 'tooLarge'
    ? new HTTPInputError('ERR_HEAD_TOO_LARGE', cause.message, 431)
    : new HTTPInputError('ERR_BAD_START_LINE', cause.message);
}

function tooLarge(maxBytes: number): HTTPInputError {
  const message = `body too large, limit is ${maxBytes} bytes`;
  return new HTTPInputError('ERR_BODY_TOO_LARGE', message, 413);
}

function badRequest(message: string, cause: unknown): HTTPClientError {
  return new HTTPClientError('ERR_BAD_REQUEST', message, { cause });
}
