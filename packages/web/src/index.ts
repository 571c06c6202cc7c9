export { args, type ArgsOf, type ArgumentsDecorator } from './lib/arguments/args.ts';
export {
  ArgumentsError,
  type ArgumentFault,
  type ArgumentPlace,
} from './lib/arguments/arguments-error.ts';
export type {
  ArgumentPlaces,
  ArgumentsNotes,
  ArgumentsOutput,
  ArgumentsSchema,
} from './lib/arguments/args-spec.ts';
export type {
  JsonSchema,
  SchemaOutput,
  SchemaResult,
  StandardSchema,
} from './lib/arguments/standard-schema.ts';
export type { OpenApiDocument, OpenApiInfo } from './lib/openapi/openapi-document.ts';
export type { Operation, Parameter } from './lib/openapi/operation.ts';
export { Application, type ApplicationListenOptions } from './lib/application/application.ts';
export type { MakeDelegate, RouteList, RouteTarget } from './lib/application/application-router.ts';
export type { ApplicationSettings } from './lib/application/application-settings.ts';
export { authenticated } from './lib/redirects/authenticated.ts';
export { ErrorHandler } from './lib/errors/error-handler.ts';
export type { ErrorInfo } from './lib/errors/error-page.ts';
export { FallbackHandler, type Fallback } from './lib/redirects/fallback-handler.ts';
export { contentEncoding, GZipContentEncoding } from './lib/output/content-encoding.ts';
export { availableCodings, type ContentCoding } from './lib/output/codings.ts';
export type {
  ArgumentOptions,
  DefaultedArgumentOptions,
  SignedCookieOptions,
  StaticUrlOptions,
} from './lib/handler/handler-options.ts';
export type { HandlerSettings, OAuthKeys } from './lib/handler/handler-settings.ts';
export type {
  HandlerDateStyle,
  HandlerLocale,
  HandlerLocales,
} from './lib/locale/handler-locale.ts';
export type { HeaderValue } from './lib/output/header-value.ts';
export {
  Finish,
  HTTPError,
  MissingArgumentError,
  type HTTPErrorOptions,
} from './lib/errors/http-error.ts';
export { cancelOnDisconnect } from './lib/handler/cancel-on-disconnect.ts';
export { isAbsolute } from './lib/static/is-absolute.ts';
export type {
  OutgoingHead,
  OutputTransform,
  OutputTransformClass,
} from './lib/output/output-transform.ts';
export { RedirectHandler, type RedirectOptions } from './lib/redirects/redirect-handler.ts';
export { RequestHandler, type HandlerApplication } from './lib/handler/request-handler.ts';
export type { HandlerClass } from './lib/handler/request-run.ts';
export type { ClearCookieOptions, CookieOptions } from './lib/cookies/set-cookie.ts';
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
} from './lib/cookies/signed-value.ts';
export { addslash, removeslash } from './lib/redirects/slashes.ts';
export {
  StaticFileHandler,
  type StaticContent,
  type StaticFileOptions,
  type StaticHandlerClass,
  type StaticSettings,
} from './lib/static/static-file-handler.ts';
export {
  streamRequestBody,
  type StreamRequestBodyOptions,
} from './lib/uploads/stream-request-body.ts';
export { TemplateModule, type TemplateResources } from './lib/ui/template-module.ts';
export { UIModule } from './lib/ui/ui-module.ts';
export { UploadPart, type PartInMemoryOptions } from './lib/uploads/upload-part.ts';
export { isLocalUrl } from './lib/redirects/local-path.ts';
export { url } from './lib/application/url.ts';
export { WebError, type WebErrorCode } from './lib/errors/web-error.ts';
export {
  EventHistory,
  type EventHistoryOptions,
  type MissedEvents,
} from './lib/events/event-history.ts';
export { EventStream, type EventStreamOptions } from './lib/events/event-stream.ts';
export type { StreamEvent } from './lib/events/event-text.ts';
