// A connection that leads nowhere: what an application answers is kept. For tests, without port, parser or loop.
// Owns: the same framing rules as on the wire. Must not know: applications.
import { Future } from '@typhoon/concurrent';
import { BodyWriter, HTTPOutputError, responses, type HTTPHeaders } from '@typhoon/http1';
import { RequestAbortedError } from '@typhoon/httpserver';
import { IOLoop, TransportError, type Transport } from '@typhoon/ioloop';
import { MemoryTransport } from './memory-transport.ts';
import { toBuffer } from '../octets.ts';
import type { ConnectionContext, HTTPConnection, ResponseStartLine } from '@typhoon/httpserver';

/** A complete answer. */
export interface AppResponse {
  /** The status. */
  readonly status: number;
  /** The reason phrase. */
  readonly reason: string;
  /** The header fields. */
  readonly headers: HTTPHeaders;
  /** The whole body, without framing; empty for HEAD. */
  readonly body: Buffer;
}

/** Takes one answer. */
export class MemoryConnection implements HTTPConnection {
  readonly context: ConnectionContext;
  /** Settled when the answer is complete, or the connection is closed before that. */
  readonly response: Future<AppResponse> = new Future<AppResponse>();
  /** Pieces of the body, as they were written. */
  readonly pieces: Buffer[] = [];
  /** What `setMaxBodySize` said. */
  maxBodyBytes: number = Infinity;
  isClosed: boolean = false;
  readonly #method: string;
  #head: { readonly startLine: ResponseStartLine; readonly headers: HTTPHeaders } | null = null;
  #writer: BodyWriter | null = null;
  #closeCallback: (() => void) | null = null;
  readonly #controller: AbortController = new AbortController();
  /** What `setRequestTimeout` said, counted from then; nobody enforces it. */
  requestDeadlineMs: number = Infinity;

  /** @param protocol `http` or `https`. */
  constructor(method: string, remoteIp: string, protocol: string) {
    this.#method = method;
    const transport = new MemoryTransport(remoteIp, () => {
      this.clientGone();
    });
    this.context = { remoteIp, protocol, transport };
  }

  writeHeaders(
    startLine: ResponseStartLine,
    headers: HTTPHeaders,
    chunk?: Uint8Array | string,
  ): Future<void> {
    if (this.isClosed) return gone();
    if (this.#head !== null) {
      throw new HTTPOutputError(
        'ERR_HEAD_ALREADY_SENT',
        'the head of this answer was sent already',
      );
    }
    const writer = BodyWriter.forResponse(this.#method, 1, startLine.code, headers);
    if (startLine.code < 200) return Future.resolved<void>(undefined);
    this.#writer = writer;
    this.#head = { startLine, headers: headers.copy() };
    return chunk === undefined ? Future.resolved<void>(undefined) : this.write(chunk);
  }

  write(chunk: Uint8Array | string): Future<void> {
    if (this.isClosed) return gone();
    const bytes = toBuffer(chunk);
    if (this.#writer === null) throw notWritable();
    if (bytes.length === 0) return Future.resolved<void>(undefined);
    this.#writer.count(bytes.length);
    if (this.#writer.kind !== 'none') this.pieces.push(Buffer.from(bytes));
    return Future.resolved<void>(undefined);
  }

  finish(): void {
    if (this.isClosed) return;
    if (this.#writer === null || this.#head === null) throw notWritable();
    this.#writer.finish();
    this.#closeCallback = null;
    const { startLine, headers } = this.#head;
    this.response.setResult({
      status: startLine.code,
      reason: startLine.reason ?? responses.get(startLine.code) ?? 'Unknown',
      headers,
      body: Buffer.concat(this.pieces),
    });
  }

  setCloseCallback(callback: (() => void) | null): void {
    this.#closeCallback = callback;
  }

  setMaxBodySize(bytes: number): void {
    this.maxBodyBytes = bytes;
  }

  setBodyTimeout(): void {
    // The body is there already.
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  setRequestTimeout(timeoutMs: number): void {
    this.requestDeadlineMs = IOLoop.current().time() + timeoutMs;
  }

  detach(): Transport {
    this.#closeCallback = null;
    return this.context.transport;
  }

  /** The client goes, or the application closes the connection. */
  clientGone(): void {
    if (this.isClosed || this.response.done()) return;
    this.isClosed = true;
    this.#controller.abort(new RequestAbortedError('ERR_CLIENT_GONE'));
    const callback = this.#closeCallback;
    this.#closeCallback = null;
    callback?.();
    const message = 'the connection was closed before the answer was complete';
    this.response.setException(new TransportError('ERR_CONNECTION_ABORTED', message));
  }
}

function notWritable(): HTTPOutputError {
  return new HTTPOutputError('ERR_NOT_WRITABLE', 'a body before its head');
}

/** A failure that nobody need look at (H1C-34). */
function gone(): Future<void> {
  const future = new Future<void>();
  future.setException(new TransportError('ERR_TRANSPORT_CLOSED', 'the client is gone'));
  future.exception();
  return future;
}
