// The seam for another implementation of HTTP beneath a client: one request, one answer, and nothing else. Queues, limits,
// timeouts, redirects, retries, decompression and cancelling stay the client's.
import type { ConnectAddress, ConnectOptions } from '@typhoon/ioloop';
import type { Proxy } from './proxy.ts';

/** Sends requests in its own way, over connections of its own. */
export interface ClientBackend {
  /** Its name in messages. */
  readonly name: string;
  /** Sends a request; `sink` hears of it, though not before this returns. What it throws fails the fetch. */
  send(request: BackendRequest, sink: BackendSink): BackendCall;
  /** Closes its connections; what runs has been aborted. */
  close(): void;
}

/** A request as it goes out. */
export interface BackendRequest {
  readonly method: string;
  /** Scheme, host and port that are asked. */
  readonly origin: string;
  /** Path and query. */
  readonly target: string;
  /** Fields as they are sent, Host and Content-Length among them; nothing that only concerns a connection. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Null: there is none. */
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array> | null;
  /** Two requests with one key may share a connection, and others must not. */
  readonly key: string;
  /** Where to connect to, which need not be what the URL says. */
  readonly address: ConnectAddress;
  /** How. */
  readonly options: ConnectOptions;
  /** Through whom, or null. */
  readonly proxy: Proxy | null;
}

/** Who hears of an answer. Either `onEnd` or `onFailure` comes last, once. */
export interface BackendSink {
  /** A connection is there, and the request goes out. */
  onStart(): void;
  /** The final head. */
  onHead(
    status: number,
    reason: string,
    headers: Iterable<readonly [name: string, value: string]>,
  ): void;
  /** A piece of the body; borrowed. */
  onBody(chunk: Buffer): void;
  onEnd(): void;
  onFailure(kind: BackendFailure, cause: unknown): void;
}

/**
 * `connect` there was no connection; `closed` it ended early; `malformed` the answer is no HTTP; `tooLarge` its head is over
 * a limit; `unsupported` the backend cannot do what was asked.
 */
export type BackendFailure = 'connect' | 'closed' | 'malformed' | 'tooLarge' | 'unsupported';

/** A request under way. */
export interface BackendCall {
  /** Nobody waits for it any more: closes its connection. Nothing is heard afterwards. */
  abort(): void;
  /** Gives no more of the body for now. */
  pause(): void;
  /** Goes on. */
  resume(): void;
}
