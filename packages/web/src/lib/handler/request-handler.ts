// The class that applications override. Owns: the names under which an application speaks about one request and its
// answer; each is a line or two, the work is in the functions it calls.
// Must not know: when it is called (request-run.ts), routing, static files.
// HOT: `pnpm bench http`
import { jsonEncode } from '@typhoon/escape';
import { Loader, type BaseLoader } from '@typhoon/template';
import { errorPage, stackText } from '../errors/error-page.ts';
import { etagOf, matchesEtag } from '../output/etag.ts';
import { answerWithError, logFailure } from '../errors/handler-failure.ts';
import { HandlerState } from './handler-state.ts';
import { headerText } from '../output/header-value.ts';
import { watchHook } from './hooks.ts';
import { HTTPError } from '../errors/http-error.ts';
import { isPlainObject } from './plain-object.ts';
import { toBuffer, toLatin1 } from '../octets.ts';
import { RequestReader } from './request-reader.ts';
import { requiredSetting } from './required-setting.ts';
import { clearingOptions, serializeCookie } from '../cookies/set-cookie.ts';
import { sign } from '../cookies/signed-cookies.ts';
import { templateNamespace } from '../templates/template-namespace.ts';
import { WebError } from '../errors/web-error.ts';
import { checkXsrf, xsrfField, xsrfText } from '../xsrf/xsrf.ts';
import type { Future } from '@typhoon/concurrent';
import type { HTTPServerRequest } from '@typhoon/httpserver';
import type { Transport } from '@typhoon/ioloop';
import type { ErrorInfo } from '../errors/error-page.ts';
import type { StaticUrlOptions } from './handler-options.ts';
import type { HandlerSettings } from './handler-settings.ts';
import type { HeaderValue } from '../output/header-value.ts';
import type { OutputTransformClass } from '../output/output-transform.ts';
import type { ClearCookieOptions, CookieOptions } from '../cookies/set-cookie.ts';

/** What a handler asks of its application. */
export interface HandlerApplication {
  /** The settings. */
  readonly settings: HandlerSettings;
  /** What changes answers on their way out, in this order. */
  readonly transforms: readonly OutputTransformClass[];
  /** The path that leads to a rule's name (WEB-92). @throws WebError `ERR_UNKNOWN_NAME` */
  reverseUrl(name: string, ...args: readonly unknown[]): string;
  /** Called when an answer is complete (WEB-64). */
  logRequest(handler: RequestHandler): void;
  /** The path of a static file (WEB-83). @throws WebError `ERR_SETTING` */
  makeStaticUrl(path: string, options: object): string;
  /** The loader of a folder, made once (WEB-73). */
  templateLoader(path: string, create: (path: string) => BaseLoader): BaseLoader;
}

/** For the functions of this package that work for a handler: its private side. */
export let stateOf: (handler: RequestHandler) => HandlerState;

/**
 * Answers one request. Override the methods of the HTTP verbs: each may answer at once, be `async`, a coroutine, or return a
 * future, a promise or a generator; when that is done, the answer is finished.
 *
 * ```ts no-run
 * class Hello extends RequestHandler {
 *   override get(name: string): void {
 *     this.write(`Hello, ${name}`)
 *   }
 * }
 * ```
 */
export class RequestHandler extends RequestReader {
  /** Methods that are not answered with 405; one that is not standard needs a method of its name in lower case (WEB-2). */
  static readonly SUPPORTED_METHODS: readonly string[] = [
    'GET',
    'HEAD',
    'POST',
    'DELETE',
    'PATCH',
    'PUT',
    'OPTIONS',
  ];
  /** Whether the body is handed over in pieces; see `@streamRequestBody`. */
  static readonly streamsRequestBody: boolean = false;

  /** The application that this handler belongs to. */
  readonly application: HandlerApplication;
  /** Whether static URLs name scheme and host. */
  includeHost = false;
  readonly #state: HandlerState;

  static {
    stateOf = (handler) => handler.#state;
  }

