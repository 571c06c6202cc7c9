// What a handler says to its client. Owns: the names for the answer's head, cookies and body.
// Must not know: when it is called, errors, templates.
// HOT: `pnpm bench http`
import { jsonEncode } from '@typhoon/escape';
import { clearingOptions, serializeCookie } from '../cookies/set-cookie.ts';
import { sign } from '../cookies/signed-cookies.ts';
import { WebError } from '../errors/web-error.ts';
import { toBuffer, toLatin1 } from '../octets.ts';
import { etagOf, matchesEtag } from '../output/etag.ts';
import { NO_TRANSFORMS } from '../output/output-transform.ts';
import { headerText } from '../output/header-value.ts';
import { isPlainObject } from './plain-object.ts';
import { RequestReader, stateOf } from './request-reader.ts';
import type { Future } from '@typhoon/concurrent';
import type { DrainListener } from '@typhoon/httpserver';
import type { Transport } from '@typhoon/ioloop';
import type { ClearCookieOptions, CookieOptions } from '../cookies/set-cookie.ts';
import type { HeaderValue } from '../output/header-value.ts';

/** The writing half of a request handler. */
export abstract class AnswerWriter extends RequestReader {
  // The head.

  /** Called by `clear`: sets headers that also an error page has. */
  setDefaultHeaders(): void {
    // none
  }

  /** Back to status 200, the default headers and nothing written (WEB-19). */
  clear(): void {
    stateOf(this).response.clear();
    this.setDefaultHeaders();
  }

  /** @param reason Default: the standard phrase (WEB-20, 21). @throws RangeError for what is no status from 100 to 999. */
  setStatus(statusCode: number, reason: string | null = null): void {
    stateOf(this).response.setStatus(statusCode, reason);
  }

  /** The answer's status. */
  getStatus(): number {
    return stateOf(this).response.statusCode;
  }

  /** Replaces a header (WEB-22, 23). @throws TypeError for a value of another kind; HTTPOutputError for an unsafe one. */
  setHeader(name: string, value: HeaderValue): void {
    stateOf(this).response.headers.set(name, headerText(value));
  }

  /** Adds a header to those of this name. Errors as for `setHeader`. */
  addHeader(name: string, value: HeaderValue): void {
    stateOf(this).response.headers.add(name, headerText(value));
  }

  /** Removes a header; one that is not there is no error. */
  clearHeader(name: string): void {
    stateOf(this).response.headers.delete(name);
  }

  // Cookies.

  /** Sets a cookie (WEB-29 to 33). @throws WebError `ERR_COOKIE` for what cannot be one. */
  setCookie(name: string, value: string | Uint8Array, options: CookieOptions = {}): void {
    const text = typeof value === 'string' ? value : toBuffer(value).toString();
    stateOf(this).response.setCookie(name, serializeCookie(name, text, options, Date.now()));
  }

  /** Makes the browser forget a cookie; the options must be those it was set with (WEB-34). */
  clearCookie(name: string, options: ClearCookieOptions = {}): void {
    this.setCookie(name, '', clearingOptions(options, Date.now()));
  }

  /** The same for all cookies that came. */
  clearAllCookies(options: ClearCookieOptions = {}): void {
    for (const name of this.cookies.keys()) this.clearCookie(name, options);
  }

  /**
   * Sets a cookie that its owner can read and not change (WEB-36). Unless options say otherwise: for 30 days, `HttpOnly`,
   * `SameSite=Lax`, and `Secure` where the request came over TLS, which Tornado leaves to the application.
   */
  setSignedCookie(
    name: string,
    value: string | Uint8Array,
    { version, ...options }: CookieOptions & { readonly version?: number } = {},
  ): void {
    const signed = this.createSignedValue(name, value, version === undefined ? {} : { version });
    const secure = this.request.protocol === 'https';
    const defaults = { expiresDays: 30, httpOnly: true, sameSite: 'Lax', secure };
    this.setCookie(name, signed, { ...defaults, ...options });
  }

