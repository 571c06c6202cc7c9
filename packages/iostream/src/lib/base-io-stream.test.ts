import { IOLoop, TransportError } from '@typhoon/ioloop';
import { genLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it, vi } from 'vitest';
import { IOStream } from './io-stream.ts';
import { StreamBufferFullError, StreamClosedError, StreamError } from './stream-error.ts';
import { memoryStreamPair } from './testing/memory-stream-pair.ts';
import type { Protocol, Transport } from '@typhoon/ioloop';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function turns(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await turn();
}

/** A transport that does nothing by itself, and the protocol that it was given. */
class FakeTransport implements Transport {
  protocol: Protocol | null = null;
  readonly calls: string[] = [];
  written = 0;
  bufferedAmount = 0;
  isClosing = false;
  readonly tls = null;
  readonly localAddress = { host: '127.0.0.1', port: 1, path: '' };
  readonly remoteAddress = { host: '127.0.0.1', port: 2, path: '' };

  write(data: Uint8Array | string): void {
    this.calls.push(`write ${data.length}`);
  }
  writeLatin1(): void {
    this.calls.push('writeLatin1');
  }
  pauseReading(): void {
    this.calls.push('pause');
  }
  resumeReading(): void {
    this.calls.push('resume');
  }
  unread(): void {
    this.calls.push('unread');
  }
  end(): void {
    this.calls.push('end');
  }
  close(): void {
    this.isClosing = true;
    this.calls.push('close');
  }
  abort(): void {
    this.calls.push('abort');
  }
  setProtocol(protocol: Protocol): void {
    this.protocol = protocol;
  }
  setWriteLimits(): void {
    this.calls.push('limits');
  }
  setNoDelay(): void {
    throw new Error('the socket is on its way out');
  }
  receive(text: string): void {
    const loop = IOLoop.current();
    loop.enter();
    this.protocol?.dataReceived(Buffer.from(text), 0, text.length);
    loop.exit();
  }
}

function fake(options = {}): { stream: IOStream; transport: FakeTransport } {
  const transport = new FakeTransport();
  return { stream: new IOStream(transport, options), transport };
}

describe('limits', () => {
  it('has room for 100 MiB in blocks of 64 KiB, and no limit for writes (IOS-1)', () => {
    const stream = new IOStream();
    expect(stream.maxBufferSize).toBe(104_857_600);
    expect(stream.readChunkSize).toBe(65_536);
    expect(stream.maxWriteBufferSize).toBe(Infinity);
    expect(new IOStream(null, { maxBufferSize: 1000 }).readChunkSize).toBe(500);
  });

  it('refuses at once to write more than it may, and writes nothing of it (IOS-16)', async () => {
    const [near, far] = memoryStreamPair({ maxWriteBufferSize: 10 });
    void near.write('0123456');
    expect(() => near.write('89ab')).toThrow(StreamBufferFullError);
    expect(() => near.write('89ab')).toThrow('Reached maximum write buffer size');
    void near.write('789');
    await near.write('');
    near.close();
    expect((await far.readUntilClose()).toString()).toBe('0123456789');
  });

  it('reads no further once as many bytes as may be searched are there (IOS-9)', async () => {
    const { stream, transport } = fake();
    using _log = new ExpectLog(genLog, 'Unsatisfiable read', { level: 'info' });
    const reading = stream.readUntil('\n', { maxBytes: 8 });
    transport.receive('01234567');
    expect(transport.calls.at(-1)).toBe('close');
    await expect(async () => await reading).rejects.toBeInstanceOf(StreamClosedError);
  });
});

