export { BodyWriter, type BodyKind } from './lib/body-writer.ts';
export type { BodySink } from './lib/body-readers.ts';
export { CHUNK_END, chunkStart, lastChunk } from './lib/chunks.ts';
export { isCookieName, parseCookie } from './lib/cookies.ts';
export {
  HTTPInputError,
  HTTPOutputError,
  type HTTPInputErrorCode,
  type HTTPOutputErrorCode,
} from './lib/errors.ts';
export {
  parseBodyArguments,
  parseMultipartFormData,
  setParseBodyConfig,
  type HTTPFile,
  type ParseBodyConfig,
  type ParseBodyOptions,
  type ParseMultipartConfig,
} from './lib/form-body.ts';
export { encodeHeaderParams, parseHeaderParams, type HeaderParams } from './lib/header-params.ts';
export { HTTPHeaders, normalizeName, type HeadersInit } from './lib/headers.ts';
export { formatTimestamp, httpDate, parseHttpDate, type TimeParts } from './lib/http-date.ts';
export type { MessageParser, ParserLimits, ParserState } from './lib/message-parser.ts';
export {
  MultipartParser,
  type MultipartLimits,
  type MultipartSink,
} from './lib/multipart-parser.ts';
export { isFieldValue, isToken } from './lib/octets.ts';
export { multipartBoundary, type PartHead } from './lib/part-head.ts';
export { encodeQs, parseQs, parseQsl, qsToQsl, urlConcat, type ArgumentMap } from './lib/query.ts';
export { getContentRange, parseRequestRange, type RequestRange } from './lib/ranges.ts';
export type { RequestHead } from './lib/request-head.ts';
export { encodeUsernamePassword, requestHead } from './lib/request-line.ts';
export { rereadRequestHead } from './lib/reread-head.ts';
export { RequestParser, type RequestSink } from './lib/request-parser.ts';
export type { ResponseHead } from './lib/response-head.ts';
export { ResponseParser, type ResponseSink } from './lib/response-parser.ts';
export { responses, statusLine } from './lib/responses.ts';
export {
  parseRequestStartLine,
  parseResponseStartLine,
  type RequestStartLine,
  type ResponseStartLine,
} from './lib/start-line.ts';
export { parseHexInt, parseInt10 } from './lib/strict-integers.ts';
export { isTransferEncodingChunked } from './lib/transfer-encoding.ts';
export { splitHostAndPort, urlJoin, urlSplit, type SplitUrl } from './lib/url.ts';
