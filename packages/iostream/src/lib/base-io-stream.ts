// Reads and writes over a transport. Owns: the one pending read, when the transport reads, the one path to closed.
// Must not know: where connections come from, TLS (io-stream.ts), what satisfies a read (pending-read.ts).
import { Future } from '@typhoon/concurrent';
import { carryContexts, IOLoop } from '@typhoon/ioloop';
import { genLog } from '@typhoon/log';
import { ByteQueue } from './byte-queue.ts';
import { tryRead } from './pending-read.ts';
import {
  StreamBufferFullError,
  StreamClosedError,
  StreamError,
  UnsatisfiableReadError,
} from './stream-error.ts';
import { WriteQueue } from './write-queue.ts';
import type { Flushable, Protocol, Transport, TransportError } from '@typhoon/ioloop';
import type { PendingRead, ReadOutcome } from './pending-read.ts';
import type { IOStreamOptions, ReadBytesOptions, ReadUntilOptions } from './stream-options.ts';

const MAX_BUFFER_SIZE = 104_857_600;
const READ_CHUNK_SIZE = 65_536;
/** TLS, and a poller that sends in batches, say a little late that the kernel has everything: so many turns of the loop. */
const FAREWELL_TURNS = 3;

/** A peer that is gone is nothing to write home about (IOS-24). */
const SILENT = new Set([
  'ERR_CONNECTION_RESET',
  'ERR_CONNECTION_ABORTED',
  'ERR_CONNECTION_TIMED_OUT',
]);

type State = 'new' | 'connecting' | 'open' | 'closed';

interface Reader {
  readonly read: PendingRead;
  settle(value: Buffer | number): void;
  fail(error: Error): void;
}

/** A buffered stream over a transport. One read may be pending at a time; writes are queued. */
export abstract class BaseIOStream {
  /** The loop whose events this stream lives in. */
  readonly ioLoop: IOLoop;
  /** See the options. */
  readonly maxBufferSize: number;
  /** See the options. */
  readonly readChunkSize: number;
  /** See the options; Infinity without a limit. */
  readonly maxWriteBufferSize: number;
  /** What the transport tells this stream. */
  protected readonly protocol: Protocol;
  #state: State = 'new';
  #error: unknown = null;
  #transport: Transport | null = null;
  readonly #input: ByteQueue;
  readonly #output: WriteQueue;
  #reader: Reader | null = null;
  /** Whether the end of an idle connection is looked for: from the first read or close callback on (IOS-23). */
  #isWatching = false;
  #isPaused = false;
  /** The peer has said all; bytes that nobody has read yet put off the end. */
  #hasEnded = false;
  #closeCallback: (() => unknown) | null = null;
  /** Pauses the transport, when those who were told of data have had their say. */
  readonly #pauser: Flushable & { isComing: boolean };
  #isQuietCheckComing = false;
  #arrivals = 0;

  constructor(options: IOStreamOptions = {}) {
    this.ioLoop = IOLoop.current();
    this.maxBufferSize = options.maxBufferSize ?? MAX_BUFFER_SIZE;
    this.readChunkSize = Math.max(
      1,
      Math.min(options.readChunkSize ?? READ_CHUNK_SIZE, Math.floor(this.maxBufferSize / 2)),
    );
    this.maxWriteBufferSize = options.maxWriteBufferSize ?? Infinity;
    this.#input = new ByteQueue(this.readChunkSize);
    this.#output = new WriteQueue(this.ioLoop);
    this.#pauser = { isComing: false, flush: this.#pauseNow };
    this.protocol = this.#makeProtocol();
  }

  /** Why the stream was closed; null while it is open and after an orderly close. */
  get error(): unknown {
    return this.#error;
  }

  /** The connection itself: addresses, encryption. Null before it is made and after the stream is closed. */
  get transport(): Transport | null {
    return this.#transport;
  }

  /**
   * Reads until `delimiter`; the result ends with it, and is the caller's to keep (IOS-7).
   * @throws StreamClosedError; StreamError `ERR_ALREADY_READING`. The future fails with StreamClosedError, its `realError` an
   * UnsatisfiableReadError or a StreamBufferFullError where it is that.
   */
  readUntil(delimiter: Uint8Array | string, options: ReadUntilOptions = {}): Future<Buffer> {
    const { maxBytes = Infinity } = options;
    const bytes = typeof delimiter === 'string' ? Buffer.from(delimiter) : delimiter;
    return this.#readBuffer({ kind: 'until', delimiter: bytes, maxBytes, searched: 0 });
  }

