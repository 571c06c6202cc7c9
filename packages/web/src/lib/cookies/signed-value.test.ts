import fc from 'fast-check';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import {
  createSignedValue,
  decodeSignedValue,
  getSignatureKeyVersion,
  type CookieSecret,
} from './signed-value.ts';

const SECRET = "It's a secret to everybody";
const SECRETS: CookieSecret = { 0: 'ajklasdf0ojaisdf', 1: 'aslkjasaolwkjsdf' };
const DAY_MS = 86_400_000;
const PAST_MS = 1_300_000_000_000;
const clock = (): number => PAST_MS;

const V2 =
  '2|1:0|10:1300000000|3:key|8:dmFsdWU=|3d4e60b996ff9c5d5788e333a0cba6f238a22c6c0f94788870e1a9ecd482e152';
const V1 = 'dmFsdWU=|1300000000|31c934969f53e48164c50768b40cbd7e2daaaa4f';

function decode(value: string | null, options = {}): string | undefined {
  return decodeSignedValue(SECRET, 'key', value, { clock, ...options })?.toString();
}

describe('version 2', () => {
  it('is signed as Tornado signs it (WEB-37)', () => {
    expect(createSignedValue(SECRET, 'key', 'value', { clock })).toBe(V2);
    expect(decode(V2)).toBe('value');
  });

  it('counts bytes, not characters', () => {
    const signed = createSignedValue(SECRET, 'clé', '✓', { clock });
    expect(signed).toContain('|4:cl\xc3\xa9|');
    expect(
      decodeSignedValue(SECRET, 'clé', Buffer.from(signed, 'latin1'), { clock })?.toString(),
    ).toBe('✓');
  });

  it('says which of several secrets signed, and is read with that one (WEB-36, 37)', () => {
    const value = createSignedValue(SECRETS, 'key', 'value', { keyVersion: 1 });
    expect(getSignatureKeyVersion(value)).toBe(1);
    expect(decodeSignedValue(SECRETS, 'key', value)?.toString()).toBe('value');
    expect(decodeSignedValue({ 1: 'aslkjasaolwkjsdf' }, 'key', value)?.toString()).toBe('value');
    expect(decodeSignedValue({ 0: 'ajklasdf0ojaisdf' }, 'key', value)).toBeNull();
    expect(decodeSignedValue({ 1: 'another' }, 'key', value)).toBeNull();
  });

  it('needs to know which of several secrets signs (WEB-36)', () => {
    expect(() => createSignedValue(SECRETS, 'key', 'value')).toThrow('Key version must be set');
    expect(() => createSignedValue(SECRETS, 'key', 'v', { keyVersion: 7 })).toThrow(
      'key version 7',
    );
  });

  it.each([
    V2.replace('dmFsdWU', 'dmFsdWV'),
    V2.replace('1300000000', '1300000001'),
    V2.replace('3:key', '3:kez'),
    V2.replace('1:0', '1:1'),
    V2.slice(0, -1),
    `${V2}0`,
    V2.slice(0, V2.lastIndexOf('|') + 1),
    '2|',
    '2|1:0',
    '2|1:0|10:1300000000|3:key|99:dmFsdWU=|00',
    '2|x:0|10:1300000000|3:key|8:dmFsdWU=|00',
    '2|99999999999999999999:0|',
    '2|1:0|9:130000000|3:key|8:dmFsdWU=|',
  ])('refuses %s (WEB-40)', (value) => {
    expect(decode(value)).toBeUndefined();
  });

  it('refuses another name, another secret, and what is too old (WEB-40)', () => {
    expect(decodeSignedValue(SECRET, 'other', V2, { clock })).toBeNull();
    expect(decodeSignedValue('other', 'key', V2, { clock })).toBeNull();
    expect(decode(V2, { clock: () => PAST_MS + 31 * DAY_MS })).toBe('value');
    expect(decode(V2, { clock: () => PAST_MS + 31 * DAY_MS + 1000 })).toBeUndefined();
    expect(decode(V2, { clock: () => PAST_MS + 2 * DAY_MS, maxAgeDays: 1 })).toBeUndefined();
  });

  it('gives any bytes back (WEB-41)', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, name) => {
        const signed = createSignedValue(SECRET, name, bytes);
        expect(decodeSignedValue(SECRET, name, signed)).toEqual(Buffer.from(bytes));
      }),
    );
  });
});

describe('version 1', () => {
  it('is signed as Tornado signs it (WEB-38)', () => {
    expect(createSignedValue(SECRET, 'key', 'value', { clock, version: 1 })).toBe(V1);
    expect(decode(V1, { minVersion: 1 })).toBe('value');
  });

  it('has one secret only (WEB-38)', () => {
    expect(() => createSignedValue(SECRETS, 'key', 'v', { version: 1, keyVersion: 0 })).toThrow(
      'several secrets',
    );
    expect(decodeSignedValue(SECRETS, 'key', V1, { clock })).toBeNull();
    expect(getSignatureKeyVersion(V1)).toBeNull();
  });

  it('is refused with digits moved between value and timestamp (WEB-40)', () => {
    new ExpectLog('typhoon.general', 'Tampered cookie').run(() => {
      const signed = createSignedValue(SECRET, 'key', 'abt', { clock, version: 1 });
      expect(signed).toMatch(/^YWJ0\|1300000000\|/);
      expect(decode(signed.replace('0|1', '|01'))).toBeUndefined();
    });
  });

  it('is refused when it is from far in the future (WEB-40)', () => {
    const later = (): number => PAST_MS + 32 * DAY_MS;
    new ExpectLog('typhoon.general', 'Cookie timestamp in future').run(() => {
      const signed = createSignedValue(SECRET, 'key', 'value', { clock: later, version: 1 });
      expect(decode(signed)).toBeUndefined();
    });
  });

  it('is refused with a wrong signature, and when it is too old, with a warning (WEB-40)', () => {
    new ExpectLog('typhoon.general', 'Invalid cookie signature').run(() => {
      expect(decode(V1.replace('31c9', '31c8'))).toBeUndefined();
    });
    new ExpectLog('typhoon.general', 'Expired cookie').run(() => {
      expect(decode(V1, { clock: () => PAST_MS + 32 * DAY_MS })).toBeUndefined();
    });
  });

  it.each(['', 'a', 'a|b', 'a|b|c|d'])('is not what "%s" is (WEB-40)', (value) => {
    expect(decode(value)).toBeUndefined();
  });
});

describe('versions', () => {
  it('are told by a number in front (WEB-39)', () => {
    expect(decode('3|1:0|x')).toBeUndefined();
    expect(decode('999|1:0|x')).toBeUndefined();
    new ExpectLog('typhoon.general', 'Invalid cookie signature').run(() => {
      expect(decode('1000|1300000000|x')).toBeUndefined();
    });
  });

  it('below the least allowed are refused, and none above 2 can be asked for (WEB-39)', () => {
    expect(decode(V1, { minVersion: 2 })).toBeUndefined();
    expect(decode(V2, { minVersion: 2 })).toBe('value');
    expect(() => decode(V2, { minVersion: 3 })).toThrow('version 3');
    expect(() => createSignedValue(SECRET, 'key', 'value', { version: 3 })).toThrow('version 3');
  });

  it('of nothing is nothing', () => {
    expect(decode(null)).toBeUndefined();
  });
});
