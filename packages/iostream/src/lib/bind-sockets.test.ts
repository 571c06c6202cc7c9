import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Future } from '@typhoon/concurrent';
import { IOLoop, TransportError } from '@typhoon/ioloop';
import { MemoryPoller } from '@typhoon/ioloop/testing';
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bindSockets, bindUnixSocket } from './bind-sockets.ts';
import { addAcceptHandler } from './bound-socket.ts';
import { IOStream } from './io-stream.ts';
import type { ListenAddress, Listener, ListenOptions, Poller } from '@typhoon/ioloop';
import type { BoundSocket, PeerAddress } from './bound-socket.ts';
import type { ResolvedAddress, Resolver } from './resolver.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A loop in memory that writes down where it is asked to listen, and what it fails with there. */
function memoryLoop(failures: Record<string, TransportError> = {}): {
  readonly loop: IOLoop;
  readonly asked: (ListenAddress & ListenOptions)[];
} {
  const asked: (ListenAddress & ListenOptions)[] = [];
  const loop = new IOLoop({
    poller: (host) => {
      const memory: Poller = new MemoryPoller(host);
      const listen = memory.listen.bind(memory);
      memory.listen = (address, options, factory): Promise<Listener> => {
        asked.push({ ...address, ...options });
        const failure = 'host' in address ? failures[address.host ?? ''] : undefined;
        return failure === undefined ? listen(address, options, factory) : Promise.reject(failure);
      };
      return memory;
    },
  });
  return { loop, asked };
}

function resolverOf(...hosts: string[]): Resolver {
  const resolve = (_host: string, port: number): Future<readonly ResolvedAddress[]> =>
    Future.resolved(
      hosts.map((host) => ({ host, port, family: host.includes(':') ? 6 : 4 }) as const),
    );
  return { resolve, close: () => undefined };
}

const open: BoundSocket[] = [];

afterEach(async () => {
  for (const socket of open.splice(0)) await socket.close();
  IOLoop.clearCurrent();
});

describe('bindSockets', () => {
  it('binds every address of a name once, IPv4 first (NET-1)', async () => {
    const { asked } = memoryLoop();
    const resolver = resolverOf('::1', '127.0.0.1', '::1');
    open.push(...(await bindSockets(80, { address: 'localhost', resolver })));
    expect(asked).toMatchObject([{ host: '127.0.0.1' }, { host: '::1' }]);
    expect(open).toHaveLength(2);
  });

  it.each([null, '', undefined])('means every interface by %j (NET-1)', async (address) => {
    const { asked } = memoryLoop();
    await bindSockets(80, { ...(address === undefined ? {} : { address }), family: 4 });
    expect(asked).toMatchObject([{ host: '0.0.0.0' }]);
  });

  it('picks one port for all of them (NET-2)', async () => {
    open.push(...(await bindSockets(0, { address: 'localhost' })));
    const ports = new Set(open.map((socket) => socket.address.port));
    expect(ports.size).toBe(1);
    expect([...ports][0]).toBeGreaterThan(0);
  });

  it('picks another port when the one of the first family is taken (NET-2)', async () => {
    const { loop } = memoryLoop();
    const first = await loop.poller.listen({ host: '::1', port: 49_152 }, {}, () => {
      throw new Error('nobody comes');
    });
    const sockets = await bindSockets(0, {
      resolver: resolverOf('127.0.0.1', '::1'),
      address: 'x',
    });
    expect(sockets.map((socket) => socket.address.port)).toEqual([49_153, 49_153]);
    await first.close();
  });

  it('keeps IPv6 sockets to IPv6, and skips a family that is missing (NET-3)', async () => {
    const cause = Object.assign(new Error('no IPv6'), { code: 'EAFNOSUPPORT' });
    const missing = new TransportError('ERR_ADDRESS_UNAVAILABLE', 'no IPv6', { cause });
    const { asked } = memoryLoop({ 'fe80::1': missing });
    const sockets = await bindSockets(80, {
      address: 'x',
      resolver: resolverOf('10.0.0.1', 'fe80::1'),
    });
    expect(sockets).toHaveLength(1);
    expect(asked).toMatchObject([{ ipv6Only: false }, { ipv6Only: true }]);
  });

  it('skips ::1 where localhost names it and the machine lacks it (NET-4)', async () => {
    const missing = new TransportError('ERR_ADDRESS_UNAVAILABLE', 'EADDRNOTAVAIL');
    memoryLoop({ '::1': missing });
    const resolver = resolverOf('127.0.0.1', '::1');
    expect(await bindSockets(80, { address: 'localhost', resolver })).toHaveLength(1);
  });

  it('fails, and leaves nothing bound, when an address cannot be had', async () => {
    const { loop } = memoryLoop({ '10.0.0.2': new TransportError('ERR_ADDRESS_DENIED', 'no') });
    const binding = bindSockets(80, { address: 'x', resolver: resolverOf('10.0.0.1', '10.0.0.2') });
    await expect(binding).rejects.toMatchObject({ code: 'ERR_ADDRESS_DENIED' });
    await loop.poller.listen({ host: '10.0.0.1', port: 80 }, {}, () => {
      throw new Error('nobody comes');
    });
  });

  it('refuses to share a port where that cannot be done: ERR_UNSUPPORTED (NET-5)', async () => {
    memoryLoop();
    const binding = bindSockets(80, { reusePort: true });
    await expect(binding).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
  });

  it('has a backlog of 128 unless told otherwise (NET-16)', async () => {
    const { asked } = memoryLoop();
    await bindSockets(80, { family: 4 });
    await bindSockets(81, { family: 4, backlog: 5 });
    await bindUnixSocket('\0abstract');
    expect(asked.map(({ backlog }) => backlog)).toEqual([128, 5, 128]);
  });
});

