// A client's handshake over one connection (RFC 6455 §4.1). Owns: the request, what the answer must be, giving up.
// Must not know: messages.
import {
  HTTPClientError,
  HTTPResponse,
  type HTTPRequest,
  type TunnelOwner,
} from '@typhoon/httpclient';
import { HTTPInputError, requestHead, ResponseParser, type HTTPHeaders } from '@typhoon/http1';
import { agreedDeflate, type DeflateParams } from '../deflate/deflate-params.ts';
import { acceptKey } from '../handshake/accept-key.ts';
import { hasToken } from '../handshake/handshake-request.ts';
import { WebSocketError } from '../websocket-error.ts';
import type { ResponseHead, ResponseSink } from '@typhoon/http1';
import type { Transport, TransportError } from '@typhoon/ioloop';

/** What is asked for. */
export interface HandshakeRequest {
  /** For errors. */
  readonly request: HTTPRequest;
  readonly target: string;
  /** All of them, with the key. */
  readonly headers: HTTPHeaders;
  readonly key: string;
  readonly subprotocols: readonly string[];
  readonly isCompressionOffered: boolean;
}

/** What it came to. */
export interface Handshaken {
  readonly transport: Transport;
  readonly headers: HTTPHeaders;
  readonly deflate: DeflateParams | null;
}

/** Who waits for it; exactly one of the two is called. */
export interface HandshakeOwner {
  handshakeDone(result: Handshaken): void;
  handshakeFailed(error: unknown): void;
}

/** Speaks HTTP until it is WebSocket. */
export class ClientHandshake implements TunnelOwner, ResponseSink {
  readonly #asked: HandshakeRequest;
  readonly #owner: HandshakeOwner;
  readonly #parser: ResponseParser;
  #transport: Transport | null = null;
  #answer: ResponseHead | null = null;
  #isOver = false;

  constructor(asked: HandshakeRequest, owner: HandshakeOwner) {
    this.#asked = asked;
    this.#owner = owner;
    this.#parser = new ResponseParser(this);
    this.#parser.expect('GET');
  }

  /** Nobody waits any more. */
  giveUp(): void {
    this.#isOver = true;
    this.#transport?.abort();
  }

  connectionMade(transport: Transport): void {
    this.#transport = transport;
    if (this.#isOver) {
      transport.abort();
      return;
    }
    const { target, headers } = this.#asked;
    transport.writeLatin1(requestHead('GET', target, headers));
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    const transport = this.#transport;
    if (this.#isOver || transport === null) return;
    try {
      const at = this.#parser.push(buffer, start, end);
      const answer = this.#answer;
      if (answer === null) return;
      this.#checkAnswer(answer);
      const deflate = this.#agreedDeflate(answer.headers);
      this.#isOver = true;
      if (at < end) transport.unread(Buffer.from(buffer.subarray(at, end)));
      this.#owner.handshakeDone({ transport, headers: answer.headers, deflate });
    } catch (error) {
      this.#fail(error instanceof HTTPInputError ? malformed(error) : error);
    }
  }

  eofReceived(): boolean {
    this.#fail(new WebSocketError('ERR_HANDSHAKE', 'the server closed during the handshake'));
    return false;
  }

  connectionLost(error: TransportError | null): void {
    this.#fail(
      error ?? new WebSocketError('ERR_HANDSHAKE', 'the connection ended during the handshake'),
    );
  }

  /** The proxy does not lead there. */
  shut(error: HTTPClientError): void {
    this.#fail(error);
  }

  onHead(head: ResponseHead): void {
    if (head.status === 101 || head.status >= 200) {
      this.#answer = head;
      this.#parser.pause();
    }
  }

  onBody(): void {
    // the body of a refusal is nobody's
  }

  onEnd(): void {
    // the head has said all
  }

  /** WSK-24, 25. */
  #checkAnswer({ status, reason, headers }: ResponseHead): void {
    if (status === 200) throw new WebSocketError('ERR_HANDSHAKE', 'Non-websocket response');
    if (status !== 101) {
      const response = new HTTPResponse(this.#asked.request, status, { reason, headers });
      throw new HTTPClientError('ERR_HTTP_STATUS', reason, { status, response });
    }
    if (headers.get('Upgrade', '').toLowerCase() !== 'websocket') throw refused('Upgrade');
    if (!hasToken(headers.get('Connection', ''), 'upgrade')) throw refused('Connection');
    if (headers.get('Sec-WebSocket-Accept', '') !== acceptKey(this.#asked.key)) {
      throw refused('Sec-WebSocket-Accept');
    }
    const subprotocol = headers.get('Sec-WebSocket-Protocol');
    if (subprotocol !== undefined && !this.#asked.subprotocols.includes(subprotocol)) {
      throw refused('Sec-WebSocket-Protocol');
    }
  }

  #agreedDeflate(headers: HTTPHeaders): DeflateParams | null {
    const answer = headers.get('Sec-WebSocket-Extensions', '');
    return agreedDeflate(answer, this.#asked.isCompressionOffered);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#transport?.abort();
    this.#owner.handshakeFailed(error);
  }
}

function refused(field: string): WebSocketError {
  return new WebSocketError('ERR_HANDSHAKE', `the server's answer has no valid ${field}`);
}

function malformed(cause: HTTPInputError): WebSocketError {
  return new WebSocketError('ERR_HANDSHAKE', `malformed answer: ${cause.message}`, { cause });
}
