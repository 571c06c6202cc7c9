import { describe, expect, it } from 'vitest';
import { IOLoop } from '../ioloop.ts';
import { MemoryNetwork } from './memory-network.ts';
import { MemoryPoller } from './memory-poller.ts';
import { testPoller } from './poller-suite.ts';
import type { Protocol } from '../poller.ts';

const LIMITS = {
  tls: 'there is no TLS in memory',
  handlers: 'there are no descriptors in memory',
};

testPoller('memory', (loop) => new MemoryPoller(loop), { describe, it }, LIMITS);
testPoller(
  'memory (in pieces of 1,000 bytes)',
  (loop) => new MemoryPoller(loop, { pieceBytes: 1000 }),
  { describe, it },
  LIMITS,
);

const QUIET: Protocol = {
  connectionMade: () => undefined,
  dataReceived: () => undefined,
  connectionLost: () => undefined,
};

describe('MemoryPoller', () => {
  it('knows no TLS and no shared ports: ERR_UNSUPPORTED', async () => {
    const loop = new IOLoop({ poller: (host) => new MemoryPoller(host) });
    const unsupported = { code: 'ERR_UNSUPPORTED' };
    for (const options of [{ tls: {} }, { reusePort: true }]) {
      const listening = loop.poller.listen({ port: 80 }, options, () => QUIET);
      await expect(listening).rejects.toMatchObject(unsupported);
    }
    const error = await new Promise((resolve) => {
      const protocol = { ...QUIET, connectionLost: resolve };
      loop.poller.connect({ host: 'a', port: 80 }, { tls: {} }, protocol);
    });
    expect(error).toMatchObject(unsupported);
    loop.close();
  });

  it('connects to any name, and tells hosts apart', async () => {
    const loop = new IOLoop({ poller: (host) => new MemoryPoller(host) });
    const seen: string[] = [];
    for (const host of ['a.example', 'b.example']) {
      await loop.poller.listen({ host, port: 80 }, {}, () => {
        seen.push(host);
        return QUIET;
      });
    }
    const made = new Promise((resolve) => {
      loop.poller.connect(
        { host: 'b.example', port: 80 },
        {},
        { ...QUIET, connectionMade: resolve },
      );
    });
    await made;
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(['b.example']);
    loop.close();
  });

  it('connects two loops over one network, and only over that', async () => {
    const network = new MemoryNetwork();
    const loops = [network, network, new MemoryNetwork()].map(
      (own) => new IOLoop({ poller: (host) => new MemoryPoller(host, { network: own }) }),
    );
    const [server, client, stranger] = loops;
    const address = { host: 'a', port: 80 };
    const accepted = new Promise((resolve) => {
      void server?.poller.listen(address, {}, () => ({
        ...QUIET,
        connectionMade: () => {
          resolve(IOLoop.current());
        },
      }));
    });
    await new Promise((resolve) => setImmediate(resolve));
    client?.poller.connect(address, {}, QUIET);
    expect(await accepted).toBe(server);
    const refused = await new Promise((resolve) => {
      stranger?.poller.connect(address, {}, { ...QUIET, connectionLost: resolve });
    });
    expect(refused).toMatchObject({ code: 'ERR_CONNECTION_REFUSED' });
    for (const loop of loops) loop.close();
  });

  it('refuses a name that a listener for every host has taken', async () => {
    const loop = new IOLoop({ poller: (host) => new MemoryPoller(host) });
    await loop.poller.listen({ port: 80 }, {}, () => QUIET);
    const second = loop.poller.listen({ host: 'a', port: 80 }, {}, () => QUIET);
    await expect(second).rejects.toMatchObject({ code: 'ERR_ADDRESS_IN_USE' });
    loop.close();
  });
});
