// Requests for routers, and what came of them. No wire, no loop.
import { Future } from '@typhoon/concurrent';
import { HTTPHeaders, type RequestHead } from '@typhoon/http1';
import { HTTPServerRequest } from '../src/lib/server-request.ts';
import { RememberingTransport } from './wire.ts';
import type { Transport } from '@typhoon/ioloop';
import type {
  ConnectionContext,
  HTTPConnection,
  HTTPServerConnectionDelegate,
  ResponseStartLine,
} from '../src/lib/http-connection.ts';

/** A connection that remembers the status it was answered with. */
export class RememberingConnection implements HTTPConnection {
  readonly isClosed = false;
  readonly context: ConnectionContext = {
    remoteIp: '192.0.2.1',
    protocol: 'http',
    transport: new RememberingTransport({
      connectionMade: () => undefined,
      dataReceived: () => undefined,
      connectionLost: () => undefined,
    }),
  };
  status = 0;
  isFinished = false;

  writeHeaders({ code }: ResponseStartLine): Future<void> {
    this.status = code;
    return Future.resolved<void>(undefined);
  }

  write(): Future<void> {
    return Future.resolved<void>(undefined);
  }

  finish(): void {
    this.isFinished = true;
  }

  setCloseCallback(): void {
    // nobody goes
  }

  setMaxBodySize(): void {
    // nothing comes
  }

  setBodyTimeout(): void {
    // nothing comes
  }

  readonly signal: AbortSignal = new AbortController().signal;
  readonly requestDeadlineMs: number = Infinity;

  setRequestTimeout(): void {
    // nothing takes any time
  }

  detach(): Transport {
    return this.context.transport;
  }
}

/** The head of `GET path`. */
export function headOf(path: string, headers: Record<string, string> = {}): RequestHead {
  return {
    method: 'GET',
    target: path,
    minorVersion: 1,
    headers: new HTTPHeaders(headers),
    host: headers['Host'] ?? 'example.com',
    contentLength: -1,
    isChunked: false,
    keepAlive: true,
    expectContinue: false,
    isUpgrade: false,
  };
}

/** `GET path` as a router sees it. */
export function requestFor(path: string, headers?: Record<string, string>): HTTPServerRequest {
  return new HTTPServerRequest(headOf(path, headers), new RememberingConnection());
}

/** Sends a whole request; what it was answered. */
export function sendTo(
  app: HTTPServerConnectionDelegate,
  path: string,
  { headers, body = '' }: { headers?: Record<string, string>; body?: string } = {},
): RememberingConnection {
  const connection = new RememberingConnection();
  const delegate = app.startRequest(connection);
  void delegate.headersReceived(headOf(path, headers));
  for (const piece of body) void delegate.dataReceived(Buffer.from(piece));
  delegate.finish();
  return connection;
}
