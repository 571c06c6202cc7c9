// A request with a deadline, for what is done for it: whatever its delegate starts knows the deadline (`currentDeadlineMs` of
// @typhoon/concurrent), a client's request for one. Must not know: how the deadline is kept.
import { withDeadline } from '@typhoon/concurrent';
import type { Deadlined } from '@typhoon/concurrent';
import type { HTTPHeaders, RequestHead } from '@typhoon/http1';
import type {
  Awaitable,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
} from './http-connection.ts';
import type { Exchange } from './exchange.ts';

/** Begins a request at the application; `isTimed`: there is a deadline, or can be one. */
export function startRequest(
  app: HTTPServerConnectionDelegate,
  exchange: Exchange,
  isTimed: boolean,
): HTTPMessageDelegate {
  return isTimed ? new TimedRequest(app, exchange) : app.startRequest(exchange);
}

/** Calls a delegate with the deadline around it. Only a server with `requestTimeoutMs` has these: contexts cost time. */
class TimedRequest implements HTTPMessageDelegate, Deadlined {
  readonly #exchange: Exchange;
  readonly #delegate: HTTPMessageDelegate;

  constructor(app: HTTPServerConnectionDelegate, exchange: Exchange) {
    this.#exchange = exchange;
    this.#delegate = withDeadline(this, () => app.startRequest(exchange));
  }

  /** What goes on behind the answer is not in a hurry. */
  get deadlineMs(): number {
    return this.#exchange.isFinished ? Infinity : this.#exchange.requestDeadlineMs;
  }

  headersReceived(head: RequestHead): Awaitable {
    return withDeadline(this, () => this.#delegate.headersReceived(head));
  }

  dataReceived(chunk: Buffer): Awaitable {
    return withDeadline(this, () => this.#delegate.dataReceived(chunk));
  }

  trailersReceived(trailers: HTTPHeaders): void {
    withDeadline(this, () => this.#delegate.trailersReceived?.(trailers));
  }

  finish(): unknown {
    return withDeadline(this, () => this.#delegate.finish());
  }

  onConnectionClose(): void {
    this.#delegate.onConnectionClose();
  }
}
