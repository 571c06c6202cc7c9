// What a caller asks for. Owns: the options of a request, as they were given.
// Must not know: defaults (request-settings.ts), how a request goes out (outgoing-request.ts).
import { HTTPHeaders } from '@typhoon/http1';
import type { Future } from '@typhoon/concurrent';
import type { HeadersInit } from '@typhoon/http1';
import type { ConnectTlsOptions, Timeout } from '@typhoon/ioloop';

/** Sends a piece of a body; what it returns is settled when more may be written. A string is sent as UTF-8. */
export type WriteBody = (chunk: Uint8Array | string) => Future<void>;

/**
 * A body: text (sent as UTF-8), bytes, or pieces of either as they come: a generator, a stream of Node.js or of the web.
 * Pieces are asked for as fast as the server takes them, and no more once the fetch is over.
 */
export type RequestBody = Uint8Array | string | AsyncIterable<Uint8Array | string>;

/** What is sent. */
export interface RequestContentOptions {
  /** Default `GET`. GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS; others need `allowNonstandardMethods` (SHC-6). */
  readonly method?: string;
  /** Header fields; the object is never changed (HCL-4). */
  readonly headers?: HeadersInit;
  /**
   * The body. Bytes must not change before the fetch is settled. Pieces can be sent once, so a redirect that wants them again
   * fails (`ERR_BAD_REQUEST`); without Content-Length they are chunked.
   */
  readonly body?: RequestBody;
  /** Writes the body piece by piece once the head is sent; may return a promise. Without Content-Length it is chunked. */
  readonly bodyProducer?: (write: WriteBody) => unknown;
  /** Send the body only after the server answered `100 Continue` (SHC-12). Default false. */
  readonly expect100Continue?: boolean;
  /**
   * Milliseconds to wait for that answer; then the body is sent all the same, for not every server knows of it (RFC 9110 §10.1.1).
   * 0: no limit but the request's. Default 1000.
   */
  readonly continueTimeoutMs?: number;
  /** Any method, with or without a body (SHC-6, SHC-7). Default false. */
  readonly allowNonstandardMethods?: boolean;
  /** Adds If-Modified-Since. */
  readonly ifModifiedSince?: Date;
  /** Value of User-Agent. Default: what `headers` say, else `Typhoon`. */
  readonly userAgent?: string;
}

/** Who asks. */
export interface RequestAuthOptions {
  /** User name for basic authentication; goes before one in the URL. */
  readonly authUsername?: string;
  /** Password. Default empty. */
  readonly authPassword?: string;
  /** Only `basic` (SHC-9). */
  readonly authMode?: 'basic';
}

/** How long, and how far. */
export interface RequestPatienceOptions {
  /** Milliseconds to get a connection; 0: no limit. Default 20000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds from the request's start to the last byte; 0: no limit. Each redirect starts anew. Default 20000. */
  readonly requestTimeoutMs?: number;
  /**
   * When all must be over, from the wait for a connection to the last byte, redirects and all: milliseconds from now, or an
   * instant `{ at }`. Default: that of the work under way (`withDeadline`, a request being served), if it has one. `none`:
   * none.
   */
  readonly deadline?: Timeout | 'none';
  /** Aborting it cancels the fetch and closes its connection. */
  readonly signal?: AbortSignal;
  /** Default true. */
  readonly followRedirects?: boolean;
  /** Default 5. */
  readonly maxRedirects?: number;
}

/** What becomes of the answer. */
export interface ResponseHandlingOptions {
  /** Ask for gzip, and decode gzip, deflate, br and (where Node.js can) zstd. Default true. */
  readonly decompressResponse?: boolean;
  /**
   * Gets the body piece by piece; `response.body` is then empty. The bytes are the callback's to keep. While a promise
   * that it returned is pending no more is read (HCL-14).
   */
  readonly streamingCallback?: (chunk: Buffer) => unknown;
  /** Gets the status line, each header line and the empty line, each with CRLF (HCL-14). */
  readonly headerCallback?: (line: string) => void;
}

/** Over what. A certificate or key is the path of a PEM file, or PEM text or bytes. */
export interface RequestRouteOptions {
  /** Whether a certificate that cannot be trusted, or bears another name, ends the attempt. Default true. */
  readonly validateCert?: boolean;
  /** Authorities to trust instead of Node.js's. */
  readonly caCerts?: Uint8Array | string;
  /** Our key. */
  readonly clientKey?: Uint8Array | string;
  /** Our certificate. */
  readonly clientCert?: Uint8Array | string;
  /** TLS in node:tls's words, instead of the four above (SHC-21). */
  readonly sslOptions?: ConnectTlsOptions;
  /** Default true; false: IPv4 only. */
  readonly allowIpv6?: boolean;
  /** IP address to connect from (SHC-9). */
  readonly networkInterface?: string;
  /** Path of a unix socket to connect to; the URL's host is only named then. */
  readonly socketPath?: string;
}

/**
 * Through whom; goes before the environment's proxies. A proxy speaks HTTP: what is secure goes through it by CONNECT, all
 * else in absolute form.
 */
export interface RequestProxyOptions {
  /** The proxy's host; empty: none, whatever the environment says (CRL-1). */
  readonly proxyHost?: string;
  /** The proxy's port; must be given with a host. */
  readonly proxyPort?: number;
  /** Who we are to the proxy. */
  readonly proxyUsername?: string;
  /** Default empty. */
  readonly proxyPassword?: string;
}

/** Everything that can be asked for, of one request or (as `defaults`) of all. */
export interface HTTPRequestOptions
  extends
    RequestContentOptions,
    RequestAuthOptions,
    RequestPatienceOptions,
    ResponseHandlingOptions,
    RequestRouteOptions,
    RequestProxyOptions {}

/** A request; it can be fetched any number of times (HCL-15). */
export class HTTPRequest {
  /** Where to; http or https. */
  readonly url: string;
  /** The options as they were given. */
  readonly options: HTTPRequestOptions;
  #headers: HTTPHeaders | null = null;
  #body: Buffer | null = null;

  constructor(url: string, options: HTTPRequestOptions = NO_OPTIONS) {
    this.url = url;
    this.options = options;
  }

  /** The method that was given, else GET. */
  get method(): string {
    return this.options.method ?? 'GET';
  }

  /** A copy of the header fields that were given (HCL-4). */
  get headers(): HTTPHeaders {
    this.#headers ??= new HTTPHeaders(this.options.headers);
    return this.#headers;
  }

  /** The body's bytes; text as UTF-8 (HCL-9). Null when none was given, or pieces. */
  get body(): Buffer | null {
    const { body } = this.options;
    if (typeof body !== 'string' && !(body instanceof Uint8Array)) return null;
    this.#body ??= typeof body === 'string' ? Buffer.from(body) : view(body);
    return this.#body;
  }
}

const NO_OPTIONS: HTTPRequestOptions = {};

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
