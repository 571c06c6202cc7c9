// One answer as it is put together. Owns: status, header fields, what was written and not sent, cookies to set, what has
// been sent. Must not know: handlers, settings, error pages.
// HOT: `pnpm bench http`
import { HTTPOutputError, isFieldValue, responses } from '@typhoon/http1';
import { Future } from '@typhoon/concurrent';
import { defaultHeaders } from './default-headers.ts';
import { LaterPieces } from './later-pieces.ts';
import { firstPiece, nextPiece } from './transformed.ts';
import { toBuffer } from '../octets.ts';
import { WebError } from '../errors/web-error.ts';
import type { HTTPHeaders } from '@typhoon/http1';
import type { HTTPConnection } from '@typhoon/httpserver';
import { NO_TRANSFORMS, type OutgoingHead, type OutputTransform } from './output-transform.ts';

/** WEB-55: what describes a body that is not there. */
const REPRESENTATION_HEADERS = ['Content-Encoding', 'Content-Language', 'Content-Type'];
const DONE = Future.resolved<void>(undefined);

/** The answer to one request. */
export class OutgoingResponse implements OutgoingHead {
  statusCode = 200;
  /** Applied in this order. */
  transforms: readonly OutputTransform[] = NO_TRANSFORMS;
  /** Whether the head has gone out. */
  isHeadSent = false;
  /** Whether nothing more may be said. */
  isFinished = false;
  /** Whether all that was promised has gone out. */
  isComplete = false;
  readonly #connection: HTTPConnection;
  readonly #isHead: boolean;
  /** Null for the default ones, as long as nobody has asked for them. */
  #headers: HTTPHeaders | null = null;
  #reason: string | null = null;
  /** What was written and not sent: bytes, and text behind them. */
  #parts: Uint8Array[] | null = null;
  #text = '';
  #cookies: Map<string, string> | null = null;
  /** What a transform is still at work on. */
  #later: LaterPieces | null = null;

  /** @param method The request's. */
  constructor(connection: HTTPConnection, method: string) {
    this.#connection = connection;
    this.#isHead = method === 'HEAD';
  }

  /** Back to the default headers, status 200 and nothing written; cookies stay (WEB-19). */
  clear(): void {
    this.statusCode = 200;
    this.#reason = null;
    this.#headers = null;
    this.dropBody();
  }

  /** The header fields. */
  get headers(): HTTPHeaders {
    this.#headers ??= defaultHeaders();
    return this.#headers;
  }

  /** The reason phrase. */
  get reason(): string {
    return this.#reason ?? responses.get(this.statusCode) ?? 'Unknown';
  }