  /**
   * Reads until the end of what `regex` matches. A byte is the character of its number, U+0000 to U+00FF; anchors are those of
   * all that is buffered (IOS-39). Errors as for `readUntil`.
   */
  readUntilRegex(regex: RegExp | string, options: ReadUntilOptions = {}): Future<Buffer> {
    const { maxBytes = Infinity } = options;
    const own = typeof regex === 'string' ? new RegExp(regex) : withoutState(regex);
    return this.#readBuffer({ kind: 'regex', regex: own, maxBytes, searched: 0 });
  }

  /** Reads exactly `count` bytes, or with `partial` up to as many (IOS-10). Errors as for `readUntil`. */
  readBytes(count: number, options: ReadBytesOptions = {}): Future<Buffer> {
    if (!(Number.isInteger(count) && count >= 0)) {
      throw new RangeError(`readBytes takes a number of bytes, got ${count}`);
    }
    return this.#readBuffer({ kind: 'bytes', count, isPartial: options.partial ?? false });
  }

  /**
   * Fills `target`, which is the stream's until the future is done; its result is how many bytes came, all but with `partial`
   * (IOS-12). They do not count as buffered. Errors as for `readUntil`.
   */
  readInto(target: Uint8Array, options: ReadBytesOptions = {}): Future<number> {
    const isPartial = options.partial ?? false;
    return this.#read({ kind: 'into', target, isPartial, filled: 0 }, isNumber);
  }