  /** The framework makes handlers; what a subclass has to set up belongs into `initialize`. */
  constructor(application: HandlerApplication, request: HTTPServerRequest) {
    const state = new HandlerState(request);
    super(request, state);
    this.application = application;
    this.#state = state;
  }

  /** Called first, with the options of the rule that led here; an empty object if it has none. */
  initialize(_options: object): unknown {
    return undefined;
  }

  /** Called before the verb's method, whichever it is; waited for. If it finishes the answer, the method is not called. */
  prepare(): unknown {
    return undefined;
  }

  /** Called when the answer is complete; must not write. */
  onFinish(): unknown {
    return undefined;
  }

  /** Called when the client goes while this handler is waiting; what it waits for is cancelled then, if it is a future. */
  onConnectionClose(): unknown {
    return undefined;
  }

  /** Called by `clear`: sets headers that also an error page has. */
  setDefaultHeaders(): void {
    // none
  }

  /** Answers GET. Gets the values of the path's unnamed groups, or one record of the named ones. */
  get(..._args: never[]): unknown {
    throw new HTTPError(405);
  }

  /** Answers HEAD: what is written is counted, not sent (WEB-10). */
  head(..._args: never[]): unknown {
    throw new HTTPError(405);
  }

  /** Answers POST. */
  post(..._args: never[]): unknown {
    throw new HTTPError(405);
  }

  /** Answers DELETE. */
  delete(..._args: never[]): unknown {
    throw new HTTPError(405);
  }

  /** Answers PATCH. */
  patch(..._args: never[]): unknown {
    throw new HTTPError(405);
  }

  /** Answers PUT. */
  put(..._args: never[]): unknown {
    throw new HTTPError(405);
  }

  /** Answers OPTIONS. */
  options(..._args: never[]): unknown {
    throw new HTTPError(405);
  }

  /** Takes a piece of the body, with `@streamRequestBody`. The bytes are borrowed; the next piece waits for what is returned. */
  dataReceived(_chunk: Buffer): unknown {
    throw new WebError('ERR_NOT_IMPLEMENTED', 'dataReceived must be overridden');
  }

  /** The application's settings. */
  override get settings(): HandlerSettings {
    return this.application.settings;
  }

  // The answer's head.

  /** Back to status 200, the default headers and nothing written (WEB-19). */
  clear(): void {
    this.#state.response.clear();
    this.setDefaultHeaders();
  }

  /** @param reason Default: the standard phrase (WEB-20, 21). @throws RangeError for what is no status from 100 to 999. */
  setStatus(statusCode: number, reason: string | null = null): void {
    this.#state.response.setStatus(statusCode, reason);
  }

  /** The answer's status. */
  getStatus(): number {
    return this.#state.response.statusCode;
  }

  /** Replaces a header (WEB-22, 23). @throws TypeError for a value of another kind; HTTPOutputError for an unsafe one. */
  setHeader(name: string, value: HeaderValue): void {
    this.#state.response.headers.set(name, headerText(value));
  }

  /** Adds a header to those of this name. Errors as for `setHeader`. */
  addHeader(name: string, value: HeaderValue): void {
    this.#state.response.headers.add(name, headerText(value));
  }

  /** Removes a header; one that is not there is no error. */
  clearHeader(name: string): void {
    this.#state.response.headers.delete(name);
  }

  // Cookies.

  /** Sets a cookie (WEB-29 to 33). @throws WebError `ERR_COOKIE` for what cannot be one. */
  setCookie(name: string, value: string | Uint8Array, options: CookieOptions = {}): void {
    const text = typeof value === 'string' ? value : toBuffer(value).toString();
    this.#state.response.setCookie(name, serializeCookie(name, text, options, Date.now()));
  }

  /** Makes the browser forget a cookie; the options must be those it was set with (WEB-34). */
  clearCookie(name: string, options: ClearCookieOptions = {}): void {
    this.setCookie(name, '', clearingOptions(options, Date.now()));
  }

  /** The same for all cookies that came. */
  clearAllCookies(options: ClearCookieOptions = {}): void {
    for (const name of this.cookies.keys()) this.clearCookie(name, options);
  }

