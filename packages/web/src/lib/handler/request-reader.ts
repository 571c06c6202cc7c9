// What a handler reads of its request. Owns: path groups, arguments and cookies under Tornado's names.
// Must not know: the answer.
import { multipartBoundary, type MultipartLimits } from '@typhoon/http1';
import { HTTPServerRequest, type RestingRequest } from '@typhoon/httpserver';
import { cleanArgument, decodeUtf8 } from './argument-text.ts';
import { argumentValues } from './handler-arguments.ts';
import { HandlerState } from './handler-state.ts';
import { MissingArgumentError } from '../errors/http-error.ts';
import { verify } from '../cookies/signed-cookies.ts';
import { piecesOf } from '../uploads/body-stream.ts';
import { uploadParts } from '../uploads/upload-parts.ts';
import { getSignatureKeyVersion } from '../cookies/signed-value.ts';
import type { ArgumentSource } from './handler-arguments.ts';
import type {
  ArgumentOptions,
  DefaultedArgumentOptions,
  SignedCookieOptions,
} from './handler-options.ts';
import type { UploadPart } from '../uploads/upload-part.ts';
import type { HandlerSettings } from './handler-settings.ts';

/** For the functions of this package that work for a handler: its private side. */
export let stateOf: (handler: RequestReader) => HandlerState;

/** The reading half of a request handler. */
export abstract class RequestReader {
  /** Null while it rests; see `releaseRequest`. */
  #request: HTTPServerRequest | null;
  #resting: RestingRequest | null = null;
  #state: HandlerState | null;

