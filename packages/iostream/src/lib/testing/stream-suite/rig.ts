// What the suite's tests share: pairs, splits, turns of the loop.
import type { BaseIOStream } from '../../base-io-stream.ts';
import type { IOStreamOptions } from '../../stream-options.ts';

/** Two connected streams; the options are for the first. */
export type CreateStreamPair = (
  options: IOStreamOptions,
) => Promise<readonly [BaseIOStream, BaseIOStream]> | readonly [BaseIOStream, BaseIOStream];

/** A turn of Node.js's loop, I/O included. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The same bytes whole, one by one, and cut in two at every place. */
export function* everySplit(bytes: Uint8Array): Generator<readonly Uint8Array[]> {
  yield [bytes];
  yield Array.from(bytes, (byte) => Uint8Array.of(byte));
  for (let i = 1; i < bytes.length; i++) yield [bytes.subarray(0, i), bytes.subarray(i)];
}

/** Writes the pieces, each in an event of its own. */
export async function feed(stream: BaseIOStream, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    await stream.write(piece);
    await turn();
  }
}

/** Runs `body` with a pair of its own. */
export async function withPair<T>(
  createPair: CreateStreamPair,
  options: IOStreamOptions,
  body: (near: BaseIOStream, far: BaseIOStream) => Promise<T>,
): Promise<T> {
  const [near, far] = await createPair(options);
  try {
    return await body(near, far);
  } finally {
    near.close();
    far.close();
  }
}

/** Resolves when the stream is closed. */
export function closed(stream: BaseIOStream): Promise<void> {
  return new Promise((resolve) => {
    stream.setCloseCallback(resolve);
  });
}
