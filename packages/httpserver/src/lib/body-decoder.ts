// Compressed request bodies. Owns: which codings are known, decoding on zlib's threads, the limit on what comes out, what is
// wrong with a body that does not end where it should (H1C-38, 39, SEC-8, SEC-30).
// Must not know: delegates, connections.
import { createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { HTTPInputError, type HTTPHeaders } from '@typhoon/http1';
import type { Gunzip, Inflate, InflateRaw } from 'node:zlib';
import type { Awaitable } from './http-connection.ts';

/** What a decoder needs. */
export interface DecoderOptions {
  /** Largest piece that comes out, in bytes. */
  readonly chunkBytes: number;
  /** Most bytes that may come out. */
  readonly maxBytes: number;
  /** Takes a piece; nothing more comes out before what it returns is settled. The bytes are borrowed. */
  readonly deliver: (chunk: Buffer) => Awaitable;
}

const GZIP: ReadonlySet<string> = new Set(['gzip', 'x-gzip']);

/**
 * A decoder for the body that these headers describe, or null when it is not compressed in a way known here. Then they say
 * no more that it is: `Content-Encoding` becomes `X-Consumed-Content-Encoding` (H1C-38).
 */
export function decoderFor(headers: HTTPHeaders, options: DecoderOptions): BodyDecoder | null {
  const coding = headers.get('Content-Encoding');
  if (coding === undefined) return null;
  const name = coding.trim().toLowerCase();
  if (!GZIP.has(name) && name !== 'deflate') return null;
  headers.add('X-Consumed-Content-Encoding', coding);
  headers.delete('Content-Encoding');
  headers.delete('Content-Length'); // of what nobody will see
  return new BodyDecoder(GZIP.has(name), options);
}

type Inflater = Gunzip | Inflate | InflateRaw;

/** Decodes one body, a piece at a time. */
export class BodyDecoder {
  readonly #isGzip: boolean;
  readonly #options: DecoderOptions;
  #stream: Inflater | null = null;
  #limit: number;
  #inBytes = 0;
  #outBytes = 0;
  #delivering: Promise<void> = Promise.resolve();
  #fail: (error: unknown) => void = () => undefined;
  readonly #failed: Promise<never>;
  #tellEnded: () => void = () => undefined;
  /** All has come out, perhaps before all has gone in. */
  readonly #ended: Promise<void>;

  constructor(isGzip: boolean, options: DecoderOptions) {
    this.#isGzip = isGzip;
    this.#options = options;
    this.#limit = options.maxBytes;
    this.#failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => undefined); // whoever waits hears of it
    this.#ended = new Promise((resolve) => {
      this.#tellEnded = resolve;
    });
  }

  /** Another limit on what comes out. */
  setMaxBytes(bytes: number): void {
    this.#limit = bytes;
  }

  /**
   * Takes a piece of the body, which is copied; resolves when another one can be taken.
   * Rejects with HTTPInputError `ERR_BAD_BODY`, `ERR_BODY_TOO_LARGE` (413), or what `deliver` failed with.
   */
  async push(chunk: Buffer): Promise<void> {
    this.#inBytes += chunk.length;
    const stream = (this.#stream ??= this.#open(chunk[0] ?? 0));
    const copy = Buffer.from(chunk);
    const written = new Promise<void>((resolve) => {
      stream.write(copy, () => {
        resolve();
      });
    });
    await Promise.race([written, this.#ended, this.#failed]);
    await Promise.race([this.#delivering, this.#failed]);
  }

  /** The body is complete; resolves when all of it has been delivered. Rejects as `push`. */
  async end(): Promise<void> {
    const stream = this.#stream;
    if (stream === null) {
      if (this.#isGzip) throw badBody('compressed body is empty');
      return;
    }
    stream.end();
    await Promise.race([this.#ended, this.#failed]);
    await Promise.race([this.#delivering, this.#failed]);
    if (stream.bytesWritten < this.#inBytes)
      throw badBody('encountered unconsumed gzip data without making progress');
  }

  /** Nobody wants it any more. */
  close(): void {
    this.#stream?.destroy();
  }

  #open(first: number): Inflater {
    const options = { chunkSize: Math.max(64, this.#options.chunkBytes) };
    let stream: Inflater;
    if (this.#isGzip) stream = createGunzip(options);
    else if (isZlib(first)) stream = createInflate(options);
    else stream = createInflateRaw(options);
    stream.on('data', (chunk: Buffer) => {
      this.#take(stream, chunk);
    });
    stream.on('end', this.#tellEnded);
    stream.on('error', (error: Error) => {
      this.#fail(badBody(error.message));
    });
    return stream;
  }

  #take(stream: Inflater, chunk: Buffer): void {
    this.#outBytes += chunk.length;
    if (this.#outBytes > this.#limit) {
      const message = `decompressed body too large: more than ${this.#limit} bytes`;
      this.#fail(new HTTPInputError('ERR_BODY_TOO_LARGE', message, 413));
      stream.destroy();
      return;
    }
    stream.pause();
    this.#delivering = this.#deliver(chunk).then(
      () => {
        stream.resume();
      },
      (error: unknown) => {
        this.#fail(error);
        stream.destroy();
      },
    );
  }

  async #deliver(chunk: Buffer): Promise<void> {
    const { chunkBytes, deliver } = this.#options;
    for (let at = 0; at < chunk.length; at += chunkBytes)
      await deliver(chunk.subarray(at, at + chunkBytes));
  }
}

/** RFC 9110 §8.4.1.2 means the zlib format; some clients send the bare one, which never begins with a zlib header. */
function isZlib(first: number): boolean {
  return (first & 0x0f) === 8 && first >> 4 <= 7;
}

function badBody(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_BODY', message);
}
