// One request and its answer on one connection. Owns: when the head and the body are sent, what of the answer has come.
// Must not know: how connections are found and kept, redirects, timeouts.
// HOT: `pnpm bench client`
import { HTTPInputError } from '@typhoon/http1';
import { responseFailure, streamFailure } from './failure.ts';
import { describeRequest } from './outgoing-request.ts';
import { ProducedBody } from './produced-body.ts';
import type { ResponseHead } from '@typhoon/http1';
import type { Transport } from '@typhoon/ioloop';
import type { OutgoingRequest } from './outgoing-request.ts';
import type { ProducerOwner } from './produced-body.ts';
import type { BodyFlow, BodyTarget } from './response-body.ts';

/** Who made the request. */
export interface ExchangeOwner {
  /** There is a connection, and the head goes out now. */
  requestStarted(): void;
  /** The final head has come; what is returned takes the body, and tells `flow`. What it throws fails the exchange. */
  headReceived(head: ResponseHead, flow: BodyFlow): BodyTarget;
  /** The answer is complete; `body` is what its target left for the response. */
  bodyReceived(body: Buffer): void;
  /** No answer, or no whole one. `isUntouched`: not a byte of it had come. Comes once, unless all went well. */
  exchangeFailed(error: unknown, isUntouched: boolean): void;
}

/** What an exchange asks of its connection. */
export interface ExchangeCarrier {
  /** Hands over no more of the body. */
  pauseReading(): void;
  resumeReading(): void;
  /** The exchange has failed: closes the connection at once. */
  giveUp(): void;
}

/** Interim answers before the final one. A server that sends them without end is not waited for. */
const MAX_INTERIM = 100;

/** Sends one request, takes one answer. */
export class Exchange implements BodyFlow, ProducerOwner {
  /** What is asked. */
  readonly request: OutgoingRequest;
  readonly #owner: ExchangeOwner;
  #carrier: ExchangeCarrier | null = null;
  #transport: Transport | null = null;
  #producer: ProducedBody | null = null;
  #target: BodyTarget | null = null;
  /** `waiting` for 100, `sending`, or `sent`. */
  #sending: 'waiting' | 'sending' | 'sent' = 'sending';
  #bodyBytes = 0;
  #hasHead = false;
  #interimCount = 0;
  #isAnswered = false;
  #isOver = false;

  constructor(request: OutgoingRequest, owner: ExchangeOwner) {
    this.request = request;
    this.#owner = owner;
  }

  /** Whether the whole answer has come, to its last byte. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Whether the whole request has been written. After an early answer it need not be: RFC 9112 §9.3. */
  get isSent(): boolean {
    return this.#sending === 'sent';
  }

  // From the connection.

  /** This connection, made or not, is for it now. */
  attach(carrier: ExchangeCarrier): void {
    this.#carrier = carrier;
  }

  /** Sends the head, and with it, as one write, the body if it is there. */
  begin(transport: Transport): void {
    this.#transport = transport;
    this.#owner.requestStarted();
    transport.writeLatin1(this.request.head);
    if (this.request.isContinueAwaited) this.#sending = 'waiting';
    else this.#sendBody(transport);
  }

  /** As `begin`, where a backend sends. */
  beginElsewhere(): void {
    this.#sending = 'sent';
    this.#owner.requestStarted();
  }

  /** The server has said nothing for long enough, and gets the body all the same. RFC 9110 §10.1.1. */
  sendUnasked(): void {
    if (this.#isOver || this.#isAnswered || this.#hasHead) return;
    if (this.#sending === 'waiting' && this.#transport !== null) this.#sendBody(this.#transport);
  }

  /** A head of the answer. @throws HTTPInputError for one that nobody asked for. */
  onHead(head: ResponseHead): void {
    if (head.status < 200) {
      if (head.status === 101) throw unaskedSwitch();
      if (++this.#interimCount > MAX_INTERIM) throw tooManyInterim();
      // SHC-12; RFC 9110 §15.2: any other interim answer is skipped (SHC-28).
      if (head.status === 100 && this.#sending === 'waiting' && this.#transport !== null)
        this.#sendBody(this.#transport);
      return;
    }
    this.#hasHead = true;
    try {
      this.#target = this.#owner.headReceived(head, this);
    } catch (error) {
      this.#failHere(error);
    }
  }

  onBody(buffer: Buffer, start: number, end: number): void {
    this.#bodyBytes += end - start;
    this.#target?.push(buffer, start, end);
  }

  /** The answer is complete. */
  onEnd(): void {
    this.#isAnswered = true;
    // From here on the connection is another's.
    this.#carrier = null;
    this.#producer?.stop();
    this.#target?.end();
  }

  pauseWriting(): void {
    this.#producer?.pauseWriting();
  }

  resumeWriting(): void {
    this.#producer?.resumeWriting();
  }

  /** The connection ended, or the answer broke the protocol. */
  connectionFailed(error: Error | null, isUntouched: boolean): void {
    const what = describeRequest(this.request);
    const failure =
      error instanceof HTTPInputError && error.code !== 'ERR_INCOMPLETE'
        ? responseFailure(error, what)
        : streamFailure(error instanceof HTTPInputError ? null : error, what, this.progress());
    this.#fail(failure, isUntouched);
  }

  /** The connection could not be made, or may not go on. */
  refused(error: unknown): void {
    this.#fail(error, false);
  }

  // From the owner.

  /** Nobody waits any more: closes the connection, unless the answer is complete. Tells the owner nothing. */
  abandon(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#producer?.stop();
    this.#target?.drop();
    this.#carrier?.giveUp();
  }

  /** What has come of the answer, for messages. */
  progress(): string {
    if (this.#hasHead) return `${this.#bodyBytes} bytes of the body had come`;
    return 'no complete head had come';
  }

  // From the body's target.

  pause(): void {
    this.#carrier?.pauseReading();
  }

  resume(): void {
    this.#carrier?.resumeReading();
  }

  bodyDone(body: Buffer): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#owner.bodyReceived(body);
  }

  bodyFailed(error: unknown): void {
    const what = describeRequest(this.request);
    this.#failHere(error instanceof HTTPInputError ? responseFailure(error, what) : error);
  }

  // From the body's producer.

  bodySent(): void {
    this.#sending = 'sent';
  }

  sendingFailed(error: unknown): void {
    this.#failHere(error);
  }

  #sendBody(transport: Transport): void {
    const { body, bodyProducer, framing } = this.request;
    this.#sending = 'sending';
    if (bodyProducer !== null) {
      this.#producer = new ProducedBody(bodyProducer, transport, framing, this);
      this.#producer.run();
      return;
    }
    if (typeof body === 'string') transport.writeLatin1(body);
    else if (body !== null) transport.write(body);
    this.#sending = 'sent';
  }

  /** Our side failed: the connection is of no use any more, unless the answer is complete. */
  #failHere(error: unknown): void {
    if (this.#isOver) return;
    this.#fail(error, false);
    this.#carrier?.giveUp();
  }

  #fail(error: unknown, isUntouched: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#producer?.stop();
    this.#target?.drop();
    this.#owner.exchangeFailed(error, isUntouched);
  }
}

function tooManyInterim(): HTTPInputError {
  const message = `more than ${MAX_INTERIM} interim answers before the final one`;
  return new HTTPInputError('ERR_HEAD_TOO_LARGE', message, 431);
}

function unaskedSwitch(): HTTPInputError {
  return new HTTPInputError(
    'ERR_BAD_START_LINE',
    '101 Switching Protocols, which nobody asked for',
  );
}
