// What parsing requests and responses has in common: a head, a body, and again. Owns: which part comes next, pausing.
// HOT: `pnpm bench http`
import {
  ChunkedReader,
  LengthReader,
  UntilCloseReader,
  type BodyReader,
  type BodySink,
} from './body-readers.ts';
import { HTTPInputError } from './errors.ts';
import { HeadScanner } from './head-scanner.ts';

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
export abstract class MessageParser {
  protected readonly scanner: HeadScanner;
  protected state: ParserState = 'head';
  readonly #limits: Required<ParserLimits>;
  readonly #isPausedNow = (): boolean => this.#isPaused;
  #reader: BodyReader | null = null;
  #isPaused = false;
  #maxBodyBytes: number;

  constructor(limits: ParserLimits) {
    this.#limits = {
      maxHeadBytes: limits.maxHeadBytes ?? DEFAULTS.maxHeadBytes,
      maxHeaderCount: limits.maxHeaderCount ?? DEFAULTS.maxHeaderCount,
      maxBodyBytes: limits.maxBodyBytes ?? DEFAULTS.maxBodyBytes,
    };
    this.scanner = new HeadScanner(this.#limits);
    this.#maxBodyBytes = this.#limits.maxBodyBytes;
  }

  /** Whether a message has begun and is not complete. */
  get isMidMessage(): boolean {
    return this.state === 'body' || (this.state === 'head' && this.scanner.isMidHead);
  }

  /** Whether the message is complete: `next()` makes ready for another. */
  get isDone(): boolean {
    return this.state === 'done';
  }

  /**
   * Takes bytes; answers the index of the first that it did not take. That is `end`, unless the message is complete,
   * `pause` was called, or another protocol follows.
   * @throws HTTPInputError once; afterwards the parser is dead.
   */
  push(buffer: Buffer, start: number, end: number): number {
    let at = start;
    try {
      while (at < end && !this.#isPaused) {
        if (this.state === 'head') {
          const behind = this.scanner.scan(buffer, at, end);
          if (behind < 0) return end;
          at = behind;
          this.headScanned();
          this.scanner.reset();
        } else if (this.state === 'body' && this.#reader !== null) {
          at = this.#reader.push(buffer, at, end, this.#isPausedNow);
          if (this.#reader.isDone) this.endBody();
        } else {
          break;
        }
      }
    } catch (error) {
      if (error instanceof HTTPInputError) this.state = 'dead';
      throw error;
    }
    return at;
  }

  /** Makes ready for the next message. */
  next(): void {
    if (this.state !== 'done') return;
    this.state = 'head';
    this.#maxBodyBytes = this.#limits.maxBodyBytes;
  }

  /** `push` returns early from here on; legal from inside a sink's callback. */
  pause(): void {
    this.#isPaused = true;
  }

  /** `push` takes bytes again. */
  resume(): void {
    this.#isPaused = false;
  }

  /** The limit for this message's body; legal while its head is being handled (H1C-21). */
  setMaxBodyBytes(bytes: number): void {
    this.#maxBodyBytes = bytes;
  }

  protected get bodyReader(): BodyReader | null {
    return this.#reader;
  }

  /** Called when the scanner has found a head's end. */
  protected abstract headScanned(): void;
  /** Tells the sink that the message is complete. */
  protected abstract bodyEnded(): void;

  protected beginBody(
    length: number,
    isChunked: boolean,
    untilClose: boolean,
    sink: BodySink,
  ): void {
    if (isChunked) this.#reader = new ChunkedReader(sink, this.#limits);
    else if (untilClose) this.#reader = new UntilCloseReader(sink);
    else if (length > 0) this.#reader = new LengthReader(sink, length);
    else this.#reader = null;
    if (this.#reader === null) {
      this.endBody();
      return;
    }
    this.state = 'body';
    this.#reader.setLimit(this.#maxBodyBytes);
  }

  protected endBody(): void {
    this.#reader = null;
    this.state = 'done';
    this.bodyEnded();
  }
}