describe.skipIf(process.platform === 'win32')('bindUnixSocket', () => {
  const somePath = (): string => join(mkdtempSync(join(tmpdir(), 'typhoon-unix-')), 'socket');

  it('makes a socket with these permissions, and replaces one that lies there (NET-6)', async () => {
    const path = somePath();
    open.push(await bindUnixSocket(path));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    open.push(await bindUnixSocket(path, { mode: 0o666 }));
    expect(statSync(path).mode & 0o777).toBe(0o666);
  });

  it('leaves another kind of file alone: ERR_NOT_A_SOCKET (NET-6)', async () => {
    const path = somePath();
    writeFileSync(path, 'precious');
    await expect(bindUnixSocket(path)).rejects.toMatchObject({ code: 'ERR_NOT_A_SOCKET' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it.skipIf(process.platform !== 'linux')(
    'takes a name in the abstract namespace (NET-6)',
    async () => {
      const path = `\0typhoon-${process.pid}`;
      const socket = await bindUnixSocket(path);
      open.push(socket);
      const address = await new Promise<PeerAddress>((resolve) => {
        addAcceptHandler(socket, (transport, peer) => {
          resolve(peer);
          transport.close();
        });
        void new IOStream().connect(path);
      });
      expect(address).toBe('');
    },
  );
});

describe('addAcceptHandler', () => {
  async function listening(): Promise<{
    readonly socket: BoundSocket;
    readonly connectOne: () => IOStream;
  }> {
    memoryLoop();
    const [socket] = await bindSockets(80, { family: 4 });
    if (socket === undefined) throw new Error('no socket');
    const connectOne = (): IOStream => {
      const stream = new IOStream();
      void stream.connect(['0.0.0.0', 80]);
      return stream;
    };
    return { socket, connectOne };
  }

  it('delivers nothing any more once it is removed, also from inside of it (NET-8)', async () => {
    const { socket, connectOne } = await listening();
    let calls = 0;
    const remove = addAcceptHandler(socket, () => {
      calls++;
      remove();
    });
    for (let count = 0; count < 3; count++) connectOne();
    for (let turns = 0; turns < 10; turns++) await turn();
    expect(calls).toBe(1);
  });

  it('delivers what came before there was a handler (NET-8)', async () => {
    const { socket, connectOne } = await listening();
    void connectOne().write('early');
    for (let turns = 0; turns < 10; turns++) await turn();
    const got = await new Promise<string>((resolve) => {
      addAcceptHandler(socket, (transport) => {
        void new IOStream(transport).readBytes(5).then((bytes) => {
          resolve(bytes.toString());
        });
      });
    });
    expect(got).toBe('early');
  });

  it('logs what the handler throws, and goes on accepting (NET-15)', async () => {
    const { socket, connectOne } = await listening();
    const handler = vi.fn(() => {
      throw new Error('in the handler');
    });
    addAcceptHandler(socket, handler);
    await new ExpectLog(appLog, 'Exception in callback ', { level: 'error' }).run(async () => {
      const first = connectOne();
      await new Promise<void>((resolve) => {
        first.setCloseCallback(resolve);
      });
      connectOne();
      for (let turns = 0; turns < 10; turns++) await turn();
    });
    expect(handler).toHaveBeenCalledTimes(2);
  });
});