  /** The older name of `setSignedCookie`. */
  setSecureCookie(...args: Parameters<AnswerWriter['setSignedCookie']>): void {
    this.setSignedCookie(...args);
  }

  /** Signs a value under a name with the application's secret. @throws WebError `ERR_SETTING` */
  createSignedValue(
    name: string,
    value: string | Uint8Array,
    { version }: { readonly version?: number } = {},
  ): string {
    return sign(this.settings, name, value, version);
  }

  // The body.

  /**
   * Keeps a piece of the answer's body until `flush` or `finish`. A plain object goes out as JSON; bytes are the answer's
   * from here on (WEB-51, 69).
   * @throws WebError `ERR_FINISHED`; TypeError for arrays, which old browsers would run as scripts, and other values.
   */
  write(chunk: string | Uint8Array | object): void {
    const { response } = stateOf(this);
    if (response.isFinished) throw new WebError('ERR_FINISHED', 'Cannot write() after finish()');
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) {
      response.write(chunk);
      return;
    }
    if (!isPlainObject(chunk)) {
      const message = 'write() only accepts text, bytes, and plain objects';
      throw new TypeError(Array.isArray(chunk) ? `${message}: no lists, for security` : message);
    }
    this.setHeader('Content-Type', 'application/json; charset=UTF-8');
    response.write(jsonEncode(chunk));
  }

  /** Sends what was written so far, the head before it (WEB-52). Settled when more may be written. */
  flush(): Future<void> {
    return stateOf(this).response.flush(false);
  }

  /** Ends the answer. */
  abstract finish(chunk?: string | Uint8Array | object): Future<void>;

  /** Sends the client elsewhere: 302, 301 if permanent, or another status from 300 to 399; finishes (WEB-24). */
  redirect(
    url: string,
    {
      permanent = false,
      status = permanent ? 301 : 302,
    }: { readonly permanent?: boolean; readonly status?: number } = {},
  ): void {
    if (stateOf(this).response.isHeadSent) {
      throw new WebError('ERR_HEAD_SENT', 'Cannot redirect after headers have been written');
    }
    if (!(status >= 300 && status <= 399)) {
      throw new RangeError(`a redirect has a status from 300 to 399, not ${status}`);
    }
    this.setStatus(status);
    this.setHeader('Location', toLatin1(url));
    void this.finish();
  }

  /**
   * Takes the connection out of the framework's hands; this handler is finished (WEB-72).
   *
   * @param onDrain As for `HTTPConnection.detach`.
   */
  detach(onDrain?: DrainListener | (() => void)): Transport {
    stateOf(this).response.abandon();
    return this.request.connection.detach(onDrain);
  }

  /**
   * Answers 101 with the headers and cookies that were set, and takes the connection out of the framework's hands as `detach`
   * does: from here on it speaks the protocol that `Upgrade` names.
   */
  switchProtocols(onDrain?: DrainListener | (() => void)): Transport {
    const { response } = stateOf(this);
    response.transforms = NO_TRANSFORMS;
    response.setStatus(101, null);
    response.headers.delete('Content-Type');
    response.dropBody();
    void response.flush(false);
    return this.detach(onDrain);
  }

  // The entity tag.

  /** The Etag of what was written; null for none. */
  computeEtag(): string | null {
    return etagOf(stateOf(this).response.body);
  }

  /** Sets the Etag header to what `computeEtag` says. */
  setEtagHeader(): void {
    const etag = this.computeEtag();
    if (etag !== null) this.setHeader('Etag', etag);
  }

  /** Whether the client has what the Etag header stands for (WEB-56). */
  checkEtagHeader(): boolean {
    const known = this.request.headers.get('If-None-Match');
    if (known === undefined) return false;
    return matchesEtag(known, stateOf(this).response.headers.get('Etag', ''));
  }
}
