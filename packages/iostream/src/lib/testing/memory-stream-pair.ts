// Two streams that talk to each other without a socket.
import { IOLoop } from '@typhoon/ioloop';
import { memoryTransportPair } from '@typhoon/ioloop/testing';
import { IOStream } from '../io-stream.ts';
import type { Protocol, Transport } from '@typhoon/ioloop';
import type { MemoryOptions } from '@typhoon/ioloop/testing';
import type { IOStreamOptions } from '../stream-options.ts';

/** How to make a pair: limits of both streams, and how the bytes get across. */
export interface MemoryStreamPairOptions extends IOStreamOptions, MemoryOptions {}

/** Two connected streams on the current loop; what one writes, the other reads, in events of the loop as over a socket. */
export function memoryStreamPair(
  options: MemoryStreamPairOptions = {},
): readonly [left: IOStream, right: IOStream] {
  const [left, right] = memoryPlainPair(options);
  return [new IOStream(left, options), new IOStream(right, options)];
}

/** The transports below such a pair. */
export function memoryPlainPair(options: MemoryOptions): readonly [Transport, Transport] {
  return memoryTransportPair(IOLoop.current(), NOBODY, NOBODY, options);
}

/** Listens until the streams do. */
const NOBODY: Protocol = {
  connectionMade: () => undefined,
  dataReceived: () => undefined,
  connectionLost: () => undefined,
};
