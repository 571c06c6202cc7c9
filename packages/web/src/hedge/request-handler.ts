// The base of all handlers: one request, one answer. Owns: the answer's state, and what may be called when.
// Must not know: how cookies, tokens, etags, error pages and templates work; those are pieces that it calls.
// HOT: `pnpm bench http`
import { Future } from '@typhoon/concurrent';
import { HTTPHeaders, formatTimestamp, responses } from '@typhoon/http1';
import { decodeUtf8, readArguments } from './arguments.ts';
import { formatCookie, type CookieOptions } from './cookie-writer.ts';
import { setStandardHeaders } from './default-headers.ts';
import { errorPage, type ErrorInfo } from './error-page.ts';
import { etagOf, matchesEtag } from './etag.ts';
import { Finish, HTTPError, MissingArgumentError, WebError } from './http-error.ts';
import { logRequestError } from './request-log.ts';
import {
  createSignedValue,
  decodeSignedValue,
  type DecodeSignedValueOptions,
} from './signed-value.ts';
import { renderTemplate } from './template-rendering.ts';
import { staticUrl, type StaticUrlOptions } from './static-url.ts';
import { XsrfGuard } from './xsrf-guard.ts';
import type { Application } from './application.ts';
import type { ApplicationSettings } from './settings.ts';
import type { ArgumentMap, HTTPFile } from '@typhoon/http1';
import type { HTTPServerRequest } from '@typhoon/httpserver';

/** How one argument is read. */
export interface ArgumentOptions<D> {
  /** In place of an argument that is missing. Without it that is an error. */
  readonly default?: D;
  /** Whether white space around it goes. Default true. */
  readonly strip?: boolean;
}

/** How a signed cookie is written. */
export interface SignedCookieOptions extends CookieOptions {
  /** Format 1 or 2. Default 2. */
  readonly version?: number;
}

/** What a redirect says. */
export interface RedirectOptions {
  /** 301 in place of 302. Default false. */
  readonly permanent?: boolean;
  /** 300 to 399, in place of both. */
  readonly status?: number;
}

/** A class of handlers, as routes name it. */
export type HandlerClass = new (
  application: Application,
  request: HTTPServerRequest,
) => RequestHandler;

const DONE = Future.resolved<void>(undefined);
/** Codes whose answers have no body (WEB-55). */
const hasNoBody = (status: number): boolean =>
  status === 204 || status === 304 || (status >= 100 && status < 200);

/** Handles one request; subclasses say what `get`, `post` and the others do. */
export class RequestHandler {
  /** Methods that can be answered at all (WEB-2). */
  static readonly SUPPORTED_METHODS: readonly string[] = [
    'GET',
    'HEAD',
    'POST',
    'DELETE',
    'PATCH',
    'PUT',
    'OPTIONS',
  ];
  /** The application that the rule belongs to. */
  readonly application: Application;
  /** The request. */
  readonly request: HTTPServerRequest;
  /** What the path's positional groups captured, decoded (WEB-5). */
  pathArgs: readonly (string | null)[] = [];
  /** What the path's named groups captured, decoded; null when there are none. */
  pathKwargs: Readonly<Record<string, string | null>> | null = null;
  #headers = new HTTPHeaders();
  #status = 200;
  #reason: string | undefined;
  #text = '';
  #chunks: Uint8Array[] | null = null;
  #headersWritten = false;
  #finished = false;
  #autoFinish = true;
  #newCookies: Map<string, string> | null = null;
  #currentUser: unknown;
  #isUserKnown = false;
  #xsrf: XsrfGuard | null = null;

  constructor(application: Application, request: HTTPServerRequest) {
    this.application = application;
    this.request = request;
    this.clear();
  }

  /** Called once with the rule's options, before anything else. */
  initialize(_options: object): void {
    // nothing by default
  }

  /** Called before the method; may finish the request. A promise, future or generator is waited for. */
  prepare(): unknown {
    return undefined;
  }

  /** Called after the answer was handed over; must not write (WEB-7). */
  onFinish(): void {
    // nothing by default
  }

  /** The client has gone while the handler was still waiting (WEB-8). */
  onConnectionClose(): void {
    // nothing by default
  }

