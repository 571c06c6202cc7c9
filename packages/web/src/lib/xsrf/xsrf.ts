// Guards forms against requests that other sites make in a user's name (WEB-42 to 50): a secret in a cookie, which the
// other site's page cannot read, must come back in the form. Must not know: the token's text (xsrf-token.ts).
import { xhtmlEscape } from '@typhoon/escape';
import { isSameSecret } from '../cookies/constant-time.ts';
import { HTTPError } from '../errors/http-error.ts';
import { decodeXsrfToken, encodeXsrfToken, newXsrfToken } from './xsrf-token.ts';
import type { HTTPServerRequest } from '@typhoon/httpserver';
import type { HandlerSettings } from '../handler/handler-settings.ts';
import type { HandlerState } from '../handler/handler-state.ts';
import type { CookieOptions } from '../cookies/set-cookie.ts';

/** All that is asked of a handler here. */
export interface XsrfSubject {
  readonly request: HTTPServerRequest;
  readonly settings: HandlerSettings;
  readonly currentUser: unknown;
  getArgument(name: string, options: { readonly default: null }): string | null;
  setCookie(name: string, value: string, options: CookieOptions): void;
}

const DEFAULT_VERSION = 2;
const LOGGED_IN_DAYS = 30;

/** The token's text for this answer; sets the cookie if the request came without (WEB-46). @throws WebError `ERR_SETTING` */
export function xsrfText(handler: XsrfSubject, state: HandlerState): string {
  if (state.xsrfText !== null) return state.xsrfText;
  const { settings } = handler;
  const { token, isNew } = expectedToken(handler, state);
  const text = encodeXsrfToken(token, settings.xsrfCookieVersion ?? DEFAULT_VERSION);
  state.xsrfText = text;
  if (isNew) {
    const defaults = isLoggedIn(handler.currentUser) ? { expiresDays: LOGGED_IN_DAYS } : {};
    handler.setCookie(cookieName(settings), text, { ...defaults, ...settings.xsrfCookieKwargs });
  }
  return text;
}

/** The hidden field of a form (WEB-48). */
export function xsrfField(text: string): string {
  return `<input type="hidden" name="_xsrf" value="${xhtmlEscape(text)}"/>`;
}

/**
 * Lets a request pass that carries the token of its cookie (WEB-42, 50).
 * @throws HTTPError 403 for any other.
 */
export function checkXsrf(handler: XsrfSubject, state: HandlerState): void {
  const { headers } = handler.request;
  const text =
    nonEmpty(handler.getArgument('_xsrf', { default: null })) ??
    nonEmpty(headers.get('X-Xsrftoken')) ??
    nonEmpty(headers.get('X-Csrftoken'));
  if (text === null) throw new HTTPError(403, "'_xsrf' argument missing from POST");
  const sent = decodeXsrfToken(text);
  if (sent === null || sent.token.length === 0) {
    throw new HTTPError(403, "'_xsrf' argument has invalid format");
  }
  if (!isSameSecret(sent.token, expectedToken(handler, state).token.token)) {
    throw new HTTPError(403, 'XSRF cookie does not match POST argument');
  }
}

/** The token of the request's cookie, or a new one, which nothing that was sent can match. */
function expectedToken(
  { request, settings }: XsrfSubject,
  state: HandlerState,
): NonNullable<HandlerState['xsrf']> {
  if (state.xsrf !== null) return state.xsrf;
  const cookie = nonEmpty(request.cookies.get(cookieName(settings)));
  const token = cookie === null ? null : decodeXsrfToken(cookie);
  state.xsrf = { token: token ?? newXsrfToken(Date.now()), isNew: token === null };
  return state.xsrf;
}

function cookieName({ xsrfCookieName }: HandlerSettings): string {
  return xsrfCookieName ?? '_xsrf';
}

function isLoggedIn(user: unknown): boolean {
  return user !== null && user !== undefined && user !== false && user !== '';
}

function nonEmpty(text: string | null | undefined): string | null {
  return text === undefined || text === null || text === '' ? null : text;
}
