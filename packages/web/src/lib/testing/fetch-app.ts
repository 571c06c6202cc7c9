// Asks an application without a port. Owns: requests as a delegate hears them. Must not know: how answers are kept.
import { HTTPHeaders, type HeadersInit, type RequestHead } from '@typhoon/http1';
import { MemoryConnection, type AppResponse } from './memory-connection.ts';
import { toBuffer } from '../octets.ts';
import type { HTTPServerConnectionDelegate } from '@typhoon/httpserver';

/** What to ask an application. */
export interface FetchAppOptions {
  /** Default GET, or POST with a body. */
  readonly method?: string;
  /** Header fields; `Host` and `Content-Length` are added. */
  readonly headers?: HeadersInit;
  /** The body; a list comes in pieces. Default: none. */
  readonly body?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** The client's address. Default `127.0.0.1`. */
  readonly remoteIp?: string;
  /** `http` or `https`. Default `http`. */
  readonly protocol?: string;
  /** Aborted: the client goes. */
  readonly signal?: AbortSignal;
}

/**
 * Sends a request through an application, as a server would, and resolves with the answer: no port, no socket, no bytes.
 * Rejects with TransportError `ERR_CONNECTION_ABORTED` if the connection is closed before the answer is complete.
 *
 * @param target Path and query, as they stand in a request line.
 */
export async function fetchApp(
  app: HTTPServerConnectionDelegate,
  target: string,
  options: FetchAppOptions = {},
): Promise<AppResponse> {
  const pieces = piecesOf(options.body);
  const head = headOf(target, pieces, options);
  const { remoteIp = '127.0.0.1', protocol = 'http', signal } = options;
  const connection = new MemoryConnection(head.method, remoteIp, protocol);
  const delegate = app.startRequest(connection);
  let isBodySent = false;
  const leave = (): void => {
    connection.clientGone();
    if (!isBodySent) delegate.onConnectionClose();
  };
  signal?.addEventListener('abort', leave, { once: true });
  try {
    await delegate.headersReceived(head);
    for (const piece of pieces) {
      if (connection.response.done()) break;
      await delegate.dataReceived(piece);
    }
    isBodySent = true;
    if (!connection.response.done()) await delegate.finish();
    return await connection.response;
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}

function piecesOf(body: FetchAppOptions['body'] = []): readonly Buffer[] {
  const pieces = typeof body === 'string' || body instanceof Uint8Array ? [body] : body;
  return pieces.map(toBuffer).filter(({ length }) => length > 0);
}

function headOf(
  target: string,
  pieces: readonly Buffer[],
  { method, headers: init = {} }: FetchAppOptions,
): RequestHead {
  const headers = new HTTPHeaders(init);
  if (!headers.has('Host')) headers.set('Host', 'localhost');
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > 0) headers.set('Content-Length', String(length));
  return {
    method: method ?? (length > 0 ? 'POST' : 'GET'),
    target,
    minorVersion: 1,
    headers,
    host: headers.get('Host', ''),
    contentLength: length > 0 ? length : -1,
    isChunked: false,
    keepAlive: true,
    expectContinue: false,
    isUpgrade: false,
  };
}