  /**
   * @param reason Default: the standard phrase. One that could be more than itself becomes `Unknown` (WEB-21, SEC-25).
   * @throws RangeError for what is no status from 100 to 999.
   */
  setStatus(statusCode: number, reason: string | null): void {
    if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 999) {
      throw new RangeError(`a status is an integer from 100 to 999, not ${statusCode}`);
    }
    this.statusCode = statusCode;
    this.#reason = reason !== null && !isSound(reason) ? 'Unknown' : reason;
  }

  /** Sets a cookie; one of this name that was set before goes, with all its attributes (WEB-29). */
  setCookie(name: string, serialized: string): void {
    this.#cookies ??= new Map();
    this.#cookies.set(name, serialized);
  }

  /** Keeps a piece of the body; bytes are the answer's from here on. */
  write(chunk: string | Uint8Array): void {
    if (typeof chunk === 'string') {
      this.#text += chunk;
      return;
    }
    this.#settleText();
    this.#parts ??= [];
    this.#parts.push(chunk);
  }

  /** What was written and not sent. */
  get body(): string | Uint8Array {
    const parts = this.#parts;
    if (parts === null) return this.#text;
    this.#settleText();
    const whole = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    if (whole === undefined) return '';
    this.#parts = [whole];
    return whole;
  }

  /** Bytes that were written and not sent. */
  get bodyLength(): number {
    const { body } = this;
    return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  }

  /** Forgets what was written and not sent. */
  dropBody(): void {
    this.#text = '';
    this.#parts = null;
  }

  /**
   * Sends what was written, and the head before it if it has not gone yet.
   *
   * @returns Settled when more may be written.
   * @throws WebError `ERR_NO_BODY`, `ERR_STATUS`; HTTPOutputError from the connection.
   */
  flush(isLast: boolean): Future<void> {
    const chunk = this.body;
    if (!this.isHeadSent) return this.#sendHead(chunk, isLast);
    this.dropBody();
    const { transforms } = this;
    const piece = transforms.length === 0 ? chunk : nextPiece(transforms, toBuffer(chunk), isLast);
    if (this.#isHead) return DONE;
    if (this.#later !== null || piece instanceof Future) return this.#writeLater(piece);
    return piece.length === 0 ? DONE : this.#connection.write(piece);
  }

  /** The end; what was written has been flushed. @throws HTTPOutputError for less than Content-Length said. */
  end(): void {
    this.isFinished = true;
    if (this.#later === null) this.#connection.finish();
    else this.#later.finish();
    this.isComplete = true;
  }

  /** Somebody else answers: what was to be said, or has been, is forgotten. */
  abandon(): void {
    this.dropBody();
    this.#headers = null;
    this.#cookies = null;
    this.isFinished = true;
    this.isComplete = true;
  }

  /** Makes the head of a complete answer fit its body: no body, or its length (WEB-54, 55). @throws as `flush`. */
  settleLength(): void {
    if (hasNoBody(this.statusCode)) {
      this.#checkBodiless(this.bodyLength);
      for (const name of REPRESENTATION_HEADERS) this.headers.delete(name);
    } else if (!this.headers.has('Content-Length')) {
      this.headers.set('Content-Length', String(this.bodyLength));
    }
  }

  #sendHead(chunk: string | Uint8Array, isLast: boolean): Future<void> {
    if (hasNoBody(this.statusCode)) this.#checkBodiless(chunk.length);
    this.dropBody();
    const { transforms } = this;
    const body =
      transforms.length === 0 ? chunk : firstPiece(transforms, this, toBuffer(chunk), isLast);
    const { headers, statusCode } = this;
    if (this.#cookies !== null) {
      for (const cookie of this.#cookies.values()) headers.add('Set-Cookie', cookie);
    }
    const startLine =
      this.#reason === null ? { code: statusCode } : { code: statusCode, reason: this.#reason };
    try {
      const isBodyHere = !this.#isHead && !(body instanceof Future);
      const flushed = isBodyHere
        ? this.#connection.writeHeaders(startLine, headers, body)
        : this.#connection.writeHeaders(startLine, headers);
      this.isHeadSent = true;
      return isBodyHere || this.#isHead ? flushed : this.#writeLater(body);
    } catch (error) {
      // The head is on its way, it is the body behind it that does not fit.
      if (error instanceof HTTPOutputError && error.code === 'ERR_BODY_TOO_LONG') {
        this.isHeadSent = true;
      }
      throw error;
    }
  }

  #writeLater(piece: string | Uint8Array | Future<Buffer>): Future<void> {
    this.#later ??= new LaterPieces(this.#connection);
    return this.#later.write(piece instanceof Future ? piece : Future.resolved(toBuffer(piece)));
  }

  #checkBodiless(length: number): void {
    if (length > 0) {
      throw new WebError('ERR_NO_BODY', `Cannot send body with ${this.statusCode}`);
    }
    if (this.statusCode < 200 && this.statusCode !== 101) {
      throw new WebError('ERR_STATUS', `${this.statusCode} is no final answer`);
    }
  }

  #settleText(): void {
    if (this.#text === '') return;
    this.#parts ??= [];
    this.#parts.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

/** RFC 9110 §6.4.1. */
function hasNoBody(statusCode: number): boolean {
  return statusCode < 200 || statusCode === 204 || statusCode === 304;
}

function isSound(reason: string): boolean {
  return isFieldValue(reason) && !reason.includes('<');
}
