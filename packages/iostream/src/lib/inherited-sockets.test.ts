import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IOLoop } from '@typhoon/ioloop';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bindSocket, bindSockets, bindUnixSocket } from './bind-sockets.ts';
import { addAcceptHandler } from './bound-socket.ts';
import { closeHandedOver, handOverSockets, isServingSockets } from './inherited-sockets.ts';

const HOST = '127.0.0.1';

afterEach(async () => {
  await closeHandedOver();
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** The module as another process has it, which was started with these sockets. */
async function withInherited(
  sockets: readonly unknown[],
): Promise<typeof import('./inherited-sockets.ts')> {
  vi.stubEnv('TYPHOON_SOCKETS', JSON.stringify(sockets));
  vi.resetModules();
  return import('./inherited-sockets.ts');
}

describe('handing over', () => {
  it('takes the sockets that nobody accepts from, with their descriptors where they are known', async () => {
    const [socket] = await bindSockets(0, { address: HOST });
    const [served] = await bindSockets(0, { address: HOST });
    if (socket === undefined || served === undefined) throw new Error('not bound');
    const remove = addAcceptHandler(served, () => undefined);
    expect(isServingSockets()).toBe(true);
    remove();
    expect(isServingSockets()).toBe(false);
    await served.close();
    const { port } = socket.address;
    const fd = IOLoop.current().poller.name === 'epoll' ? socket.listener?.descriptor : null;
    expect(await handOverSockets()).toEqual([{ name: `${HOST} 0`, port, fd }]);
  });

  it('closes a socket that shares its port: the others bind their own', async () => {
    if (IOLoop.current().poller.name !== 'epoll') return;
    const socket = await bindSocket({ host: HOST, port: 0 }, { reusePort: true });
    const { port } = socket.address;
    expect(await handOverSockets()).toEqual([{ name: `${HOST} 0`, port, fd: null }]);
    expect(socket.listener?.descriptor).toBe(-1);
    expect(await handOverSockets()).toEqual([]);
  });

  it('knows a unix socket by its path', async () => {
    const path = join(tmpdir(), `typhoon-handover-${process.pid}.sock`);
    await bindUnixSocket(path);
    expect(await handOverSockets()).toMatchObject([{ name: path, port: 0 }]);
  });
});

describe('a process to which sockets were handed over', () => {
  it('finds each once, by what it asks for', async () => {
    const { inheritedAddress } = await withInherited([
      { name: `${HOST} 0`, port: 4000, fd: 4 },
      { name: `${HOST} 0`, port: 4001, fd: 5 },
      { name: 'ipv6 :: 4000', port: 4000, fd: 6 },
      { name: '/some/path', port: 0, fd: 7 },
    ]);
    const address = { host: HOST, port: 0 };
    expect(inheritedAddress(address)).toEqual({ fd: 4 });
    expect(inheritedAddress(address)).toEqual({ fd: 5 });
    expect(inheritedAddress(address)).toBeNull();
    expect(inheritedAddress({ host: '::', port: 4000 })).toBeNull();
    expect(inheritedAddress({ host: '::', port: 4000 }, true)).toEqual({ fd: 6 });
    expect(inheritedAddress({ path: '/some/path' })).toEqual({ fd: 7 });
  });

  it('binds the port that was picked when there is no descriptor', async () => {
    const { inheritedAddress } = await withInherited([
      { name: `${HOST} 0`, port: 4000, fd: null },
      { name: '/some/path', port: 0, fd: null },
    ]);
    expect(inheritedAddress({ host: HOST, port: 0 })).toEqual({ host: HOST, port: 4000 });
    expect(inheritedAddress({ path: '/some/path' })).toEqual({ path: '/some/path' });
  });

  it('keeps that from the processes that it starts itself', async () => {
    await withInherited([]);
    expect(process.env['TYPHOON_SOCKETS']).toBeUndefined();
  });
});
