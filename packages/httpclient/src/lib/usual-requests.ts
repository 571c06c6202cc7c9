// Requests that ask for nothing but a URL. Owns: what all of them to one server have in common, made once.
// Must not know: fetches, connections.
// HOT: `pnpm bench client`
import { prepareRequest } from './outgoing-request.ts';
import { draftOf } from './request-draft.ts';
import { routeKey } from './route.ts';
import type { OutgoingContext, OutgoingRequest } from './outgoing-request.ts';
import type { RequestSettings } from './request-settings.ts';

/** A request, and which connections it may have. */
export interface KeyedRequest {
  readonly outgoing: OutgoingRequest;
  readonly key: string;
}

interface Server {
  /** That asked for `/`. */
  readonly model: OutgoingRequest;
  readonly key: string;
  /** Its head behind the target. */
  readonly rest: string;
}

/** So many servers are remembered; then it begins anew. */
const MAX_SERVERS = 256;
/** What can stand in a request line as it is; no fragment. */
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;
/** Where the path begins, behind a host without user and password. */
const ORIGIN = /^https?:\/\/[^/?#@\s\\]+(?=\/)/;

/** Makes requests of URLs, with a client's defaults. */
export class UsualRequests {
  readonly #settings: RequestSettings;
  readonly #context: OutgoingContext;
  readonly #isPossible: boolean;
  readonly #servers = new Map<string, Server>();

  constructor(settings: RequestSettings, context: OutgoingContext) {
    const { method, body, bodyProducer } = settings;
    this.#settings = settings;
    this.#context = context;
    this.#isPossible = method === 'GET' && body === null && bodyProducer === null;
  }

  /** The request for `url`; null where it takes a closer look. @throws HTTPClientError as `prepareRequest` */
  prepare(url: string, settings: RequestSettings): KeyedRequest | null {
    if (settings !== this.#settings || !this.#isPossible) return null;
    const slash = url.indexOf('/', 8);
    if (slash < 0) return null;
    const target = url.slice(slash);
    if (!TARGET.test(target)) return null;
    const origin = url.slice(0, slash);
    const server = this.#servers.get(origin) ?? this.#meet(origin);
    if (server === null) return null;
    const { model, key, rest } = server;
    return {
      key,
      outgoing: {
        method: 'GET',
        url: { ...model.url, target },
        head: `GET ${target}${rest}`,
        headers: model.headers,
        body: null,
        bodyProducer: null,
        framing: model.framing,
        isContinueAwaited: false,
        isKeepAlive: model.isKeepAlive,
        proxy: null,
      },
    };
  }

  /** Null for a server that is asked through a proxy, or whose URL is not as simple as it looks. */
  #meet(origin: string): Server | null {
    const url = `${origin}/`;
    if (!ORIGIN.test(url)) return null;
    const model = prepareRequest(draftOf(url, this.#settings), this.#settings, this.#context);
    if (model.proxy !== null) return null;
    const server = {
      model,
      key: routeKey(model.url, this.#settings, null),
      rest: model.head.slice('GET /'.length),
    };
    if (this.#servers.size >= MAX_SERVERS) this.#servers.clear();
    this.#servers.set(origin, server);
    return server;
  }
}
