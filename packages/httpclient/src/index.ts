export {
  AsyncHTTPClient,
  type AsyncHTTPClientOptions,
  type ConnectionLimitOptions,
  type FetchOptions,
  type NameOptions,
  type ResponseLimitOptions,
} from './lib/async-http-client.ts';
export type {
  BackendCall,
  BackendFailure,
  BackendRequest,
  BackendSink,
  ClientBackend,
} from './lib/backend.ts';
export { HTTPClient } from './lib/blocking/http-client.ts';
export type { BlockingClientOptions } from './lib/blocking/messages.ts';
export {
  HTTPRequest,
  type HTTPRequestOptions,
  type RequestAuthOptions,
  type RequestContentOptions,
  type RequestBody,
  type RequestPatienceOptions,
  type RequestProxyOptions,
  type RequestRouteOptions,
  type ResponseHandlingOptions,
  type WriteBody,
} from './lib/http-request.ts';
export {
  HTTPClientError,
  HTTPResponse,
  HTTPStreamClosedError,
  HTTPTimeoutError,
  type HTTPClientErrorCode,
  type HTTPClientErrorOptions,
  type HTTPResponseInit,
  type TimeInfo,
} from './lib/http-response.ts';
export type { HostnameMapping } from './lib/route.ts';
export { openConnection } from './lib/open-connection.ts';
export { StreamedResponse } from './lib/streamed-response.ts';
export { createFetch, fetch, type WebFetch } from './lib/web-fetch.ts';
export type { Proxy } from './lib/proxy.ts';
export type { TunnelOwner } from './lib/tunnel.ts';
