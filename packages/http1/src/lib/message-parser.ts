// What parsing requests and responses has in common: a head, a body, and again. Owns: which part comes next, pausing.
// HOT: `pnpm bench http`
//
//            head complete       body complete
//   [ head ] ------------> [ body ] --------> [ done ] --next()--> [ head ]
//      |  '- 1xx: [ head ]    |
//      |  '- 101, CONNECT: [ switched ]
//      '-- an error: [ dead ]-'
import {
  ChunkedReader,
  LengthReader,
  UntilCloseReader,
  type BodyReader,
  type BodySink,
  type Pausable,
} from './body-readers.ts';

/** What a parser allows. */
export interface ParserLimits {
  /** Largest head, and largest trailers, in bytes; more is 431. Default 65536. */
  readonly maxHeadBytes?: number;
  /** Most header lines; more is 431. Default 1000. */
  readonly maxHeaderCount?: number;
  /** Largest body in bytes; more is 413. Default 104857600 (100 MiB). */
  readonly maxBodyBytes?: number;
}

const DEFAULTS = {
  maxHeadBytes: 65_536,
  maxHeaderCount: 1000,
  maxBodyBytes: 104_857_600,
} satisfies Required<ParserLimits>;

/** `head` and `body` take bytes; `done` waits for `next()`; `dead` has thrown; `switched` is another protocol's. */
export type ParserState = 'head' | 'body' | 'done' | 'dead' | 'switched';

/** The machine under both parsers. */
export abstract class MessageParser implements Pausable {
  protected state: ParserState = 'head';
  protected readonly limits: Required<ParserLimits>;
  readonly #sink: BodySink & { onEnd(): void };
  #reader: BodyReader | null = null;
  #lengthReader: LengthReader | null = null;
  #chunkedReader: ChunkedReader | null = null;
  #isPaused = false;
  #maxBodyBytes: number;

  constructor(sink: BodySink & { onEnd(): void }, limits: ParserLimits) {
    this.#sink = sink;
    this.limits = {
      maxHeadBytes: limits.maxHeadBytes ?? DEFAULTS.maxHeadBytes,
      maxHeaderCount: limits.maxHeaderCount ?? DEFAULTS.maxHeaderCount,
      maxBodyBytes: limits.maxBodyBytes ?? DEFAULTS.maxBodyBytes,
    };
    this.#maxBodyBytes = this.limits.maxBodyBytes;
  }

  /** Whether a message has begun and is not complete. */
  get isMidMessage(): boolean {
    return this.state === 'body' || (this.state === 'head' && this.isMidHead);
  }

  /** Whether `pause` was called, and `resume` not since. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether the message is complete: `next()` makes ready for another. */
  get isDone(): boolean {
    return this.state === 'done';
  }

  /**
   * Takes bytes; answers the index of the first that it did not take. That is `end`, unless the message is complete,
   * `pause` was called, or another protocol follows. A parser that has thrown takes nothing more.
   * @throws HTTPInputError, and what the sink throws; afterwards the parser is dead.
   */
  push(buffer: Buffer, start: number, end: number): number {
    let at = start;
    try {
      while (at < end && !this.#isPaused) {
        if (this.state === 'head') {
          at = this.scanHead(buffer, at, end);
        } else if (this.state === 'body' && this.#reader !== null) {
          at = this.#reader.push(buffer, at, end, this);
          if (this.#reader.isDone) this.endBody();
        } else {
          break;
        }
      }
    } catch (error) {
      this.state = 'dead';
      throw error;
    }
    return at;
  }

  /** Makes ready for the next message. Does nothing before this one is complete. */
  next(): void {
    if (this.state !== 'done') return;
    this.state = 'head';
    this.#maxBodyBytes = this.limits.maxBodyBytes;
  }

  /**
   * `push` returns early from here on, and no piece of the body is given to the sink; legal from inside its callbacks.
   * `onEnd` is not held back: it comes as soon as no byte of the message is left to be taken.
   */
  pause(): void {
    this.#isPaused = true;
  }

  /** `push` takes bytes again. */
  resume(): void {
    this.#isPaused = false;
  }

  /** The limit for this message's body, in bytes; legal while its head is being handled (H1C-21). */
  setMaxBodyBytes(bytes: number): void {
    this.#maxBodyBytes = bytes;
  }

  /** Whether some of a head is here, but not all. */
  protected abstract get isMidHead(): boolean;

  /** Scans a head on, and when it is complete tells the sink; answers the index behind what it took. */
  protected abstract scanHead(buffer: Buffer, start: number, end: number): number;

  /** RFC 9112 §6.3, once it is decided. */
  protected beginBody(length: number, isChunked: boolean, isUntilClose: boolean): void {
    let reader: BodyReader;
    if (isChunked) reader = this.#chunkedReader ??= new ChunkedReader(this.#sink, this.limits);
    else if (isUntilClose) reader = new UntilCloseReader(this.#sink);
    else if (length > 0) reader = this.#lengthReader ??= new LengthReader(this.#sink);
    else {
      this.endBody();
      return;
    }
    reader.begin(length, this.#maxBodyBytes);
    this.#reader = reader;
    this.state = 'body';
  }

  protected endBody(): void {
    this.#reader = null;
    this.state = 'done';
    this.#sink.onEnd();
  }
}