describe('reading', () => {
  it('allows one pending read (IOS-2)', () => {
    const [near] = memoryStreamPair();
    void near.readBytes(1);
    expect(() => near.readBytes(1)).toThrow(
      expect.objectContaining({ code: 'ERR_ALREADY_READING', message: 'Already reading' }),
    );
  });

  it('says that it is closed, not that it is reading, when it was closed meanwhile (IOS-2)', () => {
    const [near] = memoryStreamPair();
    void near.readBytes(1);
    near.close();
    expect(() => near.readBytes(1)).toThrow(StreamClosedError);
  });

  it('satisfies a read from the buffer at once, on a closed stream, too (IOS-3)', async () => {
    const { stream, transport } = fake();
    transport.receive('one\ntwo\n');
    transport.calls.length = 0;
    expect(stream.readUntil('\n').done()).toBe(true);
    stream.close();
    expect((await stream.readUntil('\n')).toString()).toBe('two\n');
    expect(transport.calls).toEqual(['close']);
  });

  it('throws at once for a read that a closed stream cannot satisfy, and for any write (IOS-4)', () => {
    const reason = new Error('why');
    const { stream } = fake();
    stream.close(reason);
    expect(() => stream.readBytes(1)).toThrow(expect.objectContaining({ realError: reason }));
    expect(() => stream.write('')).toThrow(StreamClosedError);
  });

  it('resolves what the buffer can satisfy when it closes (IOS-6)', async () => {
    const { stream, transport } = fake();
    const text = 'x'.repeat(100_000);
    const reading = stream.readUntilRegex(/y/);
    transport.receive(text);
    transport.receive('y'); // too much by now to search each time: that waits for quiet
    expect(reading.done()).toBe(false);
    stream.close();
    expect((await reading).length).toBe(100_001);
  });

  it('searches a long buffer again when it has doubled, or when nothing more comes (IOS-7)', async () => {
    const { stream, transport } = fake();
    const exec = vi.spyOn(RegExp.prototype, 'exec');
    const reading = stream.readUntilRegex(/\n$/);
    for (let count = 0; count < 1024; count++) transport.receive('x'.repeat(1024));
    transport.receive('\n');
    expect(exec.mock.calls.filter(([text]) => text.length > 65_536).length).toBeLessThan(10);
    exec.mockRestore();
    expect((await reading).length).toBe((1 << 20) + 1);
  });

  it('keeps what came for a read that was cancelled, even what is in its buffer already', async () => {
    const { stream, transport } = fake();
    const reading = stream.readInto(Buffer.alloc(10));
    transport.receive('abc');
    expect(reading.cancel()).toBe(true);
    transport.receive('def');
    expect((await stream.readBytes(6)).toString()).toBe('abcdef');
  });

  it('stops the transport when nobody reads and something is buffered (IOS-14)', () => {
    const { stream, transport } = fake();
    void stream.readBytes(1);
    transport.receive('abc');
    expect(transport.calls.at(-1)).toBe('pause');
    void stream.readBytes(3);
    expect(transport.calls.at(-1)).toBe('resume');
  });

  it('says whether it is reading, and whether bytes wait to be sent (IOS-40)', () => {
    const { stream, transport } = fake();
    expect([stream.reading(), stream.writing()]).toEqual([false, false]);
    void stream.readBytes(1);
    transport.bufferedAmount = 5;
    expect([stream.reading(), stream.writing()]).toEqual([true, true]);
  });
});

describe('writing', () => {
  it('gives many small writes to the kernel as one, and large ones as they are (IOS-42)', async () => {
    const [near, far] = memoryStreamPair();
    const chunks: number[] = [];
    const first = far.readBytes(65_536, { partial: true });
    for (let count = 0; count < 100; count++) void near.write('0123456789');
    chunks.push((await first).length);
    expect(chunks).toEqual([1000]);
    const { stream, transport } = fake();
    const large = Buffer.alloc(4096);
    const write = vi.spyOn(transport, 'write');
    void stream.write(large);
    expect(write.mock.calls[0]?.[0]).toBe(large);
  });

  it("does not log a write's failure that nobody looks at (IOS-17)", async () => {
    const { stream, transport } = fake();
    transport.bufferedAmount = 1;
    const write = stream.write('x');
    const spy = vi.spyOn(write, 'exception');
    stream.close();
    await turn();
    expect(spy).toHaveBeenCalled();
    expect(write.exception()).toBeInstanceOf(StreamClosedError);
  });

  it('resolves a write when its last byte is gone, while later ones wait (IOS-15)', async () => {
    const { stream, transport } = fake();
    const [first, second] = [stream.write(Buffer.alloc(70_000)), stream.write('second')];
    transport.bufferedAmount = 70_000;
    transport.protocol?.pauseWriting?.();
    await turn();
    expect(first.done()).toBe(false);
    transport.bufferedAmount = 0;
    transport.protocol?.resumeWriting?.();
    expect([first.done(), second.done()]).toEqual([true, false]);
    await turn();
    expect(second.done()).toBe(true);
  });

  it('ignores errors of setNodelay (IOS-34)', () => {
    const { stream } = fake();
    expect(() => {
      stream.setNodelay(true);
    }).not.toThrow();
    stream.close();
    stream.setNodelay(false);
  });
});

