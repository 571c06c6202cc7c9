// What the blocking client and its thread say to each other. Everything in it can be copied between threads.
import type { MessagePort } from 'node:worker_threads';
import type { AsyncHTTPClientOptions, FetchOptions } from '../async-http-client.ts';
import type { HTTPClientErrorCode, TimeInfo } from '../http-response.ts';

/** Options of a client that can go to another thread. */
export type BlockingClientOptions = Omit<
  AsyncHTTPClientOptions,
  'loop' | 'resolver' | 'defaults' | 'backend'
>;

/** Options of a request that can go to another thread; callbacks stay behind. */
export type BlockingRequestOptions = Omit<
  FetchOptions,
  'bodyProducer' | 'signal' | 'body' | 'headers' | 'streamingCallback' | 'headerCallback'
> & {
  readonly body?: Uint8Array | string;
  readonly headers?: readonly (readonly [string, string])[];
};

/** What the thread is started with. */
export interface ThreadData {
  readonly port: MessagePort;
  /** Counts the messages of the thread; waited on. */
  readonly count: Int32Array;
  readonly options: BlockingClientOptions;
}

/** One request. */
export interface Order {
  readonly url: string;
  readonly options: BlockingRequestOptions;
  readonly isStreamed: boolean;
  readonly isHeadWanted: boolean;
}

/** An answer, taken apart. */
export interface PackedResponse {
  readonly code: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  readonly effectiveUrl: string;
  readonly startTime: number;
  readonly timeInfo: TimeInfo;
}

/** A failure, taken apart. */
export interface PackedFailure {
  /** Null: none of the client's own. */
  readonly code: HTTPClientErrorCode | null;
  readonly status: number;
  readonly message: string;
  readonly cause: unknown;
  readonly response: PackedResponse | null;
}

/** What the thread says: pieces and lines first, then one `done` or `failed`. */
export type Report =
  | { readonly kind: 'piece'; readonly bytes: Uint8Array }
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'done'; readonly response: PackedResponse }
  | { readonly kind: 'failed'; readonly failure: PackedFailure };
