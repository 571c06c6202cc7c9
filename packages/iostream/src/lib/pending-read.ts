// What a reader waits for, and whether the buffered bytes are it. Owns: the kinds of reads, their limits, how far each has
// searched. Must not know: transports, futures.
import { StreamBufferFullError, UnsatisfiableReadError } from './stream-error.ts';
import type { ByteQueue } from './byte-queue.ts';
import type { StreamError } from './stream-error.ts';

/** A read that is not satisfied yet. */
export type PendingRead =
  | { readonly kind: 'bytes'; readonly count: number; readonly isPartial: boolean }
  | {
      readonly kind: 'until';
      readonly delimiter: Uint8Array;
      readonly maxBytes: number;
      /** No match begins before this. */
      searched: number;
    }
  | {
      readonly kind: 'regex';
      readonly regex: RegExp;
      readonly maxBytes: number;
      /** How much was buffered at the last search. */
      searched: number;
    }
  | {
      readonly kind: 'into';
      readonly target: Uint8Array;
      readonly isPartial: boolean;
      filled: number;
    }
  | { readonly kind: 'close' };

/** What became of a read: bytes (or for `into` the number of them), a failure, or null: it has to wait. */
export type ReadOutcome =
  { readonly value: Buffer | number } | { readonly failure: StreamError } | null;

/** Up to here a regular expression is tried whenever bytes come; beyond, when there is twice as much or quiet (IOS-7). */
const EAGER_REGEX_BYTES = 65_536;

/**
 * Tries to satisfy a read from the queue, and takes the bytes out if that can be done.
 *
 * @param maxBufferSize No read may need more bytes than that.
 * @param isEnd No more will come (the stream is closing), or none came for a while: search whatever there is.
 */
export function tryRead(
  queue: ByteQueue,
  read: PendingRead,
  maxBufferSize: number,
  isEnd = false,
): ReadOutcome {
  switch (read.kind) {
    case 'bytes':
      return readBytes(queue, read.count, read.isPartial, maxBufferSize);
    case 'into': {
      if (read.filled < read.target.length) {
        read.filled += queue.takeInto(read.target.subarray(read.filled));
      }
      const isDone = read.isPartial ? read.filled > 0 : read.filled === read.target.length;
      return isDone || read.target.length === 0 ? { value: read.filled } : null;
    }
    case 'until':
      return readUntil(queue, read, maxBufferSize);
    case 'regex':
      return mustSearch(queue.size, read.searched, isEnd)
        ? readUntilRegex(queue, read, maxBufferSize)
        : limitOutcome(queue.size, read.maxBytes, maxBufferSize, String(read.regex));
    case 'close':
      return queue.size > maxBufferSize ? bufferFull() : null;
    default:
      return assertNever(read);
  }
}

function readBytes(
  queue: ByteQueue,
  count: number,
  isPartial: boolean,
  maxBufferSize: number,
): ReadOutcome {
  if (count === 0) return { value: Buffer.alloc(0) };
  if (isPartial && queue.size > 0) return { value: queue.take(Math.min(count, queue.size)) };
  if (queue.size >= count && count <= maxBufferSize) return { value: queue.take(count) };
  return queue.size > maxBufferSize ? bufferFull() : null;
}

type Until = PendingRead & { readonly kind: 'until' };

function readUntil(queue: ByteQueue, read: Until, maxBufferSize: number): ReadOutcome {
  const { delimiter, maxBytes } = read;
  const at = queue.indexOf(delimiter, read.searched);
  const end = at < 0 ? -1 : at + delimiter.length;
  // IOS-8: the delimiter counts. How the bytes were cut into pieces makes no difference.
  if (end >= 0 && end <= Math.min(maxBytes, maxBufferSize)) return { value: queue.take(end) };
  read.searched = Math.max(0, queue.size - delimiter.length + 1);
  return limitOutcome(
    end >= 0 ? Infinity : queue.size,
    maxBytes,
    maxBufferSize,
    JSON.stringify(Buffer.from(delimiter).toString('latin1')),
  );
}

function mustSearch(size: number, searched: number, isEnd: boolean): boolean {
  if (size === searched && size > 0) return false;
  return isEnd || size <= EAGER_REGEX_BYTES || size >= 2 * searched;
}

type Regex = PendingRead & { readonly kind: 'regex' };

function readUntilRegex(queue: ByteQueue, read: Regex, maxBufferSize: number): ReadOutcome {
  const { regex, maxBytes } = read;
  read.searched = queue.size;
  const match = regex.exec(queue.peek(0, queue.size).toString('latin1'));
  const end = match === null ? -1 : match.index + match[0].length;
  if (end >= 0 && end <= Math.min(maxBytes, maxBufferSize)) return { value: queue.take(end) };
  return limitOutcome(end >= 0 ? Infinity : queue.size, maxBytes, maxBufferSize, String(regex));
}

/** Fails when `needed` bytes without a match are as many as there may be. */
function limitOutcome(
  needed: number,
  maxBytes: number,
  maxBufferSize: number,
  what: string,
): ReadOutcome {
  if (needed > maxBufferSize && maxBufferSize < maxBytes) return bufferFull();
  if (needed < maxBytes) return null;
  const message = `delimiter ${what} not found within ${maxBytes} bytes`;
  return { failure: new UnsatisfiableReadError(message) };
}

function bufferFull(): ReadOutcome {
  return { failure: new StreamBufferFullError('Reached maximum read buffer size') };
}

function assertNever(read: never): never {
  throw new TypeError(`no such read: ${String(read)}`);
}
