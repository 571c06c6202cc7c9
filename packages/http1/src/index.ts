export { BodyWriter, type BodyKind } from './lib/core/body-writer.ts';
export type { BodySink } from './lib/core/body-readers.ts';
export { parseCookie } from './lib/core/cookies.ts';
export {
  HTTPInputError,
  HTTPOutputError,
  type HTTPInputErrorCode,
  type HTTPOutputErrorCode,
} from './lib/core/errors.ts';
export {
  parseBodyArguments,
  parseMultipartFormData,
  type HTTPFile,
  type ParseBodyOptions,
  type ParseMultipartConfig,
} from './lib/core/form-body.ts';
export {
  encodeHeaderParams,
  parseHeaderParams,
  type HeaderParams,
} from './lib/core/header-params.ts';
export {
  HTTPHeaders,
  normalizeName,
  type HeadersInit,
  type WireFields,
} from './lib/core/headers.ts';
export { formatTimestamp, httpDate, parseHttpDate } from './lib/core/http-date.ts';
export { MessageParser, type ParserLimits, type ParserState } from './lib/core/message-parser.ts';
export { isFieldValue, isToken } from './lib/core/octets.ts';
export { encodeQs, parseQs, urlConcat, type ArgumentMap } from './lib/core/query.ts';
export { getContentRange, parseRequestRange, type RequestRange } from './lib/core/ranges.ts';
export type { RequestHead } from './lib/core/request-head.ts';
export { encodeUsernamePassword, requestHead } from './lib/core/request-line.ts';
export { RequestParser, type RequestSink } from './lib/core/request-parser.ts';
export type { ResponseHead } from './lib/core/response-head.ts';
export { ResponseParser, type ResponseSink } from './lib/core/response-parser.ts';
export { responses, statusLine } from './lib/core/responses.ts';
export { splitHostAndPort, urlJoin, urlSplit, type SplitUrl } from './lib/core/url.ts';
