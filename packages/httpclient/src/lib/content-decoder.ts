// Compressed bodies. Owns: which codings are known, when it is done at once and when in pieces, the limit on what comes
// out (SEC-30, SHC-18). Must not know: where the body goes.
//
// A small body is inflated in one call: setting up a zlib stream costs more than inflating 10 KB, and the answer is there
// in the same event. What is large, grows large, or is streamed goes through node:zlib's streams, on its threads.
import * as zlib from 'node:zlib';
import { HTTPInputError } from '@typhoon/http1';
import { CollectedBody } from './response-body.ts';
import type { Transform } from 'node:stream';
import type { BodyFlow, BodyTarget } from './response-body.ts';

/** Compressed bytes up to which a body is held back to be inflated in one call. */
const SMALL_INPUT = 65_536;
/** Bytes up to which it is; about a millisecond. */
const SMALL_OUTPUT = 262_144;
const NOTHING = Buffer.alloc(0);

interface Coding {
  /** In one call. `first` is the first byte of the body. */
  inflate(bytes: Buffer, options: { maxOutputLength: number }): Buffer;
  /** In pieces. */
  stream(first: number): Transform;
}

const GZIP: Coding = {
  inflate: (bytes, options) => zlib.gunzipSync(bytes, options),
  stream: () => zlib.createGunzip(),
};

/** RFC 9110 §8.4.1.2 means the zlib format; some servers send the bare one, which never begins with a zlib header. */
const DEFLATE: Coding = {
  inflate: (bytes, options) =>
    isZlib(bytes[0] ?? 0) ? zlib.inflateSync(bytes, options) : zlib.inflateRawSync(bytes, options),
  stream: (first) => (isZlib(first) ? zlib.createInflate() : zlib.createInflateRaw()),
};

/** RFC 8878; since Node.js 22.15, which the types do not know of. */
interface Zstd {
  zstdDecompressSync(bytes: Buffer, options: { maxOutputLength: number }): Buffer;
  createZstdDecompress(): Transform;
}

function hasZstd(module: object): module is Zstd {
  return 'zstdDecompressSync' in module && 'createZstdDecompress' in module;
}

function zstdOf(module: object): [string, Coding][] {
  if (!hasZstd(module)) return [];
  const inflate = module.zstdDecompressSync.bind(module);
  return [['zstd', { inflate, stream: () => module.createZstdDecompress() }]];
}

const CODINGS: ReadonlyMap<string, Coding> = new Map<string, Coding>([
  ['gzip', GZIP],
  ['x-gzip', GZIP],
  ['deflate', DEFLATE],
  [
    'br',
    {
      inflate: (bytes, options) => zlib.brotliDecompressSync(bytes, options),
      stream: () => zlib.createBrotliDecompress(),
    },
  ],
  ...zstdOf(zlib),
]);

/** Whether a body with this Content-Encoding can be decoded here. */
export function isKnownCoding(contentEncoding: string): boolean {
  return CODINGS.has(contentEncoding.trim().toLowerCase());
}

/** How to decode. */
export interface DecoderOptions {
  /** A value that `isKnownCoding`. */
  readonly contentEncoding: string;
  /** Most bytes that may come out. */
  readonly maxBytes: number;
  /** Makes what takes the decoded body in pieces. */
  readonly makeTarget: (flow: BodyFlow) => BodyTarget;
  /** Whether the pieces are wanted as they come; else a small body is decoded in one call. */
  readonly isStreamed: boolean;
}

/** Decodes a body on its way to another target. */
export class DecodedBody implements BodyTarget {
  readonly #flow: BodyFlow;
  readonly #options: DecoderOptions;
  readonly #coding: Coding;
  /** The compressed body, as long as it is small. */
  #held: CollectedBody | null;
  #stream: DecodingStream | null = null;
  #isOver = false;

  constructor(flow: BodyFlow, options: DecoderOptions) {
    this.#flow = flow;
    this.#options = options;
    this.#coding = CODINGS.get(options.contentEncoding.trim().toLowerCase()) ?? GZIP;
    this.#held = options.isStreamed ? null : new CollectedBody(flow, -1);
  }

