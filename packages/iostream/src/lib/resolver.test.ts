import { Future } from '@typhoon/concurrent';
import { describe, expect, it, vi } from 'vitest';
import { DefaultResolver, isValidIp, OverrideResolver } from './resolver.ts';
import type { ResolvedAddress, Resolver } from './resolver.ts';

class EchoResolver implements Resolver {
  readonly close = vi.fn();
  resolve(host: string, port: number, family = 0): Future<readonly ResolvedAddress[]> {
    return Future.resolved([{ host, port, family: family === 6 ? 6 : 4 }] as const);
  }
}

describe('DefaultResolver', () => {
  it('knows localhost, and takes addresses as they are (NET-10)', async () => {
    const resolver = new DefaultResolver();
    const local = await resolver.resolve('localhost', 80, 4);
    expect(local).toContainEqual({ family: 4, host: '127.0.0.1', port: 80 });
    expect(await resolver.resolve('::1', 80)).toEqual([{ family: 6, host: '::1', port: 80 }]);
    resolver.close();
  });

  it('fails for a name that does not exist: ERR_NAME_NOT_RESOLVED (NET-10)', async () => {
    const resolving = new DefaultResolver().resolve('no-such-host.invalid', 80);
    await expect(async () => await resolving).rejects.toMatchObject({
      code: 'ERR_NAME_NOT_RESOLVED',
    });
  });
});

describe('OverrideResolver', () => {
  const inner = new EchoResolver();
  const resolver = new OverrideResolver({
    resolver: inner,
    mapping: {
      'a.example': 'b.example',
      'a.example:443': { host: 'c.example', port: 1443 },
      'a.example:443/6': { host: '::1', port: 2443 },
    },
  });

  it.each([
    ['a.example', 443, 6, '::1', 2443],
    ['a.example', 443, 4, 'c.example', 1443],
    ['a.example', 80, 0, 'b.example', 80],
    ['z.example', 80, 0, 'z.example', 80],
    ['constructor', 80, 0, 'constructor', 80],
  ] as const)(
    'takes the most exact exception: %s:%d/%d (NET-11)',
    async (host, port, family, toHost, toPort) => {
      const [found] = await resolver.resolve(host, port, family);
      expect(found).toMatchObject({ host: toHost, port: toPort });
    },
  );

  it('closes the resolver inside (NET-11)', () => {
    resolver.close();
    expect(inner.close).toHaveBeenCalledTimes(1);
  });
});

describe('isValidIp', () => {
  it.each(['127.0.0.1', '4.4.4.4', '::1', '2620:0:1cfe:face:b00c::3', 'fe80::1%lo'])(
    'takes %s (NET-9)',
    (ip) => {
      expect(isValidIp(ip)).toBe(true);
    },
  );

  it.each([
    'www.google.com',
    'localhost',
    '4.4.4.4<',
    ' 127.0.0.1',
    '',
    ' ',
    '\n',
    '\0',
    '1'.repeat(1000),
  ])('refuses %j (NET-9)', (ip) => {
    expect(isValidIp(ip)).toBe(false);
  });

  it('refuses the old forms of IPv4, which Tornado takes (NET-9)', () => {
    expect([isValidIp('1.2'), isValidIp('0x7f.1')]).toEqual([false, false]);
  });
});
