import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IOLoop } from '../ioloop.ts';
import { memoryTransportPair } from './memory-pair.ts';
import type { Protocol, Transport } from '../poller.ts';

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop();
});

afterEach(() => {
  loop.close();
});

class Reader implements Protocol {
  readonly pieces: string[] = [];
  readonly buffers: Buffer[] = [];
  readonly loops: IOLoop[] = [];
  readonly lost: Promise<void>;
  #lose: () => void = () => undefined;

  constructor() {
    this.lost = new Promise((resolve) => (this.#lose = resolve));
  }

  connectionMade(_transport: Transport): void {
    this.loops.push(IOLoop.current());
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    this.pieces.push(buffer.toString('latin1', start, end));
    this.buffers.push(buffer.subarray(start, end));
  }

  connectionLost(): void {
    this.#lose();
  }
}

describe('memoryTransportPair', () => {
  it('answers two transports that can be used at once', async () => {
    const reader = new Reader();
    const [left, right] = memoryTransportPair(loop, new Reader(), reader);
    left.write('hello');
    left.end();
    await reader.lost;
    expect(reader.pieces).toEqual(['hello']);
    expect(left.remoteAddress).toEqual(right.localAddress);
  });

  it('delivers what was written in one event as one piece', async () => {
    const reader = new Reader();
    const [left] = memoryTransportPair(loop, new Reader(), reader);
    left.write('he');
    left.writeLatin1('l');
    left.write(Buffer.from('lo'));
    left.close();
    await reader.lost;
    expect(reader.pieces).toEqual(['hello']);
  });

  it('cuts what it delivers into pieces, each in an event of its own', async () => {
    const reader = new Reader();
    const [left] = memoryTransportPair(loop, new Reader(), reader, { pieceBytes: 2 });
    left.write('abc');
    left.write('de');
    left.close();
    await reader.lost;
    expect(reader.pieces).toEqual(['ab', 'cd', 'e']);
  });

  it('makes the borrowed bytes worthless afterwards', async () => {
    const reader = new Reader();
    const [left] = memoryTransportPair(loop, new Reader(), reader);
    left.write('hello');
    left.close();
    await reader.lost;
    expect(reader.buffers[0]?.toString('latin1')).toBe('\xdd'.repeat(5));
  });

  it('connects two loops', async () => {
    const other = new IOLoop({ makeCurrent: false });
    const [near, far] = [new Reader(), new Reader()];
    const [left] = memoryTransportPair(loop, near, far, { rightHost: other });
    left.close();
    await far.lost;
    expect(near.loops[0]).toBe(loop);
    expect(far.loops[0]).toBe(other);
    other.close();
  });

  it.each([0, -1, NaN])('refuses pieces of %d bytes', (pieceBytes) => {
    const pair = (): unknown =>
      memoryTransportPair(loop, new Reader(), new Reader(), { pieceBytes });
    expect(pair).toThrow(RangeError);
  });
});
