export { Application, type ApplicationListenOptions } from './lib/application.ts';
export type { MakeDelegate, RouteList, RouteTarget } from './lib/application-router.ts';
export type { ApplicationSettings } from './lib/application-settings.ts';
export { authenticated } from './lib/authenticated.ts';
export { ErrorHandler } from './lib/error-handler.ts';
export type { ErrorInfo } from './lib/error-page.ts';
export { FallbackHandler, type Fallback } from './lib/fallback-handler.ts';
export { GZipContentEncoding } from './lib/gzip-content-encoding.ts';
export type {
  ArgumentOptions,
  DefaultedArgumentOptions,
  SignedCookieOptions,
  StaticUrlOptions,
} from './lib/handler-options.ts';
export type { HandlerSettings } from './lib/handler-settings.ts';
export type { HeaderValue } from './lib/header-value.ts';
export {
  Finish,
  HTTPError,
  MissingArgumentError,
  type HTTPErrorOptions,
} from './lib/http-error.ts';
export { isAbsolute } from './lib/is-absolute.ts';
export type {
  OutgoingHead,
  OutputTransform,
  OutputTransformClass,
} from './lib/output-transform.ts';
export { RedirectHandler, type RedirectOptions } from './lib/redirect-handler.ts';
export { RequestHandler, type HandlerApplication } from './lib/request-handler.ts';
export type { HandlerClass } from './lib/request-run.ts';
export type { ClearCookieOptions, CookieOptions } from './lib/set-cookie.ts';
export {
  createSignedValue,
  decodeSignedValue,
  DEFAULT_SIGNED_VALUE_MIN_VERSION,
  DEFAULT_SIGNED_VALUE_VERSION,
  getSignatureKeyVersion,
  MAX_SUPPORTED_SIGNED_VALUE_VERSION,
  MIN_SUPPORTED_SIGNED_VALUE_VERSION,
  type CookieSecret,
  type CreateSignedValueOptions,
  type DecodeSignedValueOptions,
} from './lib/signed-value.ts';
export { addslash, removeslash } from './lib/slashes.ts';
export {
  StaticFileHandler,
  type StaticContent,
  type StaticFileOptions,
  type StaticHandlerClass,
  type StaticSettings,
} from './lib/static-file-handler.ts';
export { streamRequestBody } from './lib/stream-request-body.ts';
export { url } from './lib/url.ts';
export { WebError, type WebErrorCode } from './lib/web-error.ts';
