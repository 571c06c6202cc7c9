// The suite's part on reading: each case on every split of its bytes.
import assert from 'node:assert/strict';
import { genLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import {
  StreamBufferFullError,
  StreamClosedError,
  UnsatisfiableReadError,
} from '../../stream-error.ts';
import { everySplit, feed, turn, withPair } from './rig.ts';
import type { TestFunction } from '@typhoon/ioloop/testing';
import type { BaseIOStream } from '../../base-io-stream.ts';
import type { IOStreamOptions } from '../../stream-options.ts';
import type { CreateStreamPair } from './rig.ts';

interface ReadCase {
  readonly title: string;
  readonly sent: string;
  /** Reads all that is sent, and answers with what each read got. */
  readonly read: (stream: BaseIOStream) => Promise<readonly unknown[]>;
  readonly expected: readonly unknown[];
}

const text = async (read: PromiseLike<Uint8Array>): Promise<string> =>
  Buffer.from(await read).toString('latin1');

/** Reads until `total` bytes have come. */
async function collect(total: number, read: () => Promise<string>): Promise<string> {
  let got = '';
  while (got.length < total) {
    const piece = await read();
    assert.ok(piece.length > 0);
    got += piece;
  }
  return got;
}

const CASES: readonly ReadCase[] = [
  {
    title: 'reads up to and including a delimiter, also across pieces (IOS-7)',
    sent: 'first\r\nse\rcond\r\n',
    read: async (stream) => [
      await text(stream.readUntil('\r\n')),
      await text(stream.readUntil('\r\n')),
    ],
    expected: ['first\r\n', 'se\rcond\r\n'],
  },
  {
    title: 'finds a delimiter that begins inside of what only looked like it',
    sent: 'aabaabaaab.',
    read: async (stream) => [await text(stream.readUntil('aaab')), await text(stream.readBytes(1))],
    expected: ['aabaabaaab', '.'],
  },
  {
    title: 'reads up to the end of what a regular expression matches (IOS-39)',
    sent: 'key = \xe9t\xe9;rest!',
    read: async (stream) => [
      await text(stream.readUntilRegex(/= *[\x80-\xff]\w[\x80-\xff];/g)),
      await text(stream.readUntilRegex('^rest')),
      await text(stream.readBytes(1)),
    ],
    expected: ['key = \xe9t\xe9;', 'rest', '!'],
  },
  {
    title: 'reads exactly so many bytes, none at once (IOS-10)',
    sent: 'abcdefg',
    read: async (stream) => [
      await text(stream.readBytes(3)),
      stream.readBytes(0).done(),
      await text(stream.readBytes(4)),
    ],
    expected: ['abc', true, 'defg'],
  },
  {
    title: 'is content with fewer bytes when told so (IOS-10)',
    sent: 'abcdefg',
    read: async (stream) => [await collect(7, () => text(stream.readBytes(4, { partial: true })))],
    expected: ['abcdefg'],
  },
  {
    title: "fills the caller's buffer and keeps what is left (IOS-12)",
    sent: 'abcdefg',
    read: async (stream) => {
      const target = Buffer.alloc(5);
      const count = await stream.readInto(target);
      return [
        count,
        target.toString(),
        await stream.readInto(Buffer.alloc(0)),
        await text(stream.readBytes(2)),
      ];
    },
    expected: [5, 'abcde', 0, 'fg'],
  },
  {
    title: "fills the caller's buffer in part when told so (IOS-12)",
    sent: 'abcdefg',
    read: async (stream) => {
      const target = Buffer.alloc(4);
      const read = async (): Promise<string> =>
        target.toString('latin1', 0, await stream.readInto(target, { partial: true }));
      return [await collect(7, read)];
    },
    expected: ['abcdefg'],
  },
  {
    title: 'takes a match that ends at the limit (IOS-8)',
    sent: 'abc\r\nx',
    read: async (stream) => [
      await text(stream.readUntil('\r\n', { maxBytes: 5 })),
      await text(stream.readUntilRegex(/x/, { maxBytes: 1 })),
    ],
    expected: ['abc\r\n', 'x'],
  },
  {
    title: 'loses no byte when a pending read is cancelled',
    sent: 'abcdef\n',
    read: async (stream) => {
      for (const read of [
        () => stream.readUntil('never'),
        () => stream.readInto(Buffer.alloc(99)),
        () => stream.readBytes(99),
      ]) {
        const pending = read();
        await turn();
        assert.equal(pending.cancel(), true);
      }
      return [await text(stream.readUntil('\n'))];
    },
    expected: ['abcdef\n'],
  },
];

/** Declares the tests. */
export function testReading(createPair: CreateStreamPair, it: TestFunction): void {
  for (const { title, sent, read, expected } of CASES) {
    it(title, () =>
      withPair(createPair, {}, async (near, far) => {
        for (const pieces of everySplit(Buffer.from(sent, 'latin1'))) {
          const reading = read(near);
          await feed(far, pieces);
          assert.deepEqual(await reading, expected);
        }
      }),
    );
  }
  testReadingToTheEnd(createPair, it);
  testLimits(createPair, it);
}

function testReadingToTheEnd(createPair: CreateStreamPair, it: TestFunction): void {
  it('reads until the peer closes (IOS-11)', async () => {
    for (const pieces of everySplit(Buffer.from('all of it'))) {
      await withPair(createPair, {}, async (near, far) => {
        const reading = text(near.readUntilClose());
        await feed(far, pieces);
        far.close();
        assert.equal(await reading, 'all of it');
        assert.equal(near.error, null);
        assert.equal(await text(near.readUntilClose()), '');
      });
    }
  });

  it('satisfies with the last bytes what can be, and fails what cannot (IOS-5)', async () => {
    for (const pieces of everySplit(Buffer.from('line\nrest'))) {
      await withPair(createPair, {}, async (near, far) => {
        await feed(far, pieces);
        far.close();
        assert.equal(await text(near.readUntil('\n')), 'line\n');
        await assert.rejects(async () => await near.readUntil('\n'), StreamClosedError);
      });
    }
  });
}

function testLimits(createPair: CreateStreamPair, it: TestFunction): void {
  it('closes when there is no match within the limit, and says so (IOS-8)', async () => {
    const late = 'abc\r\n\r\n';
    for (const pieces of everySplit(Buffer.from(late))) {
      const log = new ExpectLog(genLog, 'Unsatisfiable read, closing connection: ', {
        level: 'info',
      });
      await log.run(() =>
        failsWith(
          createPair,
          {},
          pieces,
          (stream) => stream.readUntil('\r\n', { maxBytes: 4 }),
          UnsatisfiableReadError,
        ),
      );
    }
  });

  it('closes when more than may be buffered is needed, and says so (IOS-13)', async () => {
    for (const pieces of everySplit(Buffer.from('0123456789abc'))) {
      const log = new ExpectLog(genLog, 'Reached maximum read buffer size', { level: 'error' });
      const options = { maxBufferSize: 12 };
      await log.run(() =>
        failsWith(
          createPair,
          options,
          pieces,
          (stream) => stream.readUntil('c'),
          StreamBufferFullError,
        ),
      );
    }
  });
}

async function failsWith(
  createPair: CreateStreamPair,
  options: IOStreamOptions,
  pieces: readonly Uint8Array[],
  read: (stream: BaseIOStream) => PromiseLike<unknown>,
  reason: abstract new (...args: never[]) => Error,
): Promise<void> {
  await withPair(createPair, options, async (near, far) => {
    const reading = Promise.resolve(read(near));
    const failed = assert.rejects(reading, (error: unknown) => {
      assert.ok(error instanceof StreamClosedError);
      assert.ok(error.realError instanceof reason, String(error.realError));
      return true;
    });
    for (const piece of pieces) if (!far.closed()) await feed(far, [piece]).catch(() => undefined);
    await failed;
    assert.ok(near.closed());
    assert.ok(near.error instanceof reason);
  });
}
