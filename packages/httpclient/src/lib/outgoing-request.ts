// One request as it goes out: its rules (SHC-6, SHC-7), its header fields (SHC-8) and how its body is framed.
// Must not know: connections, what becomes of the answer.
import {
  BodyWriter,
  encodeUsernamePassword,
  formatTimestamp,
  HTTPHeaders,
  HTTPOutputError,
  requestHead,
} from '@typhoon/http1';
import { HTTPClientError } from './http-response.ts';
import { proxyOf } from './proxy.ts';
import { parseRequestUrl } from './request-url.ts';
import type { BodyProducer } from './body-producer.ts';
import type { Proxy, ProxyEnvironment } from './proxy.ts';
import type { RequestDraft } from './request-draft.ts';
import type { RequestSettings } from './request-settings.ts';
import type { RequestUrl } from './request-url.ts';

/** A request ready to be written. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: RequestUrl;
  /** Request line and fields, with the empty line. */
  readonly head: string;
  /** The fields alone. */
  readonly headers: HTTPHeaders;
  /** The whole body; text only where a character is a byte. Null when there is none or a producer writes it. */
  readonly body: Uint8Array | string | null;
  readonly bodyProducer: BodyProducer | null;
  /** Counts what the producer writes. */
  readonly framing: BodyWriter;
  /** Send the body only after `100 Continue`. */
  readonly isContinueAwaited: boolean;
  /** Whether the request lets its connection live. */
  readonly isKeepAlive: boolean;
  /** Whom it goes through. */
  readonly proxy: Proxy | null;
}

/** What a client adds to its requests. */
export interface OutgoingContext {
  /** Whether connections are kept. */
  readonly isKeepAlive: boolean;
  readonly proxies: ProxyEnvironment;
}

/** SHC-6. */
const STANDARD_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']);
/** SHC-7. */
const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Deviation: without a version; servers have no use for it, and attackers have. */
const USER_AGENT = 'Typhoon';

/**
 * Makes a request of a draft.
 * @throws HTTPClientError `ERR_BAD_URL`, `ERR_BAD_REQUEST`
 */
export function prepareRequest(
  draft: RequestDraft,
  settings: RequestSettings,
  { isKeepAlive, proxies }: OutgoingContext,
): OutgoingRequest {
  const url = parseRequestUrl(draft.url);
  const proxy = proxyOf(url, settings, proxies);
  if (settings.allowNonstandardMethods !== true) checkMethod(draft);
  if (draft.body !== null && draft.bodyProducer !== null)
    throw badRequest('body and bodyProducer cannot both be given');
  try {
    return assemble(draft, url, settings, { isKeepAlive, proxy });
  } catch (error) {
    if (error instanceof HTTPOutputError) throw badRequest(error.message, error);
    throw error;
  }
}

/** Method, scheme, host, port and path, for messages: no query and no password. */
export function describeRequest({ method, url }: OutgoingRequest): string {
  const query = url.target.indexOf('?');
  return `${method} ${url.origin}${query < 0 ? url.target : url.target.slice(0, query)}`;
}

function checkMethod({ method, body, bodyProducer }: RequestDraft): void {
  if (!STANDARD_METHODS.has(method)) {
    throw badRequest(
      `unknown method ${JSON.stringify(method)}; allowNonstandardMethods would allow it`,
    );
  }
  const hasBody = body !== null || bodyProducer !== null;
  if (hasBody === METHODS_WITH_BODY.has(method)) return;
  const must = hasBody ? 'must not' : 'must';
  throw badRequest(
    `Body ${must} be given for method ${method} (unless allowNonstandardMethods is true)`,
  );
}

function assemble(
  draft: RequestDraft,
  url: RequestUrl,
  settings: RequestSettings,
  { isKeepAlive, proxy }: { readonly isKeepAlive: boolean; readonly proxy: Proxy | null },
): OutgoingRequest {
  const { method, bodyProducer } = draft;
  const body = draft.body === null ? null : sendable(draft.body);
  const hasBody = body !== null || bodyProducer !== null;
  const isContinueAwaited = settings.expect100Continue === true && hasBody;
  const headers = new HTTPHeaders();
  headers.set('Host', url.authority);
  if (draft.headers !== null) headers.update(draft.headers);
  setDefault(headers, 'Connection', isKeepAlive ? 'keep-alive' : 'close');
  authorize(headers, draft, url);
  if (settings.userAgent !== null) headers.set('User-Agent', settings.userAgent);
  else setDefault(headers, 'User-Agent', USER_AGENT);
  if (settings.decompressResponse === true) setDefault(headers, 'Accept-Encoding', 'gzip');
  if (settings.ifModifiedSince !== null)
    headers.set('If-Modified-Since', formatTimestamp(settings.ifModifiedSince));
  if (isContinueAwaited) headers.set('Expect', '100-continue');
  // RFC 9112 §3.2.2; what is secure is asked of the server itself, through a tunnel.
  const isAbsolute = proxy !== null && !url.isSecure;
  if (isAbsolute && proxy.authorization !== null)
    headers.set('Proxy-Authorization', proxy.authorization);
  const framing = frame(headers, method, body, hasBody);
  const target = isAbsolute ? `http://${url.authority}${url.target}` : url.target;
  return {
    method,
    url,
    head: requestHead(method, target, headers),
    headers,
    body,
    bodyProducer,
    framing,
    isContinueAwaited,
    isKeepAlive: isKeepAlive && !/\bclose\b/i.test(headers.get('Connection', '')),
    proxy,
  };
}

/** SHC-4, SHC-8. */
function authorize(headers: HTTPHeaders, draft: RequestDraft, url: RequestUrl): void {
  const username = draft.authUsername ?? url.username;
  if (username === null) return;
  const password = draft.authUsername === null ? url.password : draft.authPassword;
  const credentials = encodeUsernamePassword(username, password).toString('base64');
  headers.set('Authorization', `Basic ${credentials}`);
}

/** Adds the fields that say how long the body is, and checks those that the caller gave against it. */
function frame(
  headers: HTTPHeaders,
  method: string,
  body: Uint8Array | string | null,
  hasBody: boolean,
): BodyWriter {
  if (headers.has('Transfer-Encoding')) {
    throw badRequest('Transfer-Encoding is not the caller’s to set; leave Content-Length out');
  }
  // RFC 9110 §8.6: a method that means a body says so when there is none.
  if (!hasBody && METHODS_WITH_BODY.has(method)) setDefault(headers, 'Content-Length', '0');
  if (body !== null) setDefault(headers, 'Content-Length', String(body.length));
  if (hasBody && method === 'POST')
    setDefault(headers, 'Content-Type', 'application/x-www-form-urlencoded');
  const framing = BodyWriter.forRequest(hasBody, headers);
  if (framing.kind === 'chunked') headers.set('Transfer-Encoding', 'chunked');
  if (body !== null) framing.count(body.length);
  if (body !== null || !hasBody) framing.finish();
  return framing;
}

/** ASCII text stays text, which goes out with the head as one write; other text becomes bytes. */
function sendable(body: Uint8Array | string): Uint8Array | string {
  if (typeof body !== 'string' || Buffer.byteLength(body) === body.length) return body;
  return Buffer.from(body);
}

function setDefault(headers: HTTPHeaders, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value);
}

function badRequest(message: string, cause?: Error): HTTPClientError {
  return new HTTPClientError('ERR_BAD_REQUEST', message, cause === undefined ? {} : { cause });
}
