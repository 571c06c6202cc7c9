// Two protocols talking to each other in memory, without a listener.
import { MemoryTransport } from './memory-transport.ts';
import type { PollerHost, Protocol, Transport } from '../poller.ts';

/** How the bytes get from one end to the other. */
export interface MemoryOptions {
  /** Deliver in pieces of so many bytes at most, each in an event of its own. Default: what has come, up to 64 KiB. */
  readonly pieceBytes?: number;
}

/** How to make a pair. */
export interface MemoryPairOptions extends MemoryOptions {
  /** The loop of the right end. Default: the same. */
  readonly rightHost?: PollerHost;
}

/**
 * Connects two protocols in memory. Everything is told as over a socket, in events of the loop, the first of them
 * `connectionMade`: the left end's, then the right's. The two transports can be used at once.
 *
 * @param host The loop, an IOLoop for one.
 * @throws RangeError when `pieceBytes` is not positive.
 */
export function memoryTransportPair(
  host: PollerHost,
  left: Protocol,
  right: Protocol,
  options: MemoryPairOptions = {},
): readonly [left: Transport, right: Transport] {
  const pieceBytes = checkPieceBytes(options);
  const leftAddress = { host: '127.0.0.1', port: 1, path: '' };
  const rightAddress = { host: '127.0.0.1', port: 2, path: '' };
  const leftEnd = new MemoryTransport(host, {
    makeProtocol: () => left,
    localAddress: leftAddress,
    remoteAddress: rightAddress,
    pieceBytes,
  });
  const rightEnd = new MemoryTransport(options.rightHost ?? host, {
    makeProtocol: () => right,
    localAddress: rightAddress,
    remoteAddress: leftAddress,
    pieceBytes,
  });
  MemoryTransport.connect(leftEnd, rightEnd);
  return [leftEnd, rightEnd];
}

/** The size of a piece. @throws RangeError when `pieceBytes` is not positive. */
export function checkPieceBytes({ pieceBytes = Infinity }: MemoryOptions): number {
  if (pieceBytes >= 1) return pieceBytes;
  throw new RangeError(`pieceBytes must be at least 1, got ${pieceBytes}`);
}
