import { describe, expect, it } from 'vitest';
import { CaresResolver } from './cares-resolver.ts';
import type { NameServers } from './cares-resolver.ts';

/** Knows one name, and writes down what it is asked. */
class KnowingServers implements NameServers {
  readonly asked: string[] = [];

  resolve4(name: string): Promise<readonly string[]> {
    this.asked.push(`A ${name}`);
    if (name !== 'known.example') return Promise.reject(new Error('queryA ENOTFOUND'));
    return Promise.resolve(['192.0.2.1', '192.0.2.2']);
  }

  resolve6(name: string): Promise<readonly string[]> {
    this.asked.push(`AAAA ${name}`);
    return Promise.resolve(['2001:db8::1']);
  }

  cancel(): void {
    this.asked.push('cancel');
  }
}

describe('CaresResolver', () => {
  it('takes an address as it is, without a question (PLT-4)', async () => {
    const servers = new KnowingServers();
    const resolver = new CaresResolver(servers);
    expect(await resolver.resolve('192.0.2.7', 80)).toEqual([
      { family: 4, host: '192.0.2.7', port: 80 },
    ]);
    expect(await resolver.resolve('::1', 80, 6)).toEqual([{ family: 6, host: '::1', port: 80 }]);
    expect(servers.asked).toEqual([]);
  });

  it.each([
    { host: '::1', family: 4 },
    { host: '192.0.2.7', family: 6 },
  ] as const)('refuses $host for IPv$family (PLT-4)', async ({ host, family }) => {
    const resolving = new CaresResolver(new KnowingServers()).resolve(host, 80, family);
    await expect(resolving).rejects.toMatchObject({ code: 'ERR_NAME_NOT_RESOLVED' });
  });

  it('asks for one family: IPv4, unless IPv6 is wanted (PLT-4)', async () => {
    const servers = new KnowingServers();
    const resolver = new CaresResolver(servers);
    const found = await resolver.resolve('known.example', 80);
    expect(found.map(({ host, family }) => [host, family])).toEqual([
      ['192.0.2.1', 4],
      ['192.0.2.2', 4],
    ]);
    expect(await resolver.resolve('known.example', 80, 6)).toHaveLength(1);
    expect(servers.asked).toEqual(['A known.example', 'AAAA known.example']);
  });

  it('fails with a typed error, cause included, when there is no such name (PLT-4)', async () => {
    const resolving = new CaresResolver(new KnowingServers()).resolve('unknown.example', 80);
    await expect(resolving).rejects.toMatchObject({
      name: 'TransportError',
      code: 'ERR_NAME_NOT_RESOLVED',
      cause: new Error('queryA ENOTFOUND'),
    });
  });

  it('cancels what is under way when it is closed', () => {
    const servers = new KnowingServers();
    new CaresResolver(servers).close();
    expect(servers.asked).toEqual(['cancel']);
  });

  it('asks the system’s name servers by default', () => {
    expect(() => {
      new CaresResolver().close();
    }).not.toThrow();
  });
});