  /** Answers GET. What it returns is waited for. */
  get(..._args: never[]): unknown {
    throw new HTTPError(405);
  }

  /** Answers HEAD; GET does not stand in for it (WEB-10). */
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

  /** The application's settings. */
  get settings(): ApplicationSettings {
    return this.application.settings;
  }

  // The answer's head.

  /** Forgets everything of the answer so far: status 200 and the standard headers (WEB-19). */
  clear(): void {
    this.#headers = new HTTPHeaders();
    this.#status = 200;
    this.#reason = undefined;
    this.#text = '';
    this.#chunks = null;
    setStandardHeaders(this.#headers);
    this.setDefaultHeaders();
  }

  /** Called when an answer begins; sets headers that all answers of this handler have. */
  setDefaultHeaders(): void {
    // nothing by default
  }

  /** Sets the status; the reason is the standard one unless given (WEB-20). */
  setStatus(status: number, reason?: string): void {
    if (!Number.isInteger(status) || status < 100 || status > 999) {
      throw new RangeError(`a status is an integer from 100 to 999, not ${status}`);
    }
    this.#status = status;
    this.#reason = reason;
  }

  /** The status. */
  getStatus(): number {
    return this.#status;
  }

  /** Replaces a header. @throws HTTPOutputError `ERR_INVALID_HEADER` (WEB-22). */
  setHeader(name: string, value: string | number | Date): void {
    this.#headers.set(name, headerText(value));
  }

  /** Adds a header. Errors as for `setHeader`. */
  addHeader(name: string, value: string | number | Date): void {
    this.#headers.add(name, headerText(value));
  }

  /** Removes a header; cookies are kept apart (WEB-23). */
  clearHeader(name: string): void {
    this.#headers.delete(name);
  }

  /** Sends the client elsewhere and finishes (WEB-24). @throws WebError `ERR_HEADERS_WRITTEN`; RangeError for the status. */
  redirect(
    url: string,
    { permanent = false, status = permanent ? 301 : 302 }: RedirectOptions = {},
  ): void {
    if (this.#headersWritten)
      throw new WebError('ERR_HEADERS_WRITTEN', 'Cannot redirect after headers have been written');
    if (status < 300 || status > 399)
      throw new RangeError(`a redirect has a status from 300 to 399, not ${status}`);
    this.setStatus(status);
    this.setHeader('Location', Buffer.from(url).toString('latin1'));
    void this.finish();
  }

  // Arguments.

  /** Text of bytes from a path, query or form: strict UTF-8. @throws HTTPError 400. */
  decodeArgument(value: Uint8Array, name?: string): string {
    return decodeUtf8(value, name);
  }

  /** The last value of an argument, from body then query. @throws MissingArgumentError without a default (WEB-25). */
  getArgument(name: string, options?: ArgumentOptions<string>): string;
  getArgument<D>(name: string, options: ArgumentOptions<D>): string | D;
  getArgument(name: string, options: ArgumentOptions<unknown> = {}): unknown {
    return this.#last(this.request.arguments, name, options);
  }

  /** As `getArgument`, from the query alone. */
  getQueryArgument(name: string, options?: ArgumentOptions<string>): string;
  getQueryArgument<D>(name: string, options: ArgumentOptions<D>): string | D;
  getQueryArgument(name: string, options: ArgumentOptions<unknown> = {}): unknown {
    return this.#last(this.request.queryArguments, name, options);
  }

  /** As `getArgument`, from the body alone. */
  getBodyArgument(name: string, options?: ArgumentOptions<string>): string;
  getBodyArgument<D>(name: string, options: ArgumentOptions<D>): string | D;
  getBodyArgument(name: string, options: ArgumentOptions<unknown> = {}): unknown {
    return this.#last(this.request.bodyArguments, name, options);
  }

  /** All values of an argument, those of the query first. */
  getArguments(name: string, { strip = true }: { readonly strip?: boolean } = {}): string[] {
    return this.#all(this.request.arguments, name, strip);
  }

  /** As `getArguments`, from the query alone. */
  getQueryArguments(name: string, { strip = true }: { readonly strip?: boolean } = {}): string[] {
    return this.#all(this.request.queryArguments, name, strip);
  }

  /** As `getArguments`, from the body alone. */
  getBodyArguments(name: string, { strip = true }: { readonly strip?: boolean } = {}): string[] {
    return this.#all(this.request.bodyArguments, name, strip);
  }

  /** Files of a form, by field name. */
  get files(): Map<string, HTTPFile[]> {
    return this.request.files;
  }

  // Cookies.

  /** A cookie that the client sent (WEB-35). */
  getCookie(name: string): string | undefined;
  getCookie(name: string, fallback: string): string;
  getCookie(name: string, fallback?: string): string | undefined {
    return this.request.cookies.get(name) ?? fallback;
  }

  /** Sets a cookie; goes out with the answer (WEB-29). @throws WebError `ERR_INVALID_COOKIE`. */
  setCookie(name: string, value: string, options: CookieOptions = {}): void {
    this.#newCookies ??= new Map();
    this.#newCookies.set(name, formatCookie(name, value, options));
  }

  /** Makes the client forget a cookie; path and domain must be those it was set with (WEB-34). */
  clearCookie(
    name: string,
    options: Omit<CookieOptions, 'expires' | 'expiresDays' | 'maxAge'> = {},
  ): void {
    this.setCookie(name, '', { ...options, expires: new Date(Date.now() - 365 * 86_400_000) });
  }

  /** Makes the client forget all cookies that it sent. */
  clearAllCookies(options: Omit<CookieOptions, 'expires' | 'expiresDays' | 'maxAge'> = {}): void {
    for (const name of this.request.cookies.keys()) this.clearCookie(name, options);
  }

  /** Signs text or bytes under a name with the `cookieSecret`. @throws WebError `ERR_MISSING_SETTING`. */
  createSignedValue(
    name: string,
    value: string | Uint8Array,
    { version }: { readonly version?: number } = {},
  ): string {
    const secret = this.requireSetting('cookieSecret', 'signed cookies');
    const { keyVersion } = this.settings;
    return createSignedValue(secret, name, value, {
      ...(version === undefined ? {} : { version }),
      ...(keyVersion === undefined ? {} : { keyVersion }),
    });
  }

  /** Sets a cookie that cannot be forged; for 30 days unless told otherwise. */
  setSignedCookie(
    name: string,
    value: string | Uint8Array,
    options: SignedCookieOptions = {},
  ): void {
    const { version, ...cookie } = { expiresDays: 30, ...options };
    this.setCookie(
      name,
      this.createSignedValue(name, value, version === undefined ? {} : { version }),
      cookie,
    );
  }

  /** The bytes of a signed cookie, or null when it is absent, forged or too old (WEB-40). */
  getSignedCookie(
    name: string,
    options: DecodeSignedValueOptions & { readonly value?: string } = {},
  ): Buffer | null {
    const secret = this.requireSetting('cookieSecret', 'signed cookies');
    return decodeSignedValue(secret, name, options.value ?? this.getCookie(name), options);
  }

  // Output.

  /**
   * Adds to the answer: text, bytes, or a record as JSON. It goes out at `flush` or `finish`.
   * @throws WebError `ERR_FINISHED`, `ERR_INVALID_WRITE` for lists and everything else (WEB-51).
   */
  write(chunk: string | Uint8Array | object): void {
    if (this.#finished) throw new WebError('ERR_FINISHED', 'Cannot write() after finish()');
    if (typeof chunk === 'string') {
      if (this.#chunks === null) this.#text += chunk;
      else this.#chunks.push(Buffer.from(chunk));
      return;
    }
    if (chunk instanceof Uint8Array) {
      this.#settleText().push(chunk);
      return;
    }
    if (typeof chunk !== 'object' || chunk === null || Array.isArray(chunk)) {
      const message =
        'write() takes text, bytes and records; lists are refused for the safety of old browsers: wrap them';
      throw new WebError('ERR_INVALID_WRITE', message);
    }
    this.setHeader('Content-Type', 'application/json; charset=UTF-8');
    this.write(JSON.stringify(chunk).replaceAll('</', '<\\/'));
  }

  /** Sends what was written so far; the answer is settled when the client can take more (WEB-52). */
  flush(): Future<void> {
    return this.#send(this.#takeBody());
  }

  /** Ends the answer. @throws WebError `ERR_FINISHED` when it has ended (WEB-53). */
  finish(chunk?: string | Uint8Array | object): Future<void> {
    if (this.#finished) throw new WebError('ERR_FINISHED', 'finish() called twice');
    if (chunk !== undefined) this.write(chunk);
    let body = this.#takeBody();
    if (!this.#headersWritten) body = this.#completeHead(body);
    const sent = this.#send(body);
    this.request.connection.finish();
    this.#finished = true;
    this.application.logRequest(this);
    this.onFinish();
    return sent;
  }

  /** Whether the answer has ended. */
  get isFinished(): boolean {
    return this.#finished;
  }

  /** Whether the head has gone out. */
  get areHeadersWritten(): boolean {
    return this.#headersWritten;
  }

  /** The method's end does not end the request: something else will call `finish`. For the callback style. */
  disableAutoFinish(): void {
    this.#autoFinish = false;
  }

  /** For the dispatcher: ends the request unless the handler has or will. */
  finishUnlessDone(): void {
    if (!this.#finished && this.#autoFinish) void this.finish();
  }

  /** For handlers that pass the request on: it is somebody else's to answer. */
  markFinished(): void {
    this.#finished = true;
    this.onFinish();
  }

  // Errors.

  /** Answers with an error page (WEB-57). After the head went out, only ends the request. */
  sendError(status = 500, info: ErrorInfo = {}): void {
    if (this.#headersWritten) {
      logRequestError(this, 'Cannot send error response after headers written', info.error);
      if (!this.#finished) this.#abandon();
      return;
    }
    this.clear();
    const reason = info.error instanceof HTTPError ? (info.error.reason ?? undefined) : info.reason;
    this.setStatus(status, reason);
    try {
      this.writeError(status, info);
    } catch (error) {
      logRequestError(this, 'Uncaught exception in write_error', error);
    }
    if (!this.#finished) void this.finish();
  }

  /** Writes the error page; override it for your own (WEB-58). */
  writeError(status: number, info: ErrorInfo): void {
    const isTraceShown = this.settings.serveTraceback ?? this.settings.debug ?? false;
    const { contentType, text } = errorPage(
      status,
      this.#reason ?? responses.get(status) ?? 'Unknown',
      info.error,
      isTraceShown,
    );
    this.setHeader('Content-Type', contentType);
    void this.finish(text);
  }

  /** Logs what went wrong; override it to log elsewhere (WEB-60, 61). */
  logException(error: unknown): void {
    logRequestError(this, null, error);
  }

  // Templates and URLs.

  /** Renders a template and finishes the request with it. */
  render(name: string, names: Readonly<Record<string, unknown>> = {}): Future<void> {
    if (this.#finished) throw new WebError('ERR_FINISHED', 'Cannot render() after finish()');
    return this.finish(this.renderString(name, names));
  }

  /** A template's text with these names, as UTF-8. */
  renderString(name: string, names: Readonly<Record<string, unknown>> = {}): Buffer {
    return renderTemplate(this, name, names);
  }

  /** Names that templates know besides those given; override it to add some (WEB-74). */
  getTemplateNamespace(): Record<string, unknown> {
    return {};
  }

  /** The path of the rule with this name (WEB-92). */
  reverseUrl(name: string, ...args: readonly unknown[]): string {
    return this.application.reverseUrl(name, ...args);
  }

  /** The URL of a static file, with its fingerprint (WEB-83). */
  staticUrl(path: string, options: StaticUrlOptions = {}): string {
    return staticUrl(this, path, options);
  }

  /** A setting that must be there. @throws WebError `ERR_MISSING_SETTING`. */
  requireSetting<N extends keyof ApplicationSettings>(
    name: N,
    feature = 'this feature',
  ): NonNullable<ApplicationSettings[N]> {
    const value = this.settings[name];
    if (value !== undefined && value !== null) return value;
    throw new WebError(
      'ERR_MISSING_SETTING',
      `You must define the '${name}' setting in your application to use ${feature}`,
    );
  }

  // Users and tokens.

  /** Who is asking: what `getCurrentUser` says, asked once (WEB-81). */
  get currentUser(): unknown {
    if (!this.#isUserKnown) this.currentUser = this.getCurrentUser();
    return this.#currentUser;
  }

  set currentUser(user: unknown) {
    this.#currentUser = user;
    this.#isUserKnown = true;
  }

  /** Override it to say who is asking; null for nobody. */
  getCurrentUser(): unknown {
    return null;
  }

  /** Where `@authenticated` sends those who are not. @throws WebError `ERR_MISSING_SETTING`. */
  getLoginUrl(): string {
    return this.requireSetting('loginUrl', '@authenticated');
  }

  /** The token for forms of this client; reading it sets the cookie (WEB-46). */
  get xsrfToken(): string {
    return this.#guard().token();
  }

  /** A hidden input with the token (WEB-48). */
  xsrfFormHtml(): string {
    return this.#guard().formHtml();
  }

  /** Refuses a request without its token; override it to opt out (WEB-49). @throws HTTPError 403. */
  checkXsrfCookie(): void {
    this.#guard().check();
  }

  #guard(): XsrfGuard {
    this.#xsrf ??= new XsrfGuard(this);
    return this.#xsrf;
  }

  #last(args: ArgumentMap, name: string, options: ArgumentOptions<unknown>): unknown {
    const value = this.#all(args, name, options.strip ?? true).at(-1);
    if (value !== undefined) return value;
    if ('default' in options) return options.default;
    throw new MissingArgumentError(name);
  }

  #all(args: ArgumentMap, name: string, strip: boolean): string[] {
    return readArguments(args, name, strip, (value, about) => this.decodeArgument(value, about));
  }

  #settleText(): Uint8Array[] {
    if (this.#chunks === null) {
      this.#chunks = this.#text === '' ? [] : [Buffer.from(this.#text)];
      this.#text = '';
    }
    return this.#chunks;
  }

  #takeBody(): string | Uint8Array {
    const chunks = this.#chunks;
    const text = this.#text;
    this.#text = '';
    this.#chunks = null;
    if (chunks === null) return text;
    return chunks.length === 1 ? (chunks[0] ?? '') : Buffer.concat(chunks);
  }

  /** Etag, 304 and Content-Length of an answer that is complete (WEB-54, 55). Gives the body that goes out. */
  #completeHead(body: string | Uint8Array): string | Uint8Array {
    const { method } = this.request;
    if (this.#status === 200 && (method === 'GET' || method === 'HEAD')) {
      if (!this.#headers.has('Etag')) {
        const etag = this.computeEtag(body);
        if (etag !== null) this.#headers.set('Etag', etag);
      }
      if (matchesEtag(this.request.headers.get('If-None-Match'), this.#headers.get('Etag'))) {
        this.setStatus(304);
        body = '';
      }
    }
    if (hasNoBody(this.#status)) {
      if (body.length > 0)
        throw new WebError('ERR_BODY_NOT_ALLOWED', `Cannot send body with ${this.#status}`);
      for (const name of ['Content-Type', 'Content-Encoding', 'Content-Language'])
        this.#headers.delete(name);
    } else if (!this.#headers.has('Content-Length')) {
      const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
      this.#headers.set('Content-Length', String(length));
    }
    return body;
  }

  /** The etag of an answer; null for none. Override it for cheaper ones. */
  computeEtag(body: string | Uint8Array): string | null {
    return etagOf(body);
  }

  #send(body: string | Uint8Array): Future<void> {
    const { connection, method } = this.request;
    const chunk = method === 'HEAD' ? '' : body;
    if (this.#headersWritten) return chunk.length === 0 ? DONE : connection.write(chunk);
    this.#headersWritten = true;
    if (this.#newCookies !== null) {
      for (const cookie of this.#newCookies.values()) this.#headers.add('Set-Cookie', cookie);
    }
    const startLine =
      this.#reason === undefined
        ? { code: this.#status }
        : { code: this.#status, reason: this.#reason };
    return connection.writeHeaders(startLine, this.#headers, chunk);
  }

  /** An answer that broke off: the connection's end tells the client so. */
  #abandon(): void {
    this.#finished = true;
    this.request.connection.detach().abort();
  }
}

function headerText(value: string | number | Date): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return formatTimestamp(value);
  if (Number.isInteger(value)) return String(value);
  throw new TypeError(`a header's value is text, a whole number or a date, not ${String(value)}`);
}
