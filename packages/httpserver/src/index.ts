export { CallbackDelegate, type RequestCallback } from './lib/callback-delegate.ts';
export type {
  Awaitable,
  ConnectionContext,
  HTTPConnection,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  ResponseStartLine,
} from './lib/http-connection.ts';
export { HTTPServer, type HTTPServerOptions } from './lib/http-server.ts';
export { HTTPServerRequest } from './lib/server-request.ts';