  static {
    stateOf = (handler) => (handler.#state ??= HandlerState.behindUpgrade(handler.request));
  }

  constructor(request: HTTPServerRequest) {
    this.#request = request;
    this.#state = new HandlerState(request);
  }

  /** The request. */
  get request(): HTTPServerRequest {
    return this.#request ?? this.#wakeRequest();
  }

  /**
   * Behind `switchProtocols`, for handlers that live long: keeps of the request what it can be made of again, when somebody asks
   * for it. The request is another object then, and arguments and cookies are parsed once more.
   */
  protected releaseRequest(): void {
    this.#resting ??= this.#request?.rest() ?? null;
    if (this.#resting === null) return;
    this.#request = null;
    if (this.#state?.isBlank === true) this.#state = null;
  }

  #wakeRequest(): HTTPServerRequest {
    const resting = this.#resting;
    if (resting === null) throw new Error('a handler without a request');
    this.#resting = null;
    this.#request = new HTTPServerRequest(resting.head, resting.connection());
    return this.#request;
  }

  /** The application's settings. */
  abstract get settings(): HandlerSettings;

  /** Values of the path's unnamed groups; null for one that took no part (WEB-17). */
  get pathArgs(): readonly (string | null)[] {
    return stateOf(this).pathArgs;
  }

  /** Values of the path's named groups; null for one that took no part. */
  get pathKwargs(): Readonly<Record<string, string | null>> {
    return stateOf(this).pathKwargs;
  }

  /**
   * The last value of an argument, of the form if it is there, else of the query (WEB-25 to 28).
   * @throws MissingArgumentError when there is none and no default; HTTPError 400 for what is no UTF-8 or no valid form.
   */
  getArgument(name: string, options?: ArgumentOptions): string;
  getArgument<D>(name: string, options: DefaultedArgumentOptions<D>): string | D;
  getArgument<D>(name: string, options: Partial<DefaultedArgumentOptions<D>> = {}): string | D {
    return this.#argument('both', name, options);
  }

  /** As `getArgument`, of the query alone. */
  getQueryArgument(name: string, options?: ArgumentOptions): string;
  getQueryArgument<D>(name: string, options: DefaultedArgumentOptions<D>): string | D;
  getQueryArgument<D>(
    name: string,
    options: Partial<DefaultedArgumentOptions<D>> = {},
  ): string | D {
    return this.#argument('query', name, options);
  }

  /** As `getArgument`, of the form alone. */
  getBodyArgument(name: string, options?: ArgumentOptions): string;
  getBodyArgument<D>(name: string, options: DefaultedArgumentOptions<D>): string | D;
  getBodyArgument<D>(name: string, options: Partial<DefaultedArgumentOptions<D>> = {}): string | D {
    return this.#argument('body', name, options);
  }

  /** All values of an argument, the query's before the form's; perhaps none. */
  getArguments(name: string, options: ArgumentOptions = {}): string[] {
    return this.#arguments('both', name, options);
  }

  /** As `getArguments`, of the query alone. */
  getQueryArguments(name: string, options: ArgumentOptions = {}): string[] {
    return this.#arguments('query', name, options);
  }

  /** As `getArguments`, of the form alone. */
  getBodyArguments(name: string, options: ArgumentOptions = {}): string[] {
    return this.#arguments('body', name, options);
  }

  /** Turns an argument's bytes into text; `name` is null for a part of the path. @throws HTTPError 400 for what is no UTF-8. */
  decodeArgument(value: Uint8Array, name: string | null = null): string {
    return decodeUtf8(value, name ?? 'url');
  }

  /**
   * The body in pieces, each the taker's own, as they come: with `@streamRequestBody({ pull: true })` while the client is still
   * sending. What is not taken when the answer is finished is dropped. Rejects with TransportError `ERR_TRANSPORT_CLOSED` when
   * the client is gone.
   */
  bodyChunks(): AsyncIterableIterator<Buffer, undefined> {
    return stateOf(this).body ?? piecesOf(this.request.body);
  }

  /**
   * The fields and files of a multipart form, one after another as they come; see `bodyChunks`. A part that is not read is
   * passed over. Rejects with HTTPInputError: 413 for what is too large, as soon as it is, and 400 for what is no form.
   * @throws HTTPInputError 400 for another Content-Type.
   */
  parts(limits?: MultipartLimits): AsyncGenerator<UploadPart, void, undefined> {
    const boundary = multipartBoundary(this.request.headers.get('Content-Type', ''));
    return uploadParts(boundary, this.bodyChunks(), limits);
  }

  /** The cookies that came, by name. */
  get cookies(): ReadonlyMap<string, string> {
    return this.request.cookies;
  }

  /** A cookie that came; one set in this answer is not seen (WEB-35). */
  getCookie(name: string): string | null;
  getCookie<D>(name: string, fallback: D): string | D;
  getCookie<D>(name: string, fallback: D | null = null): string | D | null {
    return this.request.cookies.get(name) ?? fallback;
  }

  /** The bytes of a signed cookie; null unless we signed it not too long ago (WEB-39, 40). @throws WebError `ERR_SETTING` */
  getSignedCookie(
    name: string,
    { value = this.getCookie(name), ...options }: SignedCookieOptions = {},
  ): Buffer | null {
    return verify(this.settings, name, value, options);
  }

  /** Which secret a signed cookie says it was signed with; null for none. */
  getSignedCookieKeyVersion(
    name: string,
    { value = this.getCookie(name) }: Pick<SignedCookieOptions, 'value'> = {},
  ): number | null {
    return value === null ? null : getSignatureKeyVersion(value);
  }

  /** The older name of `getSignedCookie`. */
  getSecureCookie(...args: Parameters<RequestReader['getSignedCookie']>): Buffer | null {
    return this.getSignedCookie(...args);
  }

  /** The older name of `getSignedCookieKeyVersion`. */
  getSecureCookieKeyVersion(
    ...args: Parameters<RequestReader['getSignedCookieKeyVersion']>
  ): number | null {
    return this.getSignedCookieKeyVersion(...args);
  }

  #argument<D>(
    source: ArgumentSource,
    name: string,
    options: Partial<DefaultedArgumentOptions<D>>,
  ): string | D {
    const value = argumentValues(this.request, source, name).at(-1);
    if (value !== undefined) return this.#text(value, name, options);
    if (options.default === undefined) throw new MissingArgumentError(name);
    return options.default;
  }

  #arguments(source: ArgumentSource, name: string, options: ArgumentOptions): string[] {
    const values = argumentValues(this.request, source, name);
    return values.map((value) => this.#text(value, name, options));
  }

  #text(value: Uint8Array, name: string, { strip = true }: ArgumentOptions): string {
    return cleanArgument(this.decodeArgument(value, name), strip);
  }
}
