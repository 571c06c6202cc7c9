// What can go wrong, by blame:
//
//   WebSocketError                 our caller's mistake, or a connection that did not come about
//     WebSocketClosedError         sending on a connection that is closing or closed (WSK-10)
//     RemoteProtocolError          the peer broke the protocol: the connection is closed with `closeCode`

/** Why; closed, so that callers can switch on it. */
export type WebSocketErrorCode =
  | 'ERR_WEBSOCKET_CLOSED'
  | 'ERR_REMOTE_PROTOCOL'
  | 'ERR_CONTROL_TOO_LONG'
  | 'ERR_BAD_CLOSE'
  | 'ERR_BAD_MESSAGE'
  | 'ERR_BAD_OPTION'
  | 'ERR_HANDSHAKE'
  | 'ERR_NOT_SUPPORTED'
  | 'ERR_NOT_IMPLEMENTED'
  | 'ERR_SUBPROTOCOL';

/** What this package throws. */
export class WebSocketError extends Error {
  override readonly name: string = 'WebSocketError';
  readonly code: WebSocketErrorCode;

  constructor(code: WebSocketErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The connection is closing or closed: nothing can be sent on it. */
export class WebSocketClosedError extends WebSocketError {
  override readonly name: string = 'WebSocketClosedError';

  constructor(message = 'the WebSocket is closed', options?: ErrorOptions) {
    super('ERR_WEBSOCKET_CLOSED', message, options);
  }
}

/** The peer broke the protocol. */
export class RemoteProtocolError extends WebSocketError {
  override readonly name: string = 'RemoteProtocolError';
  /** The code that the connection is closed with: 1002, 1007 or 1009. */
  readonly closeCode: number;

  constructor(closeCode: number, message: string, options?: ErrorOptions) {
    super('ERR_REMOTE_PROTOCOL', message, options);
    this.closeCode = closeCode;
  }
}
