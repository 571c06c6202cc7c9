// The class that applications override. Owns: the names under which an application speaks about one request and its
// answer; each is a line or two, the work is in the functions it calls.
// Must not know: when it is called (request-run.ts), routing, static files.
// HOT: `pnpm bench http`
import { jsonEncode } from '@typhoon/escape';
import { ArgumentsError } from '../arguments/arguments-error.ts';
import { errorPage, stackText } from '../errors/error-page.ts';
import { answerWithError, logFailure } from '../errors/handler-failure.ts';
import { HTTPError } from '../errors/http-error.ts';
import { WebError } from '../errors/web-error.ts';
import { PageWriter } from '../templates/page-writer.ts';
import { checkXsrf, xsrfField, xsrfText } from '../xsrf/xsrf.ts';
import { watchHook } from './hooks.ts';
import { stateOf } from './request-reader.ts';
import { requiredSetting } from './required-setting.ts';
import type { Future } from '@typhoon/concurrent';
import type { HTTPServerRequest } from '@typhoon/httpserver';
import type { ErrorInfo } from '../errors/error-page.ts';
import type { ApplicationOf } from './handler-application.ts';
import type { HandlerSettings } from './handler-settings.ts';

/** What a handler asks of its application. */
export type HandlerApplication = ApplicationOf<RequestHandler>;

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
export class RequestHandler extends PageWriter {
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
  /** Whether these handlers are cancelled when nobody will get their answer; null: as the application's setting says. */
  static readonly cancelOnDisconnect: boolean | null = null;
  /** Whether the handler asks for the pieces itself; see `@streamRequestBody({ pull: true })`. */
  static readonly pullsRequestBody: boolean = false;

  /** The application that this handler belongs to. */
  override readonly application: HandlerApplication;

  /** The framework makes handlers; what a subclass has to set up belongs into `initialize`. */
  constructor(application: HandlerApplication, request: HTTPServerRequest) {
    super(request);
    this.application = application;
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

  /** Called when the client goes while this handler is waiting; see `@cancelOnDisconnect`. */
  onConnectionClose(): unknown {
    return undefined;
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

  /**
   * Ends the answer (WEB-53, 54): Etag and Content-Length are set if nothing was flushed before.
   * @returns Settled when the client keeps up; waiting for it is optional (WEB-70).
   * @throws WebError `ERR_FINISHED`, `ERR_NO_BODY`; HTTPOutputError where the body does not fit the head.
   */
  override finish(chunk?: string | Uint8Array | object): Future<void> {
    const { response } = stateOf(this);
    if (response.isFinished) throw new WebError('ERR_FINISHED', 'finish() called twice');
    if (chunk !== undefined) this.write(chunk);
    if (!response.isHeadSent) {
      this.#settleEtag();
      response.settleLength();
    }
    const flushed = response.flush(true);
    response.end();
    stateOf(this).isAnswered = true;
    this.application.logRequest(this);
    watchHook(this.onFinish());
    return flushed;
  }

  // Errors.

  /** Ends the answer with an error page (WEB-57). `info` is handed to `writeError`. */
  sendError(statusCode = 500, info: ErrorInfo = {}): void {
    answerWithError(this, stateOf(this), statusCode, info);
  }

  /** Writes an error page (WEB-58); `info.error` is there when something was thrown (WEB-66). Faults of `@args` are told as JSON. */
  writeError(_statusCode: number, info: ErrorInfo): unknown {
    const { response } = stateOf(this);
    if (info.error instanceof ArgumentsError) {
      this.setHeader('Content-Type', 'application/problem+json');
      this.write(jsonEncode(info.error.toProblem()));
    } else if (this.settings.serveTraceback === true && info.error !== undefined) {
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
  override get currentUser(): unknown {
    const state = stateOf(this);
    state.currentUser ??= { user: this.getCurrentUser() };
    return state.currentUser.user;
  }

  override set currentUser(user: unknown) {
    stateOf(this).currentUser = { user };
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
    return xsrfText(this, stateOf(this));
  }

  /** Called before `prepare` for methods that may change something. @throws HTTPError 403 (WEB-42) */
  checkXsrfCookie(): void {
    checkXsrf(this, stateOf(this));
  }

  /** The hidden field that every form needs with the `xsrfCookies` setting (WEB-48). */
  override xsrfFormHtml(): string {
    return xsrfField(this.xsrfToken);
  }

  /** @throws WebError `ERR_SETTING`, naming the setting and what needs it, when it is not there. */
  requireSetting(name: keyof HandlerSettings, feature = 'this feature'): void {
    requiredSetting(this.settings, name, feature);
  }

  /** WEB-54. */
  #settleEtag(): void {
    const { response } = stateOf(this);
    const { method } = this.request;
    if (response.statusCode !== 200 || (method !== 'GET' && method !== 'HEAD')) return;
    if (!response.headers.has('Etag')) this.setEtagHeader();
    if (!this.checkEtagHeader()) return;
    response.dropBody();
    this.setStatus(304);
  }
}
