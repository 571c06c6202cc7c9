// Fetching with a callback, as one did before there were futures (HCL-7).
// Must not know: how a fetch is carried out.
import { AsyncResource } from 'node:async_hooks';
import { wrap } from '@typhoon/ioloop/legacy';
import { HTTPResponse, NO_ANSWER } from '../http-response.ts';
import { HTTPRequest } from '../http-request.ts';
import type { Future } from '@typhoon/concurrent';
import type { AsyncHTTPClient } from '../async-http-client.ts';
import type { HTTPRequestOptions } from '../http-request.ts';

/** Options of a fetch with a callback. */
export interface CallbackFetchOptions extends HTTPRequestOptions {
  /** The old name of `decompressResponse` (HCL-13). */
  readonly useGzip?: boolean;
}

/**
 * Fetches, and always calls back with a response, once, and never before it returns (HCL-7, HCL-19). A failure is a
 * response too: its `error` says which, and its `code` is 599 where there was no answer. What the callback throws goes to
 * the loop's log, or to the stack contexts that surround the call (STK-12).
 */
export function fetchWithCallback(
  client: AsyncHTTPClient,
  request: string | HTTPRequest,
  callback: (response: HTTPResponse) => unknown,
  options: CallbackFetchOptions = {},
): void {
  const { useGzip, ...rest } = options;
  const given = useGzip === undefined ? rest : { decompressResponse: useGzip, ...rest };
  const made = typeof request === 'string' ? new HTTPRequest(request, given) : request;
  const call = AsyncResource.bind(wrap(callback), 'TyphoonFetch');
  const fetchOptions = { raiseError: false, ...(made === request ? given : {}) };
  client.fetch(made, fetchOptions).addDoneCallback((done) => {
    call(responseOf(made, done));
  });
}

function responseOf(request: HTTPRequest, done: Future<HTTPResponse>): HTTPResponse {
  try {
    return done.result();
  } catch (reason) {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    return new HTTPResponse(request, NO_ANSWER, { reason: error.message, error });
  }
}