  /** Sets a cookie that its owner can read and not change; for 30 days unless options say otherwise (WEB-36). */
  setSignedCookie(
    name: string,
    value: string | Uint8Array,
    { version, ...options }: CookieOptions & { readonly version?: number } = {},
  ): void {
    const signed = this.createSignedValue(name, value, version === undefined ? {} : { version });
    this.setCookie(name, signed, { expiresDays: 30, ...options });
  }

  /** The older name of `setSignedCookie`. */
  setSecureCookie(...args: Parameters<RequestHandler['setSignedCookie']>): void {
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

  // The answer's body, and its end.

  /**
   * Keeps a piece of the answer's body until `flush` or `finish`. A plain object goes out as JSON; bytes are the answer's
   * from here on (WEB-51, 69).
   * @throws WebError `ERR_FINISHED`; TypeError for arrays, which old browsers would run as scripts, and other values.
   */
  write(chunk: string | Uint8Array | object): void {
    const { response } = this.#state;
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
    return this.#state.response.flush(false);
  }

  /**
   * Ends the answer (WEB-53, 54): Etag and Content-Length are set if nothing was flushed before.
   * @returns Settled when the client keeps up; waiting for it is optional (WEB-70).
   * @throws WebError `ERR_FINISHED`, `ERR_NO_BODY`; HTTPOutputError where the body does not fit the head.
   */
  finish(chunk?: string | Uint8Array | object): Future<void> {
    const { response } = this.#state;
    if (response.isFinished) throw new WebError('ERR_FINISHED', 'finish() called twice');
    if (chunk !== undefined) this.write(chunk);
    if (!response.isHeadSent) {
      this.#settleEtag();
      response.settleLength();
    }
    const flushed = response.flush(true);
    response.end();
    this.application.logRequest(this);
    watchHook(this.onFinish());
    return flushed;
  }

  /** Sends the client elsewhere: 302, 301 if permanent, or another status from 300 to 399; finishes (WEB-24). */
  redirect(
    url: string,
    {
      permanent = false,
      status = permanent ? 301 : 302,
    }: { readonly permanent?: boolean; readonly status?: number } = {},
  ): void {
    if (this.#state.response.isHeadSent) {
      throw new WebError('ERR_HEAD_SENT', 'Cannot redirect after headers have been written');
    }
    if (!(status >= 300 && status <= 399)) {
      throw new RangeError(`a redirect has a status from 300 to 399, not ${status}`);
    }
    this.setStatus(status);
    this.setHeader('Location', toLatin1(url));
    void this.finish();
  }

  /** Takes the connection out of the framework's hands; this handler is finished (WEB-72). */
  detach(): Transport {
    this.#state.response.abandon();
    return this.request.connection.detach();
  }

  /** The Etag of what was written; null for none. */
  computeEtag(): string | null {
    return etagOf(this.#state.response.body);
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
    return matchesEtag(known, this.#state.response.headers.get('Etag', ''));
  }

  // Errors.

  /** Ends the answer with an error page (WEB-57). `info` is handed to `writeError`. */
  sendError(statusCode = 500, info: ErrorInfo = {}): void {
    answerWithError(this, this.#state, statusCode, info);
  }

  /** Writes an error page (WEB-58); `info.error` is there when something was thrown (WEB-66). */
  writeError(_statusCode: number, info: ErrorInfo): unknown {
    const { response } = this.#state;
    if (this.settings.serveTraceback === true && info.error !== undefined) {
      this.setHeader('Content-Type', 'text/plain');
      this.write(stackText(info.error));
    } else {
      this.write(errorPage(response.statusCode, response.reason));
    }
    return undefined;
  }

  /** Logs what a method of this handler threw (WEB-60, 61). */
  logException(error: unknown): void {
    logFailure(this, error);
  }

  // Users.

  /** Who asks; `getCurrentUser` is called once, or set it in `prepare` (WEB-81). */
  get currentUser(): unknown {
    this.#state.currentUser ??= { user: this.getCurrentUser() };
    return this.#state.currentUser.user;
  }

  set currentUser(user: unknown) {
    this.#state.currentUser = { user };
  }

  /** Says who asks, from a signed cookie for instance; null for nobody. */
  getCurrentUser(): unknown {
    return null;
  }

  /** Where those are sent who are not logged in. @throws WebError `ERR_SETTING` */
  getLoginUrl(): string {
    return requiredSetting(this.settings, 'loginUrl', '@authenticated');
  }

  /** The XSRF token as this answer shows it; sets the cookie if the request has none (WEB-44, 46). */
  get xsrfToken(): string {
    return xsrfText(this, this.#state);
  }

  /** Called before `prepare` for methods that may change something. @throws HTTPError 403 (WEB-42) */
  checkXsrfCookie(): void {
    checkXsrf(this, this.#state);
  }

  /** The hidden field that every form needs with the `xsrfCookies` setting (WEB-48). */
  xsrfFormHtml(): string {
    return xsrfField(this.xsrfToken);
  }

  // Templates and paths.

  /** Renders a template as the rest of the answer. Errors as for `renderString` and `finish`. */
  render(templateName: string, namespace: object = {}): Future<void> {
    if (this.#state.response.isFinished) {
      throw new WebError('ERR_FINISHED', 'Cannot render() after finish()');
    }
    return this.finish(this.renderString(templateName, namespace));
  }

  /** Renders a template. @throws WebError `ERR_SETTING` without a folder of templates; what the template throws. */
  renderString(templateName: string, namespace: object = {}): Buffer {
    const path = this.getTemplatePath() ?? (this.settings.templateLoader ? '' : null);
    const root = path ?? requiredSetting(this.settings, 'templatePath', 'templates');
    const loader = this.application.templateLoader(root, (folder) =>
      this.createTemplateLoader(folder),
    );
    const names = { ...this.getTemplateNamespace(), ...namespace };
    return toBuffer(loader.load(templateName).generate(names));
  }

  /** The names that templates know; override to add some (WEB-74). */
  getTemplateNamespace(): Record<string, unknown> {
    return templateNamespace(this);
  }

  /** The folder of the templates; null for none. */
  getTemplatePath(): string | null {
    return this.settings.templatePath ?? null;
  }

  /** Makes the loader of a folder; called once a folder (WEB-73). */
  createTemplateLoader(path: string): BaseLoader {
    const { templateLoader, autoescape, templateWhitespace } = this.settings;
    if (templateLoader !== undefined) return templateLoader;
    return new Loader(path, {
      ...(autoescape === undefined ? {} : { autoescape }),
      ...(templateWhitespace === undefined ? {} : { whitespace: templateWhitespace }),
    });
  }

  /** The path of a static file, with a hash of its content (WEB-83). @throws WebError `ERR_SETTING` without a folder of them. */
  staticUrl(
    path: string,
    { includeHost = this.includeHost, ...options }: StaticUrlOptions = {},
  ): string {
    const url = this.application.makeStaticUrl(path, options);
    return includeHost ? `${this.request.protocol}://${this.request.host}${url}` : url;
  }

  /** The path that leads to a rule's name. @throws WebError `ERR_UNKNOWN_NAME` (WEB-92) */
  reverseUrl(name: string, ...args: readonly unknown[]): string {
    return this.application.reverseUrl(name, ...args);
  }

  /** @throws WebError `ERR_SETTING`, naming the setting and what needs it, when it is not there. */
  requireSetting(name: keyof HandlerSettings, feature = 'this feature'): void {
    requiredSetting(this.settings, name, feature);
  }

  /** WEB-54. */
  #settleEtag(): void {
    const { response } = this.#state;
    const { method } = this.request;
    if (response.statusCode !== 200 || (method !== 'GET' && method !== 'HEAD')) return;
    if (!response.headers.has('Etag')) this.setEtagHeader();
    if (!this.checkEtagHeader()) return;
    response.dropBody();
    this.setStatus(304);
  }
}
