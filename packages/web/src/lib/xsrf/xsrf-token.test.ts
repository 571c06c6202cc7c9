import { describe, expect, it } from 'vitest';
import { decodeXsrfToken, encodeXsrfToken, newXsrfToken } from './xsrf-token.ts';

const TOKEN = {
  token: Buffer.from('0123456789abcdef0123456789abcdef', 'hex'),
  seconds: 1_300_000_000,
};

describe('an XSRF token', () => {
  it('has 16 bytes that nobody can guess', () => {
    const [a, b] = [newXsrfToken(1_300_000_000_999), newXsrfToken(0)];
    expect(a.token).toHaveLength(16);
    expect(a.token).not.toEqual(b.token);
    expect(a.seconds).toBe(1_300_000_000);
  });

  it('of version 2 looks different each time, and is the same token (WEB-44)', () => {
    const texts = [encodeXsrfToken(TOKEN, 2), encodeXsrfToken(TOKEN, 2)];
    expect(texts[0]).toMatch(/^2\|[0-9a-f]{8}\|[0-9a-f]{32}\|1300000000$/);
    expect(texts[0]).not.toBe(texts[1]);
    expect(texts.map(decodeXsrfToken)).toEqual([TOKEN, TOKEN]);
  });

  it('of version 1 is plain hex (WEB-44)', () => {
    const text = encodeXsrfToken(TOKEN, 1);
    expect(text).toBe('0123456789abcdef0123456789abcdef');
    expect(decodeXsrfToken(text)?.token).toEqual(TOKEN.token);
  });

  it('without a version is hex if it can be, else itself (WEB-45)', () => {
    expect(decodeXsrfToken('ABab')?.token).toEqual(Buffer.from([0xab, 0xab]));
    expect(decodeXsrfToken('abc')?.token).toEqual(Buffer.from('abc'));
    expect(decodeXsrfToken('xyz')?.token).toEqual(Buffer.from('xyz'));
  });

  it.each([
    '3|00000000|00|1',
    '2|',
    '2|00000000|00',
    '2|0000|00|1',
    '2|0000000g|00|1',
    '2|00000000|0|1',
    '2|00000000|00|x',
    '2|00000000|00|1|2',
  ])('is not %s (WEB-45)', (text) => {
    expect(decodeXsrfToken(text)).toBeNull();
  });

  it('has no other versions (WEB-47)', () => {
    expect(() => encodeXsrfToken(TOKEN, 3)).toThrow(
      expect.objectContaining({ code: 'ERR_SETTING' }),
    );
  });
});
