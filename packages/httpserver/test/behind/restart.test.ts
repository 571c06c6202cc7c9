// Two processes behind a proxy are replaced on SIGHUP while clients ask: none of them may notice.
import { availablePollers } from '@typhoon/ioloop/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { endFamilies, Family, type Said } from '../family.ts';
import { nodeClient, startLoad, Tally } from '../restart/steady-load.ts';
import { PROXY_KINDS, type ProxyKind } from './deployed-configuration.ts';
import { ForeignProxy } from './foreign-proxy.ts';

let proxy: ForeignProxy | null = null;

afterEach(async () => {
  await proxy?.stop();
  proxy = null;
  await endFamilies();
});

/** Asks with node:http through the proxy; answers what the server saw of the target. */
function clientOf(port: number): (path: string) => Promise<string> {
  const ask = nodeClient(port);
  return async (path) => {
    const text = await ask(path);
    return text.startsWith('{') ? (JSON.parse(text) as { readonly uri: string }).uri : text;
  };
}

describe.each(PROXY_KINDS)('behind $name', (kind: ProxyKind) => {
  if (kind.version === '') {
    it.skip(`[skipped: ${kind.name} is not installed]`, () => undefined);
    return;
  }
  it.each(availablePollers())(
    'a rolling restart on the %s poller loses no request, 1,000 a second',
    { timeout: 20_000 },
    async (poller) => {
      const family = new Family({ mode: 'start' }, { TYPHOON_POLLER: poller });
      const before = await family.heard('serving', 2);
      const upstream = new URL(before[0]?.url ?? '').host;
      proxy = await ForeignProxy.start(kind.program({ upstream }));
      const tally = new Tally(clientOf(proxy.ports[0] ?? 0));
      const stopLoad = startLoad(tally, 1000);
      family.kill('SIGHUP');
      const since = family.said.indexOf(before[1] as Said);
      await family.heard(({ text }) => /^old child .* exited normally$/.test(text ?? ''), 2, since);
      await stopLoad();
      expect(tally.failures).toEqual([]);
      expect(tally.answered).toBe(tally.sent);
    },
  );
});
