export {
  websocketConnect,
  type WebSocketConnectOptions,
  type WebSocketMessageOptions,
  type WebSocketPatienceOptions,
} from './lib/client/websocket-connect.ts';
export { WebSocketClientConnection } from './lib/client/websocket-client-connection.ts';
export type { MessageCallback } from './lib/client/client-inbox.ts';
export type { SendOptions, WebSocketConnection } from './lib/connection/websocket-connection.ts';
export type { CompressionOptions } from './lib/deflate/deflate-params.ts';
export { CLOSE_CODES, type CloseCode } from './lib/protocol/close-codes.ts';
export { WebSocketHandler, type Message } from './lib/websocket-handler.ts';
export {
  RemoteProtocolError,
  WebSocketClosedError,
  WebSocketError,
  type WebSocketErrorCode,
} from './lib/websocket-error.ts';
