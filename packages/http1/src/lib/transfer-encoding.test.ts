import { describe, expect, it } from 'vitest';
import { HTTPHeaders } from './headers.ts';
import { isTransferEncodingChunked } from './transfer-encoding.ts';

describe('isTransferEncodingChunked', () => {
  it.each([
    [{}, false],
    [{ 'Content-Length': '1' }, false],
    [{ 'Transfer-Encoding': 'Chunked' }, true],
  ])('of %j is %s', (init, isChunked) => {
    expect(isTransferEncodingChunked(new HTTPHeaders(init))).toBe(isChunked);
  });

  it.each([
    [{ 'Transfer-Encoding': 'gzip, chunked' }, 501],
    [{ 'Transfer-Encoding': 'chunked\u00a0' }, 400],
    [{ 'Transfer-Encoding': 'chunked, gzip' }, 400],
    [{ 'Transfer-Encoding': ', chunked' }, 400],
    [{ 'Transfer-Encoding': 'chunked', 'Content-Length': '1' }, 400],
  ])('refuses %j (H1C-15, SEC-14, 15)', (init, status) => {
    expect(() => isTransferEncodingChunked(new HTTPHeaders(init))).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_TRANSFER_ENCODING', status }) as Error,
    );
  });
});