  push(buffer: Buffer, start: number, end: number): void {
    if (this.#isOver) return;
    if (this.#held !== null) {
      this.#held.push(buffer, start, end);
      if (this.#held.bytes.length > SMALL_INPUT) this.#release();
      return;
    }
    this.#write(Buffer.from(buffer.subarray(start, end)));
  }

  end(): void {
    if (this.#isOver) return;
    if (this.#held !== null && this.#inflateAtOnce(this.#held.bytes)) return;
    if (this.#held !== null) this.#release();
    if (this.#stream === null) this.#flow.bodyDone(NOTHING);
    else this.#stream.end();
  }

  drop(): void {
    this.#isOver = true;
    this.#stream?.drop();
  }

  /** Whether that settled it; if not, the body is not small after all. */
  #inflateAtOnce(bytes: Buffer): boolean {
    if (bytes.length === 0) return false;
    const { maxBytes } = this.#options;
    const maxOutputLength = Math.min(Math.max(1, maxBytes), SMALL_OUTPUT);
    let body: Buffer;
    try {
      body = this.#coding.inflate(bytes, { maxOutputLength });
    } catch (error) {
      const isTooLarge = isBufferTooLarge(error);
      if (isTooLarge && maxBytes > SMALL_OUTPUT) return false;
      this.#flow.bodyFailed(isTooLarge ? tooLarge(maxBytes) : undecodable(error));
      return true;
    }
    if (body.length > maxBytes) this.#flow.bodyFailed(tooLarge(maxBytes));
    else this.#flow.bodyDone(body);
    return true;
  }

  #release(): void {
    const bytes = this.#held?.bytes ?? NOTHING;
    this.#held = null;
    if (bytes.length > 0) this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    this.#stream ??= new DecodingStream(
      this.#flow,
      this.#options,
      this.#coding.stream(bytes[0] ?? 0),
    );
    this.#stream.write(bytes);
  }
}

/** A zlib stream between two ends that can both ask for a pause. */
class DecodingStream {
  readonly #flow: BodyFlow;
  readonly #stream: Transform;
  readonly #maxBytes: number;
  readonly #target: BodyTarget;
  #left: number;
  #isPaused = false;
  #isOver = false;

  constructor(flow: BodyFlow, options: DecoderOptions, stream: Transform) {
    this.#flow = flow;
    this.#stream = stream;
    this.#maxBytes = options.maxBytes;
    this.#left = options.maxBytes;
    this.#target = options.makeTarget({
      pause: () => {
        stream.pause();
      },
      resume: () => {
        stream.resume();
      },
      bodyDone: (body) => {
        if (!this.#isOver) flow.bodyDone(body);
      },
      bodyFailed: (error) => {
        this.#fail(error);
      },
    });
    stream.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    stream.on('drain', () => {
      this.#resume();
    });
    stream.on('end', () => {
      if (!this.#isOver) this.#target.end();
    });
    stream.on('error', (error: Error) => {
      this.#fail(undecodable(error));
    });
  }

  write(bytes: Buffer): void {
    if (this.#isOver || this.#stream.write(bytes) || this.#isPaused) return;
    this.#isPaused = true;
    this.#flow.pause();
  }

  end(): void {
    if (!this.#isOver) this.#stream.end();
  }

  drop(): void {
    this.#isOver = true;
    this.#target.drop();
    this.#stream.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#left -= chunk.length;
    if (this.#left < 0) this.#fail(tooLarge(this.#maxBytes));
    else this.#target.push(chunk, 0, chunk.length);
  }

  #resume(): void {
    if (!this.#isPaused || this.#isOver) return;
    this.#isPaused = false;
    this.#flow.resume();
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.drop();
    this.#flow.bodyFailed(error);
  }
}

function isZlib(first: number): boolean {
  // RFC 1950 §2.2: method 8, window of at most 32 KiB.
  return (first & 0x0f) === 8 && first >> 4 <= 7;
}

function isBufferTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(maxBytes: number): HTTPInputError {
  const message = `decompressed body too large, limit is ${maxBytes} bytes`;
  return new HTTPInputError('ERR_BODY_TOO_LARGE', message, 413);
}

/** H1C-39: cut short, or no such coding. */
function undecodable(error: unknown): HTTPInputError {
  const why = error instanceof Error ? error.message : String(error);
  return new HTTPInputError('ERR_BAD_BODY', `the body cannot be decoded: ${why}`);
}
