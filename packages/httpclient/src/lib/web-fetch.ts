// `fetch` of the web, for code that expects one, over AsyncHTTPClient. Owns: what of Request and Response means what here.
// Must not know: how a fetch is carried out. https://fetch.spec.whatwg.org/
import { CancelledError } from '@typhoon/concurrent';
import { AsyncHTTPClient } from './async-http-client.ts';
import { HTTPClientError } from './http-response.ts';
import type { FetchOptions } from './async-http-client.ts';
import type { RequestBody } from './http-request.ts';
import type { StreamedResponse } from './streamed-response.ts';

/** What `fetch` of the web is. */
export type WebFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** HTTP-redirect fetch, step 8. */
const MAX_REDIRECTS = 20;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A `fetch` that asks through `client`, whose limits, proxies and certificates count; without one, through the loop's shared
 * client. Fails as the web's does: with a TypeError, whose `cause` is the HTTPClientError, or with the signal's reason.
 *
 * Deviation: there is no origin, so no CORS, cookies, cache or `integrity`; URLs are those of http and https.
 */
export function createFetch(client?: AsyncHTTPClient): WebFetch {
  return (input, init) => run(client ?? AsyncHTTPClient.current(), input, init);
}

/** `createFetch()`: through the loop's shared client. */
export const fetch: WebFetch = createFetch();

async function run(
  client: AsyncHTTPClient,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response> {
  const request = new Request(input, init);
  // The caller's own: a request's would be one more, which follows it.
  const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
  signal?.throwIfAborted();
  try {
    const options = await optionsOf(request, init, signal);
    const response = await client.stream(request.url, options);
    return responseOf(request, response, signal);
  } catch (error) {
    throw asWebError(error, signal, 'fetch failed');
  }
}

async function optionsOf(
  request: Request,
  init: RequestInit | undefined,
  signal: AbortSignal | null,
): Promise<FetchOptions> {
  const headers = [...request.headers];
  if (!request.headers.has('accept')) headers.push(['accept', '*/*']);
  const body = await bodyOf(request, init);
  return {
    method: request.method,
    headers,
    ...(body === null ? {} : { body }),
    ...(signal === null ? {} : { signal }),
    allowNonstandardMethods: true,
    followRedirects: request.redirect === 'follow',
    maxRedirects: MAX_REDIRECTS,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    requestTimeoutMs: 0,
    raiseError: false,
  };
}

/** What is there as a whole goes out with its length; a stream goes out as it comes. */
async function bodyOf(
  request: Request,
  init: RequestInit | undefined,
): Promise<RequestBody | null> {
  if (request.body === null) return null;
  const given: unknown = init?.body;
  const isWhole = typeof given === 'object' ? !isPieces(given) : given !== undefined;
  return isWhole ? new Uint8Array(await request.arrayBuffer()) : request.body;
}

/** Also null, behind which the body is the given request's. */
function isPieces(body: object | null): boolean {
  return body === null || body instanceof ReadableStream || Symbol.asyncIterator in body;
}

function responseOf(
  request: Request,
  answer: StreamedResponse,
  signal: AbortSignal | null,
): Response {
  const { code, reason, effectiveUrl } = answer;
  if (answer.error instanceof HTTPClientError && answer.error.code === 'ERR_TOO_MANY_REDIRECTS')
    throw dropped(answer, answer.error);
  if (request.redirect === 'error' && code >= 300 && code < 400 && answer.headers.has('Location'))
    throw dropped(answer, new TypeError('unexpected redirect'));
  const hasBody = request.method !== 'HEAD' && ![101, 103, 204, 205, 304].includes(code);
  const response = new Response(hasBody ? readable(answer, signal) : null, {
    status: code,
    statusText: reason,
    headers: headersOf(answer),
  });
  Object.defineProperty(response, 'url', { value: effectiveUrl.replace(/#.*/s, '') });
  Object.defineProperty(response, 'redirected', { value: effectiveUrl !== request.url });
  return response;
}

/** Nobody is going to read it. */
function dropped(answer: StreamedResponse, error: Error): Error {
  answer.cancel(error);
  return error;
}

/** Here a decoded body says so in its head; there it does not. */
function headersOf({ headers }: StreamedResponse): Headers {
  const result = new Headers();
  for (const [name, value] of headers.getAll())
    result.append(name === 'X-Consumed-Content-Encoding' ? 'Content-Encoding' : name, value);
  return result;
}

function readable(
  answer: StreamedResponse,
  signal: AbortSignal | null,
): ReadableStream<Uint8Array> {
  const pieces = answer[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const step = await pieces.next();
          if (step.done === true) controller.close();
          else controller.enqueue(step.value);
        } catch (error) {
          controller.error(asWebError(error, signal, 'terminated'));
        }
      },
      cancel: (reason) => {
        answer.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function asWebError(error: unknown, signal: AbortSignal | null, message: string): unknown {
  if (error instanceof CancelledError && signal?.aborted === true) return signal.reason;
  if (error instanceof TypeError && !(error instanceof HTTPClientError)) return error;
  return new TypeError(message, { cause: error });
}
