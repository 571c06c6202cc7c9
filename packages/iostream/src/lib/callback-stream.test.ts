import { ExceptionStackContext } from '@typhoon/ioloop/legacy';
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { CallbackStream } from './callback-stream.ts';
import { memoryStreamPair } from './testing/memory-stream-pair.ts';
import type { IOStream } from './io-stream.ts';
import type { MemoryStreamPairOptions } from './testing/memory-stream-pair.ts';

function callbackPair(options?: MemoryStreamPairOptions): readonly [CallbackStream, IOStream] {
  const [near, far] = memoryStreamPair(options);
  return [new CallbackStream(near), far];
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('CallbackStream', () => {
  it('gives null, and calls back later (IOS-22, 37)', async () => {
    const [near, far] = callbackPair();
    void far.write('a\nbb1');
    const got: string[] = [];
    const read = (start: (callback: (data: Buffer) => void) => null): Promise<void> =>
      new Promise((resolve) => {
        let isCalled = false;
        const callback = (data: Buffer): void => {
          isCalled = true;
          got.push(data.toString());
          resolve();
        };
        expect(start(callback)).toBeNull();
        expect(isCalled).toBe(false);
      });
    await read((callback) => near.readUntil('\n', callback));
    await read((callback) => near.readBytes(2, callback));
    await read((callback) => near.readUntilRegex(/\d/, callback));
    expect(got).toEqual(['a\n', 'bb', '1']);
  });

  it('calls back in the stack contexts that were open, which may take care of errors (STK-12)', async () => {
    const [near, far] = callbackPair();
    void far.write('a\nbbb');
    const heard: string[] = [];
    const fail = (name: string) => (): never => {
      throw new Error(name);
    };
    new ExceptionStackContext((error) => heard.push((error as Error).message) > 0).run(() => {
      near.readUntil('\n', fail('read'));
      near.write('x', fail('write'));
      near.setCloseCallback(fail('close'));
    });
    for (let turns = 0; heard.length < 2 && turns < 20; turns++) await turn();
    expect(heard.sort()).toEqual(['read', 'write']);
    expect(near.stream.closed()).toBe(false);
    near.stream.close();
    for (let turns = 0; heard.length < 3 && turns < 20; turns++) await turn();
    expect(heard).toEqual(['read', 'write', 'close']);
  });

  it('never calls back for a read that fails, but tells that it is closed (IOS-37)', async () => {
    const [near, far] = callbackPair();
    let calls = 0;
    near.readUntil('\n', () => calls++);
    await new Promise<void>((resolve) => {
      near.setCloseCallback(resolve);
      far.close();
    });
    await turn();
    expect(calls).toBe(0);
  });

  it('keeps the latest callback of a write, and calls it once when all is sent (IOS-20)', async () => {
    const [near, far] = callbackPair();
    void far.readUntilClose();
    const called: string[] = [];
    await new Promise<void>((resolve) => {
      near.write(Buffer.alloc(300_000), () => called.push('first'));
      near.write('x');
      near.write('y', () => {
        called.push('latest');
        resolve();
      });
    });
    await turn();
    expect(called).toEqual(['latest']);
  });

  it('gives chunks as they come, no more than were asked for, and then nothing (IOS-21)', async () => {
    const [near, far] = callbackPair({ pieceBytes: 4 });
    void far.write('0123456789rest');
    const chunks: string[] = [];
    const end = await new Promise<Buffer>((resolve) => {
      near.readBytes(10, resolve, { streamingCallback: (data) => chunks.push(data.toString()) });
    });
    expect(chunks).toEqual(['0123', '4567', '89']);
    expect(end.length).toBe(0);
  });

  it('gives what is left before the end when it reads until the close (IOS-38)', async () => {
    const [near, far] = callbackPair({ pieceBytes: 4 });
    void far.write('01234567');
    far.close();
    const chunks: string[] = [];
    const streamingCallback = (data: Buffer): number => chunks.push(data.toString());
    await new Promise((resolve) => near.readUntilClose(resolve, { streamingCallback }));
    expect(chunks).toEqual(['0123', '4567']);
  });

  it('does so on a stream that was closed with data buffered, too (IOS-38)', async () => {
    const [near, far] = callbackPair();
    await Promise.all([near.stream.readBytes(1), far.write('abc')]);
    near.stream.close();
    const chunks: string[] = [];
    const streamingCallback = (data: Buffer): number => chunks.push(data.toString());
    const end = await new Promise<Buffer>((resolve) => {
      near.readUntilClose(resolve, { streamingCallback });
    });
    expect([chunks.join(''), end.length]).toEqual(['bc', 0]);
  });

  it('logs what a callback throws, and closes the stream (IOS-22)', async () => {
    const [near, far] = callbackPair();
    void far.write('x');
    const log = new ExpectLog(appLog, 'Uncaught exception, closing connection.', {
      level: 'error',
    });
    await log.run(
      () =>
        new Promise<void>((resolve) => {
          near.setCloseCallback(resolve);
          near.readBytes(1, () => {
            throw new Error('in a callback');
          });
        }),
    );
    expect(near.stream.closed()).toBe(true);
  });
});
