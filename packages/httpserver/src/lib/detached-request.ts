// What a server keeps of a request whose connection it has given away. Owns: the request's head, as a text once nobody looks at
// it, and its connection for who looks again. Must not know: what the connection is used for.
import { rereadRequestHead, type RequestHead } from '@typhoon/http1';
import { IOLoop, type Transport } from '@typhoon/ioloop';
import { Exchange } from './exchange.ts';
import type { DetachedConnection } from './drain.ts';
import type {
  ConnectionContext,
  DrainListener,
  HTTPConnection,
  RestingRequest,
} from './http-connection.ts';

/** A connection that the server has given away, and the request that it was given away for. */
export class DetachedRequest implements DetachedConnection, RestingRequest {
  readonly sinceMs: number;
  readonly onDrain: DrainListener | (() => void) | null;
  readonly #context: ConnectionContext;
  /** A text is eight times smaller. */
  #head: RequestHead | string;

  constructor({ head, context, startMs }: Exchange, onDrain: DetachedConnection['onDrain']) {
    this.sinceMs = startMs;
    this.onDrain = onDrain;
    this.#context = context;
    this.#head = head;
  }

  get transport(): Transport {
    return this.#context.transport;
  }

  get head(): RequestHead {
    return typeof this.#head === 'string' ? rereadRequestHead(this.#head) : this.#head;
  }

  /** Keeps no more than what the head came as; null where that is not known any more. */
  rest(): RestingRequest | null {
    if (typeof this.#head === 'string') return this;
    const text = this.#head.headers.wireText;
    if (text === null) return null;
    this.#head = text;
    return this;
  }

  connection(): HTTPConnection {
    return Exchange.givenAway(this, this.head, this.#context, IOLoop.current());
  }
}
