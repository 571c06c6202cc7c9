import { describe, expect, it } from 'vitest';
import { resolveSettings } from './server-options.ts';

describe('a server’s options', () => {
  it('have Tornado’s defaults; the header timeout is a minute (H1C-1, HSV-1)', () => {
    expect(resolveSettings()).toEqual({
      noKeepAlive: false,
      proxyPolicy: null,
      proxies: null,
      protocol: undefined,
      decompressRequest: false,
      chunkBytes: 65_536,
      maxHeadBytes: 65_536,
      maxBodyBytes: 104_857_600,
      idleTimeoutMs: 3_600_000,
      headerTimeoutMs: 60_000,
      bodyTimeoutMs: Infinity,
      minBodyRate: 240,
      requestTimeoutMs: Infinity,
      writeTimeoutMs: 60_000,
      maxConnections: Infinity,
      maxRequestsInProgress: Infinity,
      retryAfterMs: 1000,
    });
  });

  it('take maxBufferSize for a body’s limit, unless that is given; 0 means none (H1C-1, HSV-1)', () => {
    expect(resolveSettings({ maxBufferSize: 7 }).maxBodyBytes).toBe(7);
    expect(resolveSettings({ maxBufferSize: 7, maxBodySize: 0 }).maxBodyBytes).toBe(0);
  });

  it.each([
    { chunkSize: 0 },
    { maxHeaderSize: 0 },
    { maxBodySize: -1 },
    { maxBodySize: NaN },
    { idleConnectionTimeoutMs: -1 },
    { headerTimeoutMs: NaN },
    { bodyTimeoutMs: -1 },
    { minBodyRate: -1 },
    { writeTimeoutMs: -1 },
    { maxConnections: 0 },
    { maxRequestsInProgress: NaN },
    { retryAfterMs: -1 },
    { retryAfterMs: Infinity },
  ])('cannot be %o', (options) => {
    expect(() => resolveSettings(options)).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION' }) as Error,
    );
  });
});
