// One request as an application sees it. Owns: what is derived from the head and body, lazily.
// Must not know: how it came in and how the answer goes out (the connection does).
import {
  isCookieName,
  parseBodyArguments,
  parseCookie,
  parseQs,
  type ArgumentMap,
  type HTTPFile,
  type HTTPHeaders,
  type RequestHead,
} from '@typhoon/http1';
import type { PeerCertificate } from 'node:tls';
import type { HTTPConnection, RestingRequest } from './http-connection.ts';

const EMPTY = Buffer.alloc(0);
/** So many can be seen from outside; who has more was given something by the application. */
const FIELDS = 10;

/** A request: its head, its body once that is read, and the connection that takes the answer. */
export class HTTPServerRequest {
  /** The method, as sent. */
  readonly method: string;
  /** The request target, as sent. */
  readonly uri: string;
  /** The target's part before the first `?`, still percent-encoded (HTU-13). */
  readonly path: string;
  /** The target's part behind the first `?`, or empty. */
  readonly query: string;
  /** `HTTP/1.0` or `HTTP/1.1`. */
  readonly version: string;
  /** The header fields. */
  readonly headers: HTTPHeaders;
  /** The Host header, port included (HTU-11). */
  readonly host: string;
  /** How to answer. */
  readonly connection: HTTPConnection;
  /** The whole body, the request's own; empty while it is read or when it is streamed (HTU-15). */
  body: Buffer = EMPTY;
  /** Fields that came behind the body, or null; there once the body is. */
  trailers: HTTPHeaders | null = null;
  readonly #startMs: number;
  #queryArguments: ArgumentMap | null = null;
  #form: { readonly args: ArgumentMap; readonly files: Map<string, HTTPFile[]> } | null = null;
  #arguments: ArgumentMap | null = null;
  #cookies: ReadonlyMap<string, string> | null = null;

  constructor(head: RequestHead, connection: HTTPConnection) {
    this.method = head.method;
    this.uri = head.target;
    // RFC 9112 §3.2.2: a request to a proxy may name the whole URL.
    const target = head.target.startsWith('/') ? head.target : originForm(head.target);
    const at = target.indexOf('?');
    this.path = at < 0 ? target : target.slice(0, at);
    this.query = at < 0 ? '' : target.slice(at + 1);
    this.version = head.minorVersion === 1 ? 'HTTP/1.1' : 'HTTP/1.0';
    this.headers = head.headers;
    this.host = head.host;
    this.connection = connection;
    this.#startMs = connection.elapsedMs === undefined ? performance.now() : NaN;
  }

  /** The Host header in lower case, without its port (HTU-13). */
  get hostName(): string {
    return this.host.replace(/:\d*$/, '').toLowerCase();
  }

  /** The client's IP address (HTU-16). */
  get remoteIp(): string {
    return this.connection.context.remoteIp;
  }

  /** `http` or `https` (HTU-16). */
  get protocol(): string {
    return this.connection.context.protocol;
  }

  /** The query's arguments; blank ones are kept. */
  get queryArguments(): ArgumentMap {
    this.#queryArguments ??= parseQs(this.query);
    return this.#queryArguments;
  }

  /** A form's arguments. @throws HTTPInputError when the body is no valid form (HTU-22 to 28). */
  get bodyArguments(): ArgumentMap {
    return this.#parsedForm().args;
  }

  /** A form's files, by field name. @throws HTTPInputError as `bodyArguments`. */
  get files(): Map<string, HTTPFile[]> {
    return this.#parsedForm().files;
  }

  /** The query's arguments, the form's behind them (HTU-14). @throws HTTPInputError as `bodyArguments`. */
  get arguments(): ArgumentMap {
    if (this.#arguments !== null) return this.#arguments;
    const all: ArgumentMap = new Map();
    for (const source of [this.queryArguments, this.bodyArguments]) {
      for (const [name, values] of source) all.set(name, [...(all.get(name) ?? []), ...values]);
    }
    this.#arguments = all;
    return all;
  }

  /** The cookies sent, by name; what cannot be read is left out (HTU-18, 19). */
  get cookies(): ReadonlyMap<string, string> {
    if (this.#cookies !== null) return this.#cookies;
    const cookies = parseCookie(this.headers.getList('Cookie').join('; '));
    for (const name of cookies.keys()) if (!isCookieName(name)) cookies.delete(name);
    this.#cookies = cookies;
    return cookies;
  }

  /**
   * Aborts when nobody will get the answer: the client is gone, the deadline has passed, or the server gives up; with a
   * RequestAbortedError as the reason. Never while a client that has sent everything waits, and never once the answer is
   * complete.
   */
  get signal(): AbortSignal {
    return this.connection.signal;
  }

  /** When the request must be answered, on `IOLoop.time()`; `Infinity` without a limit. */
  get deadlineMs(): number {
    return this.connection.requestDeadlineMs;
  }

  /** From now on the request has so many milliseconds until it is answered; `Infinity` for no limit. */
  setTimeout(timeoutMs: number): void {
    this.connection.setRequestTimeout(timeoutMs);
  }

  /** Scheme, host and target as one URL. */
  fullUrl(): string {
    return `${this.protocol}://${this.host}${this.uri}`;
  }

  /** Milliseconds since the head was read (HTU-17). */
  requestTime(): number {
    return this.connection.elapsedMs?.() ?? performance.now() - this.#startMs;
  }

  /**
   * The client's certificate, or null without TLS or without one (HTU-36).
   *
   * @param options.binaryForm Its DER bytes in place of a record. Default false.
   */
  getSslCertificate(options?: { readonly binaryForm?: false }): PeerCertificate | null;
  getSslCertificate(options: { readonly binaryForm: true }): Buffer | null;
  getSslCertificate(options?: { readonly binaryForm?: boolean }): PeerCertificate | Buffer | null {
    const certificate = this.connection.context.transport.tls?.peerCertificate() ?? null;
    return options?.binaryForm === true ? (certificate?.raw ?? null) : certificate;
  }

  /**
   * Once the connection was given away: what this request can be made of again, an eighth of its size; null where it holds
   * something else than its head, or was changed.
   */
  rest(): RestingRequest | null {
    const isPlain = this.body.length === 0 && this.trailers === null;
    if (!isPlain || Object.keys(this).length > FIELDS || this.headers.wireText === null)
      return null;
    return this.connection.rest?.() ?? null;
  }

  /** The request line, for logs; never the headers, which may hold secrets (HTU-15). */
  toString(): string {
    return `${this.method} ${this.uri} (${this.remoteIp})`;
  }

  #parsedForm(): { readonly args: ArgumentMap; readonly files: Map<string, HTTPFile[]> } {
    if (this.#form !== null) return this.#form;
    const args: ArgumentMap = new Map();
    const files = new Map<string, HTTPFile[]>();
    const contentType = this.headers.get('Content-Type');
    if (contentType !== undefined && this.body.length > 0) {
      parseBodyArguments(contentType, this.body, args, files, { headers: this.headers });
    }
    this.#form = { args, files };
    return this.#form;
  }
}

function originForm(target: string): string {
  const rest = target.replace(/^https?:\/\/[^/?]*/i, '');
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest;
}
