import { describe, expect, it } from 'vitest';
import { TrustedPeers } from './trusted-peers.ts';

describe('trusted peers', () => {
  const peers = new TrustedPeers(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1']);

  it.each(['10.0.0.0', '10.255.255.255', '192.0.2.1', '2001:db8:1::9', '::1', '::ffff:10.1.2.3'])(
    'include %s',
    (host) => {
      expect(peers.has(host)).toBe(true);
    },
  );

  it.each([
    '11.0.0.0',
    '192.0.2.2',
    '2001:db9::',
    '::2',
    '::ffff:11.0.0.1',
    '',
    'ten',
    '10.0.0',
    '10.0.0.1, 1',
  ])('do not include "%s"', (host) => {
    expect(peers.has(host)).toBe(false);
  });

  it('are nobody when none is named, and everybody with /0', () => {
    expect(new TrustedPeers([]).has('10.0.0.1')).toBe(false);
    expect(new TrustedPeers(['0.0.0.0/0']).has('203.0.113.1')).toBe(true);
    expect(new TrustedPeers(['::/0']).has('2001:db8::1')).toBe(true);
  });

  it('include those on unix sockets when that is said', () => {
    expect(new TrustedPeers(['unix:']).has('')).toBe(true);
  });

  it.each([
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::/129',
    '10/8',
    '',
    '10.0.0.0/-1',
  ])('cannot be "%s"', (peer) => {
    expect(() => new TrustedPeers([peer])).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION' }),
    );
  });
});
