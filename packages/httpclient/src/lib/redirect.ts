// Redirects: which answers are one, and what is asked for next. SHC-13, SHC-14, SHC-16, SEC-29.
// Must not know: connections; how often was redirected before.
import { HTTPHeaders, urlJoin, urlSplit } from '@typhoon/http1';
import { HTTPClientError } from './http-response.ts';
import { parseRequestUrl } from './request-url.ts';
import type { ResponseHead } from '@typhoon/http1';
import type { RequestDraft } from './request-draft.ts';
import type { RequestUrl } from './request-url.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Fields that speak of the body; they go with it. */
const BODY_FIELDS = [
  'Content-Length',
  'Content-Type',
  'Content-Encoding',
  'Content-Language',
  'Content-Location',
  'Transfer-Encoding',
];
/** Fields that another server must not see (SHC-16). */
const SECRET_FIELDS = ['Authorization', 'Cookie', 'Proxy-Authorization'];

/** Whether the answer names another place; without Location it is an answer as any other (SHC-13). */
export function isRedirect(head: ResponseHead): boolean {
  return REDIRECTS.has(head.status) && head.headers.has('Location');
}

/** The request that follows `draft`, which went to `from`. @throws HTTPClientError `ERR_BAD_URL`, `ERR_BAD_REQUEST` */
export function redirected(
  draft: RequestDraft,
  from: RequestUrl,
  head: ResponseHead,
): RequestDraft {
  const location = sendableLocation(head.headers.getList('Location')[0] ?? '');
  const url = urlJoin(draft.url, location);
  const isSameOrigin = parseRequestUrl(url).origin === from.origin;
  const isBodyDropped = losesBody(head.status, draft.method);
  if (!isBodyDropped && draft.bodyProducer?.isRepeatable === false) {
    const message = `a redirect (${head.status}) asks for the body again, which came in pieces and is gone`;
    throw new HTTPClientError('ERR_BAD_REQUEST', message);
  }
  const headers = new HTTPHeaders(draft.headers ?? undefined);
  headers.delete('Host');
  if (isBodyDropped) for (const name of BODY_FIELDS) headers.delete(name);
  if (!isSameOrigin) for (const name of SECRET_FIELDS) headers.delete(name);
  return {
    url: isSameOrigin ? url : withoutCredentials(url),
    method: isBodyDropped ? 'GET' : draft.method,
    headers,
    body: isBodyDropped ? null : draft.body,
    bodyProducer: isBodyDropped ? null : draft.bodyProducer,
    authUsername: isSameOrigin ? draft.authUsername : null,
    authPassword: isSameOrigin ? draft.authPassword : '',
  };
}

/** SHC-14: as browsers do, and RFC 9110 §15.4 allows. */
function losesBody(status: number, method: string): boolean {
  if (status === 303) return method !== 'HEAD' && method !== 'GET';
  return (status === 301 || status === 302) && method === 'POST';
}

/** Servers put spaces and raw bytes into Location; header text has a byte a character. */
function sendableLocation(location: string): string {
  return location.replace(
    /[ \x80-\xff]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function withoutCredentials(url: string): string {
  const { authority } = urlSplit(url);
  const at = authority.lastIndexOf('@');
  // By a function: a host may have a `$`, which `replace` would take for more than that.
  return at < 0 ? url : url.replace(authority, () => authority.slice(at + 1));
}