describe('closing', () => {
  it('is closed at once, twice is once, and the first error stays (IOS-24, 26)', () => {
    const { stream, transport } = fake();
    const reason = new Error('first');
    stream.close(reason);
    expect(stream.closed()).toBe(true);
    stream.close(new Error('second'));
    expect(stream.error).toBe(reason);
    expect(transport.calls.filter((call) => call === 'close')).toHaveLength(1);
  });

  it('ignores what a closed transport still says, with a warning (IOS-26)', () => {
    const { stream, transport } = fake();
    stream.close();
    new ExpectLog(genLog, 'Got events for closed stream', { level: 'warning' }).run(() => {
      transport.receive('late');
    });
    expect(() => stream.readBytes(1)).toThrow(StreamClosedError);
  });

  it('closes silently when the peer is gone, with the error kept (IOS-24)', async () => {
    for (const code of [
      'ERR_CONNECTION_RESET',
      'ERR_CONNECTION_TIMED_OUT',
      'ERR_CONNECTION_ABORTED',
    ] as const) {
      const { stream, transport } = fake();
      const error = new TransportError(code, 'gone');
      const log = new ExpectLog(genLog, '', { required: false });
      await log.run(async () => {
        transport.protocol?.connectionLost(error);
        await turn();
      });
      expect(log.matched).toBe(false);
      expect(stream.error).toBe(error);
    }
  });

  it('warns of other errors, of reading and of writing (IOS-24)', () => {
    const error = new TransportError('ERR_IO', 'odd');
    const reader = fake();
    new ExpectLog(genLog, 'error on read: odd', { level: 'warning' }).run(() => {
      reader.transport.protocol?.connectionLost(error);
    });
    const writer = fake();
    void writer.stream.write('x');
    writer.transport.bufferedAmount = 1;
    new ExpectLog(genLog, 'Write error on odd', { level: 'warning' }).run(() => {
      writer.transport.protocol?.connectionLost(error);
    });
  });

  it('drops what the kernel does not take (IOS-25)', async () => {
    const { stream, transport } = fake();
    void stream.write('x');
    transport.bufferedAmount = 1;
    stream.close();
    await turns(6);
    expect(transport.calls.slice(-2)).toEqual(['close', 'abort']);
  });

  it('calls the close callback in a turn of its own, once (IOS-23)', async () => {
    const { stream } = fake();
    const callback = vi.fn();
    stream.setCloseCallback(callback);
    stream.close();
    expect(callback).not.toHaveBeenCalled();
    await turns(3);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('forgets a callback that was removed, and calls one that comes late (IOS-41)', async () => {
    const { stream } = fake();
    const [removed, late] = [vi.fn(), vi.fn()];
    stream.setCloseCallback(removed);
    stream.setCloseCallback(null);
    stream.close();
    await turns(3);
    stream.setCloseCallback(late);
    expect(late).not.toHaveBeenCalled();
    await turns(3);
    expect([removed.mock.calls.length, late.mock.calls.length]).toEqual([0, 1]);
  });

  it('gives each error a code', () => {
    const error: unknown = new StreamClosedError();
    expect(error).toBeInstanceOf(StreamError);
    expect(error).toMatchObject({ code: 'ERR_STREAM_CLOSED', realError: null });
  });
});
