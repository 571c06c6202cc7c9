// What is asked for, before it is made into a request: what a redirect may change. Owns: the contexts that callbacks run in.
// Must not know: how it goes out (outgoing-request.ts).
import { AsyncResource } from 'node:async_hooks';
import { carryContexts } from '@typhoon/ioloop';
import { CalledProducer, IteratedProducer } from './body-producer.ts';
import { HTTPClientError } from './http-response.ts';
import type { HeadersInit } from '@typhoon/http1';
import type { BodyProducer } from './body-producer.ts';
import type { RequestBody } from './http-request.ts';
import type { RequestSettings } from './request-settings.ts';

/** What of a request a redirect may change. */
export interface RequestDraft {
  readonly url: string;
  readonly method: string;
  readonly headers: HeadersInit | null;
  readonly body: Uint8Array | string | null;
  readonly bodyProducer: BodyProducer | null;
  readonly authUsername: string | null;
  readonly authPassword: string;
}

/** What `settings` ask of `url`. @throws HTTPClientError `ERR_BAD_REQUEST` */
export function draftOf(url: string, settings: RequestSettings): RequestDraft {
  const { method, headers, body, authUsername, authPassword } = settings;
  const isWhole = body === null || typeof body === 'string' || body instanceof Uint8Array;
  return {
    url,
    method,
    headers,
    body: isWhole ? body : null,
    bodyProducer: producerOf(settings, isWhole ? null : body),
    authUsername,
    authPassword,
  };
}

/** @throws HTTPClientError `ERR_BAD_REQUEST` */
function producerOf(
  { bodyProducer }: RequestSettings,
  pieces: Exclude<RequestBody, string | Uint8Array> | null,
): BodyProducer | null {
  const call = inCallersContext(bodyProducer);
  if (pieces === null) return call === null ? null : new CalledProducer(call);
  if (call !== null)
    throw new HTTPClientError('ERR_BAD_REQUEST', 'body and bodyProducer cannot both be given');
  return new IteratedProducer(pieces);
}

/** Callbacks run where the connection was opened, perhaps for another request: they take their own context along. */
export function inCallersContext<A extends unknown[]>(
  callback: ((...args: A) => unknown) | null,
): ((...args: A) => unknown) | null {
  return callback === null ? null : AsyncResource.bind(carryContexts(callback), 'TyphoonFetch');
}
