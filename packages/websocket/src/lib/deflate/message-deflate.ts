// Compressed messages (RFC 7692 §7.2). Owns: how zlib is called, and the limit on what comes out. Must not know: frames.
// HOT: `pnpm bench websocket`
//
// Nothing is kept between messages: each is one call of zlib, for which the compressor is made as small as the message allows.
// Where the ends have agreed that messages refer to those before them, we keep these ourselves, as the dictionary of the next
// call: 32 KiB at most, where a compressor that lives as long as the connection has 256 KiB, and an inflater 44.
import { kMaxLength } from 'node:buffer';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { RemoteProtocolError } from '../websocket-error.ts';
import { SlidingWindow } from './sliding-window.ts';
import type { CompressionOptions, DeflateParams } from './deflate-params.ts';
import type { Inflater } from '../protocol/message-reader.ts';

/** What a flush ends with, and is not sent (RFC 7692 §7.2.1). */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);
/** RFC 7692 §7.2.3.6: what is sent for a message of no bytes. */
const EMPTY_MESSAGE = Buffer.from([0x00]);
const MIN_WINDOW_BITS = 9;
const MAX_WINDOW_BITS = 15;
const FEWEST_CHUNK_BYTES = 1024;
/** An application has few kinds of compression; one that makes up new options each time must not fill us up. */
const SHARED_MAX = 256;
const MOST_CHUNK_BYTES = 65_536;
const DEFAULTS = { compressionLevel: 6, memLevel: 8, thresholdBytes: 256 };

/** Compresses what is sent. */
export class Deflater {
  /** Messages of fewer bytes are sent as they are. */
  readonly thresholdBytes: number;
  /** Deflaters of one key make the same of the same, unless they remember. */
  readonly key: string;
  readonly #level: number;
  readonly #memLevel: number;
  readonly #windowBits: number;
  readonly #window: SlidingWindow | null;

  constructor(options: CompressionOptions, windowBits: number, isTakeover: boolean) {
    this.thresholdBytes = options.thresholdBytes ?? DEFAULTS.thresholdBytes;
    this.#level = options.compressionLevel ?? DEFAULTS.compressionLevel;
    this.#memLevel = options.memLevel ?? DEFAULTS.memLevel;
    this.#windowBits = windowBits;
    this.#window = isTakeover ? new SlidingWindow(1 << windowBits) : null;
    this.key = `${this.#level},${this.#memLevel},${windowBits},${this.thresholdBytes}`;
  }

  /** The payload of the frame that says `message`. */
  deflate(message: Uint8Array): Buffer {
    if (message.byteLength === 0) return EMPTY_MESSAGE;
    const dictionary = this.#window?.bytes;
    const bits = this.#bitsFor(message.byteLength + (dictionary?.length ?? 0));
    const out = deflateRawSync(message, {
      finishFlush: constants.Z_SYNC_FLUSH,
      level: this.#level,
      memLevel: Math.min(this.#memLevel, Math.max(1, bits - 6)),
      windowBits: bits,
      // Raw deflate knows no window of 256 bytes; what refers to the byte before alone fits in any.
      ...(this.#windowBits < MIN_WINDOW_BITS ? { strategy: constants.Z_RLE } : {}),
      chunkSize: chunkFor(message.byteLength + 64),
      ...(dictionary === undefined || dictionary.length === 0 ? {} : { dictionary }),
    });
    this.#window?.add(message);
    return out.subarray(0, out.length - TAIL.length);
  }

  /** The smallest window that all of it fits in. */
  #bitsFor(bytes: number): number {
    const fitting = 32 - Math.clz32(bytes - 1);
    return Math.max(MIN_WINDOW_BITS, Math.min(this.#windowBits, fitting));
  }
}

/** Decompresses what comes. */
class MessageInflater implements Inflater {
  readonly #window: SlidingWindow | null;

  constructor(windowBits: number, isTakeover: boolean) {
    this.#window = isTakeover ? new SlidingWindow(1 << windowBits) : null;
  }

  inflate(payload: Buffer, maxBytes: number): Buffer {
    const dictionary = this.#window?.bytes;
    let message: Buffer;
    try {
      message = inflateRawSync(Buffer.concat([payload, TAIL]), {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: Math.max(1, Math.min(maxBytes, kMaxLength)),
        chunkSize: chunkFor(Math.min(maxBytes + 1, 4 * payload.length)),
        ...(dictionary === undefined || dictionary.length === 0 ? {} : { dictionary }),
      });
    } catch (error) {
      throw inflateFailure(error);
    }
    if (message.length > maxBytes) throw tooBig();
    this.#window?.add(message);
    return message;
  }
}

/** The one for all connections that keep nothing between messages. */
const SHARED_INFLATER = new MessageInflater(MAX_WINDOW_BITS, false);

function chunkFor(bytes: number): number {
  return Math.max(FEWEST_CHUNK_BYTES, Math.min(MOST_CHUNK_BYTES, bytes));
}

function inflateFailure(error: unknown): RemoteProtocolError {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooBig(error);
  return new RemoteProtocolError(1007, 'a message that is not compressed as it says', {
    cause: error,
  });
}

function tooBig(cause?: unknown): RemoteProtocolError {
  return new RemoteProtocolError(1009, 'message too big after decompression', { cause });
}

/** Both halves of compression on one connection. */
export interface DeflatePair {
  /** Whether either half remembers messages: it is of one connection alone then. */
  readonly isRemembering: boolean;
  readonly deflater: Deflater;
  readonly inflater: Inflater;
}

/** Deflaters that keep nothing, by what they were made of. */
const shared = new Map<string, Deflater>();

/** What compresses and decompresses on a connection with these parameters. */
export function deflatePair(
  params: DeflateParams,
  options: CompressionOptions,
  isClient: boolean,
): DeflatePair {
  const ours = isClient ? params.clientWindowBits : params.serverWindowBits;
  const theirs = isClient ? params.serverWindowBits : params.clientWindowBits;
  const isOursKept = isClient ? params.clientTakeover : params.serverTakeover;
  const isTheirsKept = isClient ? params.serverTakeover : params.clientTakeover;
  // Nobody is obliged to refer to what came before.
  const isTakeover = isOursKept && options.contextTakeover === true;
  return {
    isRemembering: isTakeover || isTheirsKept,
    deflater: isTakeover ? new Deflater(options, ours, true) : sharedDeflater(options, ours),
    inflater: isTheirsKept ? new MessageInflater(theirs, true) : SHARED_INFLATER,
  };
}

function sharedDeflater(options: CompressionOptions, windowBits: number): Deflater {
  const made = new Deflater(options, windowBits, false);
  const known = shared.get(made.key);
  if (known !== undefined) return known;
  if (shared.size < SHARED_MAX) shared.set(made.key, made);
  return made;
}