  /** Reads all there is until the peer closes; on a closed stream, what is left, once (IOS-11). Errors as for `readUntil`. */
  readUntilClose(): Future<Buffer> {
    if (this.closed() && this.#reader === null) {
      return Future.resolved(this.#input.take(this.#input.size));
    }
    return this.#readBuffer({ kind: 'close' });
  }

  /**
   * Sends bytes; text goes as UTF-8, an array of larger elements as its bytes. The bytes are the stream's until the future is
   * done, which is when the kernel has the last of them. Nobody needs to look at it.
   * @throws StreamClosedError; StreamBufferFullError, and nothing is sent of `data` (IOS-16).
   */
  write(data: string | ArrayBufferView): Future<void> {
    if (this.closed()) throw new StreamClosedError(this.#error);
    const bytes = bytesOf(data);
    if (this.#output.size + bytes.length > this.maxWriteBufferSize) {
      throw new StreamBufferFullError('Reached maximum write buffer size');
    }
    return this.#output.write(bytes);
  }

  /**
   * Calls `callback` once, in a turn of its own, when the stream is closed by whichever side, after what a pending read got
   * was delivered (IOS-23). Null removes it.
   */
  setCloseCallback(callback: (() => unknown) | null): void {
    this.#closeCallback = callback === null ? null : carryContexts(callback);
    if (callback === null) return;
    if (this.closed()) this.#tellClosed();
    else this.watch();
  }

  /**
   * Closes at once: what the kernel does not take within a few turns of the loop is dropped, and the peer sees a reset then (IOS-25).
   * What is buffered can still be read.
   *
   * @param error Why; becomes the stream's `error`.
   */
  close(error?: unknown): void {
    if (this.#state === 'closed') return;
    // The order: closed; no pending read, no connecting, no writes; the connection; the callback.
    this.#state = 'closed';
    if (error !== undefined) this.#error = error;
    const closed = new StreamClosedError(this.#error);
    this.#endRead(closed);
    this.closing(closed);
    const transport = this.#transport;
    this.#transport = null;
    this.#output.fail(closed);
    if (transport !== null) this.#letGo(transport);
    this.#tellClosed();
  }

  /** Whether a read is pending. */
  reading(): boolean {
    return this.#reader !== null;
  }

  /** Whether there are bytes that the kernel does not have. */
  writing(): boolean {
    return this.#output.size > 0;
  }

  /** Whether the stream is closed. */
  closed(): boolean {
    return this.#state === 'closed';
  }

  /** Turns Nagle's algorithm off or on; does nothing where there is none, and none of its errors matter (IOS-34). */
  setNodelay(isOn: boolean): void {
    try {
      this.#transport?.setNoDelay(isOn);
    } catch {
      // The connection is on its way out.
    }
  }

  /** The connection is there; a subclass may have to do something before bytes can flow. */
  protected transportMade(transport: Transport): void {
    this.opened(transport);
  }

  /** A subclass has something to give up, or somebody to tell. */
  protected closing(_error: StreamClosedError): void {
    // Nothing here.
  }

  /** The connection was lost, or never came about. */
  protected lost(error: TransportError | null): void {
    if (error !== null && !SILENT.has(error.code)) {
      const what = this.writing() ? 'Write error on' : 'error on read:';
      genLog.warning('%s %s', what, error.message);
    }
    this.close(error ?? undefined);
  }

  /** An attempt to connect begins. */
  protected begin(): void {
    if (this.#state === 'closed') throw new StreamClosedError(this.#error);
    this.#state = 'connecting';
  }

  /** An open connection becomes this stream's. */
  protected adopt(transport: Transport): void {
    this.begin();
    transport.setProtocol(this.protocol);
    this.transportMade(transport);
  }

  /** From now on the end of the connection is looked for, also while nobody reads. */
  protected watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#updateReading();
  }

  /** Bytes can flow. */
  protected opened(transport: Transport): void {
    if (this.#state === 'closed' || this.#transport === transport) return;
    this.#state = 'open';
    this.#transport = transport;
    this.#isPaused = true;
    transport.pauseReading();
    this.#output.attach(transport);
    this.#updateReading();
  }

  /**
   * Gives the connection away (IOS-28): this stream is closed, and its callback is never called.
   * @throws StreamError `ERR_NOT_IDLE`
   */
  protected release(): {
    readonly transport: Transport;
    readonly closeCallback: (() => unknown) | null;
  } {
    const transport = this.#transport;
    const isIdle = this.#reader === null && this.#input.size === 0 && !this.#output.isBlocked;
    if (transport === null || !isIdle) {
      throw new StreamError('ERR_NOT_IDLE', 'IOStream is not idle; cannot convert to SSL');
    }
    const closeCallback = this.#closeCallback;
    this.#closeCallback = null;
    this.#transport = null;
    this.#state = 'closed';
    return { transport, closeCallback };
  }

  #makeProtocol(): Protocol {
    return {
      connectionMade: (transport) => {
        this.transportMade(transport);
      },
      dataReceived: (buffer, start, end) => {
        this.#dataReceived(buffer, start, end);
      },
      eofReceived: () => {
        this.#hasEnded = true;
        this.#updateReading();
        return true;
      },
      pauseWriting: () => {
        this.#output.pause();
      },
      resumeWriting: () => {
        this.#output.resume();
      },
      connectionLost: (error) => {
        if (!this.closed()) this.lost(error);
      },
    };
  }

  #readBuffer(read: PendingRead): Future<Buffer> {
    return this.#read(read, isBuffer);
  }

  #read<T extends Buffer | number>(
    read: PendingRead,
    isResult: (value: Buffer | number) => value is T,
  ): Future<T> {
    if (this.#reader !== null) throw new StreamError('ERR_ALREADY_READING', 'Already reading');
    const future = new Future<T>({
      onCancel: () => {
        this.#cancelRead(read);
        return false;
      },
    });
    const reader: Reader = {
      read,
      settle: (value) => {
        if (isResult(value) && !future.done()) future.setResult(value);
      },
      fail: (error) => {
        if (future.done()) return;
        future.setException(error);
        future.exception(); // who gave the read up need not look (IOS-17)
      },
    };
    const outcome = tryRead(this.#input, read, this.maxBufferSize, this.closed());
    if (outcome === null && this.closed()) throw new StreamClosedError(this.#error);
    this.#reader = reader;
    if (outcome !== null) this.#finishRead(outcome);
    else this.watch();
    this.#updateReading();
    return future;
  }

  /** What came stays, for the next read. */
  #cancelRead(read: PendingRead): void {
    if (this.#reader?.read !== read) return;
    this.#reader = null;
    this.#putBack(read);
    this.#updateReading();
  }

  #putBack(read: PendingRead): void {
    if (read.kind === 'into') this.#input.unshift(read.target.subarray(0, read.filled));
  }

  #finishRead(outcome: NonNullable<ReadOutcome>): void {
    const reader = this.#reader;
    if (reader === null) return;
    if ('value' in outcome) {
      this.#reader = null;
      reader.settle(outcome.value);
      return;
    }
    const { failure } = outcome;
    if (failure instanceof UnsatisfiableReadError) {
      genLog.info('Unsatisfiable read, closing connection: %s', failure.message);
    } else {
      genLog.error(failure.message);
    }
    this.#failRead(reader, failure);
  }

  /** A read that can never be satisfied takes the stream with it. */
  #failRead(reader: Reader, failure: StreamError): void {
    this.#reader = null;
    if (this.closed()) reader.fail(new StreamClosedError(failure));
    else this.close(failure);
    reader.fail(new StreamClosedError(failure));
  }

  #endRead(closed: StreamClosedError): void {
    const reader = this.#reader;
    if (reader === null) return;
    this.#reader = null;
    const { read } = reader;
    if (read.kind === 'close') {
      reader.settle(this.#input.take(this.#input.size));
      return;
    }
    // IOS-6: perhaps what came last is enough.
    const outcome = tryRead(this.#input, read, this.maxBufferSize, true);
    if (outcome !== null && 'value' in outcome) {
      reader.settle(outcome.value);
      return;
    }
    this.#putBack(read);
    reader.fail(closed);
  }

  /** IOS-14, 23: the transport reads for a pending read, and for the end of a connection of which nothing is buffered. */
  #updateReading(): void {
    const transport = this.#transport;
    if (transport === null) return;
    if (this.#hasEnded && this.#wantsData()) {
      this.close(); // IOS-36: there is no half-open
      return;
    }
    if (!this.#wantsData()) {
      if (!this.#isPaused && !this.#pauser.isComing) {
        this.#pauser.isComing = true;
        this.ioLoop.addFlush(this.#pauser);
      }
    } else if (this.#isPaused) {
      this.#isPaused = false;
      transport.resumeReading();
    }
  }

  #wantsData(): boolean {
    return this.#reader !== null || (this.#isWatching && this.#input.size === 0);
  }

  readonly #pauseNow = (): void => {
    this.#pauser.isComing = false;
    if (this.#transport === null || this.#isPaused || this.#wantsData()) return;
    this.#isPaused = true;
    this.#transport.pauseReading();
  };

  #dataReceived(buffer: Buffer, start: number, end: number): void {
    if (this.closed()) {
      genLog.warning('Got events for closed stream'); // IOS-26: a transport that was closed says no more
      return;
    }
    const read = this.#reader?.read;
    let from = start;
    if (read?.kind === 'into' && this.#input.size === 0) {
      from += Math.min(end - start, read.target.length - read.filled);
      read.target.set(buffer.subarray(start, from), read.filled);
      read.filled += from - start;
    }
    this.#input.append(buffer, from, end);
    this.#arrivals++;
    if (read !== undefined) this.#tryPending(read, false);
    this.#updateReading();
  }

  #tryPending(read: PendingRead, isQuiet: boolean): void {
    const outcome = tryRead(this.#input, read, this.maxBufferSize, isQuiet);
    if (outcome !== null) this.#finishRead(outcome);
    else if (read.kind === 'regex' && read.searched < this.#input.size) this.#checkWhenQuiet(read);
  }

  /** A long search waits until there is twice as much, or until a turn of the loop brings nothing new (IOS-7). */
  #checkWhenQuiet(read: PendingRead): void {
    if (this.#isQuietCheckComing) return;
    this.#isQuietCheckComing = true;
    const before = this.#arrivals;
    this.ioLoop.addCallback(() => {
      this.#isQuietCheckComing = false;
      if (this.#reader?.read === read) this.#tryPending(read, this.#arrivals === before);
    });
  }

  /** What the kernel takes by then is sent, the rest is dropped (IOS-25). */
  #letGo(transport: Transport): void {
    transport.close();
    let turns = FAREWELL_TURNS;
    const look = (): void => {
      if (transport.bufferedAmount === 0) return;
      if (turns-- > 0) this.ioLoop.addCallback(look);
      else transport.abort();
    };
    this.ioLoop.addFlush({ flush: look });
  }

  #tellClosed(): void {
    this.ioLoop.addCallback(() => {
      const callback = this.#closeCallback;
      this.#closeCallback = null;
      return callback?.();
    });
  }
}

function isBuffer(value: Buffer | number): value is Buffer {
  return typeof value !== 'number';
}

function isNumber(value: Buffer | number): value is number {
  return typeof value === 'number';
}

/** `g` and `y` would make a search depend on the one before. */
function withoutState(regex: RegExp): RegExp {
  return new RegExp(regex.source, regex.flags.replace(/[gy]/g, ''));
}

function bytesOf(data: string | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new TypeError('write takes text or bytes');
}
