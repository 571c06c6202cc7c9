// One request's XSRF token: from its cookie, or new. Owns: cookie, form and header names (WEB-42, 46, 48).
import { xhtmlEscape } from '@typhoon/escape';
import { checkToken, decodeToken, encodeToken, newToken, type XsrfToken } from './xsrf.ts';
import type { RequestHandler } from './request-handler.ts';

/** Makes and checks the token of one request. */
export class XsrfGuard {
  readonly #handler: RequestHandler;
  #raw: XsrfToken | null = null;
  #text: string | null = null;

  constructor(handler: RequestHandler) {
    this.#handler = handler;
  }

  /** The token to put into forms; sets the cookie where the client has none. */
  token(): string {
    if (this.#text !== null) return this.#text;
    const { settings } = this.#handler;
    const raw = this.#expected();
    this.#text = encodeToken(raw, settings.xsrfCookieVersion ?? 2);
    if (raw.version === null) {
      const days = this.#handler.currentUser === null ? {} : { expiresDays: 30 };
      this.#handler.setCookie(this.#name(), this.#text, { ...days, ...settings.xsrfCookieKwargs });
    }
    return this.#text;
  }

  /** A hidden input with the token. */
  formHtml(): string {
    return `<input type="hidden" name="_xsrf" value="${xhtmlEscape(this.token())}"/>`;
  }

  /** @throws HTTPError 403. */
  check(): void {
    const { headers } = this.#handler.request;
    const sent =
      this.#handler.getArgument('_xsrf', { default: null }) ??
      headers.get('X-Xsrftoken') ??
      headers.get('X-Csrftoken') ??
      null;
    checkToken(sent, this.#expected(), Date.now());
  }

  #expected(): XsrfToken {
    if (this.#raw === null) {
      const cookie = this.#handler.getCookie(this.#name());
      this.#raw =
        (cookie === undefined ? null : decodeToken(cookie, Date.now())) ?? newToken(Date.now());
    }
    return this.#raw;
  }

  #name(): string {
    return this.#handler.settings.xsrfCookieName ?? '_xsrf';
  }
}
