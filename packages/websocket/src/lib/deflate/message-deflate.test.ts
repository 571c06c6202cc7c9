import { deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { deflatePair } from './message-deflate.ts';

const SIZES = { serverWindowBits: 15, clientWindowBits: 15 };

it.each([false, true])('stops at the limit, not behind it (context takeover: %j)', (isKept) => {
  const params = { serverTakeover: isKept, clientTakeover: isKept, ...SIZES };
  const { inflater } = deflatePair(params, { contextTakeover: isKept }, false);
  const bomb = deflateRawSync(Buffer.alloc(10_000_000));
  // zlib's own word that it stopped: a message that was too long when it was there would have no cause.
  const cause = expect.objectContaining({ code: 'ERR_BUFFER_TOO_LARGE' }) as unknown;
  const failure = expect.objectContaining({ closeCode: 1009, cause }) as Error;
  expect(() => inflater.inflate(bomb, 1000)).toThrow(failure);
});
