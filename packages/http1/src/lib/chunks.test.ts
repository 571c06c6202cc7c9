import { describe, expect, it } from 'vitest';
import { CHUNK_END, chunkStart, lastChunk } from './chunks.ts';
import { HTTPHeaders } from './headers.ts';

describe('chunks', () => {
  it('have their size in hex before them (H1C-29)', () => {
    expect(`${chunkStart(26)}abcdefghijklmnopqrstuvwxyz${CHUNK_END}${lastChunk()}`).toBe(
      '1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n',
    );
  });

  it.each([0, -1, 1.5, NaN])('are never of %d bytes (H1C-29)', (bytes) => {
    expect(() => chunkStart(bytes)).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_CHUNK_SIZE' }) as Error,
    );
  });

  it('end in trailers', () => {
    expect(lastChunk(new HTTPHeaders({ 'x-sum': '1' }))).toBe('0\r\nX-Sum: 1\r\n\r\n');
  });

  it.each(['Content-Length', 'Transfer-Encoding', 'Host', 'Connection', 'Set-Cookie'])(
    'do not end in %s',
    (name) => {
      expect(() => lastChunk(new HTTPHeaders({ [name]: '1' }))).toThrow('must not be a trailer');
    },
  );
});
