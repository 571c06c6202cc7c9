import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { genLog } from '@typhoon/log';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadEpoll } from './default-poller.ts';
import { EpollPoller } from './epoll-poller.ts';
import { IOLoop } from './ioloop.ts';
import { testPoller } from './testing/poller-suite.ts';
import type { NativeModule } from '@typhoon/epoll';
import type { LogRecord } from '@typhoon/log';
import type { AddressInfo, Socket } from 'node:net';
import type { PollerHost, Protocol, Transport } from './poller.ts';

const { native, reason } = loadEpoll();
const describeNative = native === null ? describe.skip : describe;

/** The suite's clients refuse certificates; that the server logs it is tested with the portable poller. */
const isNoHandshake = ({ message }: LogRecord): boolean => !message.startsWith('TLS handshake');

function createPoller(host: PollerHost): EpollPoller {
  if (native === null) throw new Error(reason);
  return new EpollPoller(host, native);
}

describeNative('the contract', () => {
  beforeAll(() => {
    genLog.addFilter(isNoHandshake);
  });

  afterAll(() => {
    genLog.removeFilter(isNoHandshake);
  });

  testPoller('epoll', createPoller, { describe, it });
});

const QUIET: Protocol = {
  connectionMade: () => undefined,
  dataReceived: () => undefined,
  connectionLost: () => undefined,
};

const ANYWHERE = { host: '127.0.0.1', port: 0 };

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop({ poller: createPoller });
});

afterEach(() => {
  loop.close();
});

/** A listener with protocols of `make`, and so many clients of node:net that have connected. */
async function serve(make: (at: number) => Protocol, count: number): Promise<Socket[]> {
  let made = 0;
  const listener = await loop.poller.listen(ANYWHERE, {}, () => make(made++));
  const clients = Array.from({ length: count }, () => connect(listener.address.port, '127.0.0.1'));
  // What the end of the loop does to them is no test's concern.
  for (const client of clients) client.on('error', () => undefined);
  for (const client of clients) await new Promise((resolve) => client.once('connect', resolve));
  while (made < count) await new Promise((resolve) => setImmediate(resolve));
  return clients;
}

function firstData(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => socket.once('data', resolve));
}

/** All clients write in one go, and the server hears of it in one batch: nothing else runs meanwhile. */
function writeAll(clients: readonly Socket[], text: string): void {
  for (const client of clients) client.write(text);
}

/** The native part; each call of a batch is written down: the event it begins with, how many there are. */
function spyOnBatches(calls: (readonly [number, number])[]): NativeModule {
  if (native === null) throw new Error(reason);
  const { Poller } = native;
  class Spied extends Poller {
    constructor(...[onBatch, memory, receive]: ConstructorParameters<typeof Poller>) {
      const spy = (at: number, count: number): number => {
        calls.push([at, count]);
        return onBatch(at, count);
      };
      super(spy, memory, receive);
    }
  }
  return { ...native, Poller: Spied };
}

/** The thread sleeps; so what comes meanwhile is one batch. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describeNative('a batch', () => {
  it('gives each connection one read, so that a flood delays no neighbour', async () => {
    const order: string[] = [];
    const clients = await serve(
      (at) => ({
        ...QUIET,
        dataReceived: (_buffer, start, end) => order.push(`${at}:${end - start > 1000}`),
      }),
      2,
    );
    clients[0]?.write(Buffer.alloc(1 << 20));
    clients[1]?.write('x');
    await new Promise((resolve) => setImmediate(resolve));
    while (!order.includes('1:false')) await new Promise((resolve) => setImmediate(resolve));
    expect(order.indexOf('1:false')).toBeLessThan(3);
  });

  it('is told in parts when its handlers are slow, and what they wrote is sent in between', async () => {
    const calls: (readonly [number, number])[] = [];
    loop.close();
    loop = new IOLoop({ poller: (host) => new EpollPoller(host, spyOnBatches(calls)) });
    let handled = 0;
    const clients = await serve(
      () => ({
        ...QUIET,
        dataReceived: () => {
          handled++;
          block(2);
        },
      }),
      12,
    );
    writeAll(clients, 'x');
    calls.length = 0;
    while (handled < 12) await new Promise((resolve) => setImmediate(resolve));
    const parts = calls.filter(([at]) => at > 0);
    expect(parts.length).toBeGreaterThan(0);
    for (const [at, count] of parts) expect(at).toBeLessThan(count);
  });

  it('holds what it has read for a reader whom a neighbour pauses', async () => {
    const transports: Transport[] = [];
    const heard: string[] = [];
    const clients = await serve(
      (at) => ({
        ...QUIET,
        connectionMade: (transport) => (transports[at] = transport),
        dataReceived: (buffer, start, end) => {
          heard.push(`${at}:${buffer.toString('latin1', start, end)}`);
          for (const [other, transport] of transports.entries()) {
            if (other !== at) transport.pauseReading();
          }
        },
      }),
      2,
    );
    writeAll(clients, 'a');
    block(20); // both have come by the next batch
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard).toHaveLength(1);
    const paused = heard[0] === '0:a' ? 1 : 0;
    clients[paused]?.write('b');
    transports[paused]?.resumeReading();
    while (!heard.join().includes('b')) await new Promise((resolve) => setImmediate(resolve));
    expect(heard.slice(1).join('')).toMatch(/^\d:a\d:b$|^\d:ab$/);
  });

  it('goes on when a protocol takes the received memory away', async () => {
    const heard: string[] = [];
    const clients = await serve(
      () => ({
        ...QUIET,
        dataReceived: (buffer, start, end) => {
          heard.push(buffer.toString('latin1', start, end));
          structuredClone(buffer, { transfer: [buffer.buffer as ArrayBuffer] });
        },
      }),
      1,
    );
    for (const text of ['a', 'b']) {
      writeAll(clients, text);
      while (!heard.includes(text)) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(heard).toEqual(['a', 'b']);
  });
});

describeNative('a connection', () => {
  it('sends a head and a large body behind it in one', async () => {
    const [client] = await serve(
      () => ({
        ...QUIET,
        connectionMade: (transport) => {
          transport.writeLatin1('head ');
          transport.write(Buffer.alloc(20_000, 'b'));
        },
      }),
      1,
    );
    const first = client === undefined ? Buffer.alloc(0) : await firstData(client);
    expect(first.length).toBe(20_005);
  });

  it('leaves with us what a client who reads nothing does not take, instead of filling the kernel with it', async () => {
    const bytes = 8 << 20;
    let transport: Transport | null = null;
    const [client] = await serve(
      () => ({
        ...QUIET,
        connectionMade: (made) => {
          transport = made;
          made.write(Buffer.alloc(bytes));
        },
      }),
      1,
    );
    client?.pause();
    let left = -1;
    for (let same = 0; same < 20;) {
      const now = (transport as Transport | null)?.bufferedAmount ?? 0;
      same = now === left ? same + 1 : 0;
      left = now;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(left).toBeGreaterThan(bytes - (2 << 20)); // without a mark the kernel takes four
  });

  it('sends what an async function writes after waiting, with the batch', async () => {
    const [client] = await serve(() => {
      let transport: Transport | null = null;
      return {
        ...QUIET,
        connectionMade: (made) => (transport = made),
        dataReceived: () => {
          void Promise.resolve().then(() => transport?.write('later'));
        },
      };
    }, 1);
    client?.write('x');
    expect(client && (await firstData(client)).toString()).toBe('later');
  });

  it('fails to connect to a name that does not exist: ERR_NAME_NOT_RESOLVED', async () => {
    const error = await new Promise((resolve) => {
      const address = { host: 'no-such-host.invalid', port: 80 };
      loop.poller.connect(address, {}, { ...QUIET, connectionLost: resolve });
    });
    expect(error).toMatchObject({ code: 'ERR_NAME_NOT_RESOLVED' });
  });

  it('tries the addresses of a name in turn', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const remote = await new Promise<string>((resolve, reject) => {
      const connectionMade = (transport: Transport): void => {
        resolve(transport.remoteAddress.host);
      };
      const protocol = { ...QUIET, connectionMade, connectionLost: reject };
      loop.poller.connect({ host: 'localhost', port }, {}, protocol);
    });
    expect(remote).toBe('127.0.0.1');
    server.close();
  });
});

describeNative('a listener', () => {
  it('takes those who wait before it closes: acceptWaiting leaves nobody behind', async () => {
    let made = 0;
    const listener = await loop.poller.listen(ANYWHERE, {}, () => {
      made++;
      return QUIET;
    });
    // On this machine the kernel has accepted a connection by the time that `connect` returns.
    const clients = Array.from({ length: 5 }, () => connect(listener.address.port, '127.0.0.1'));
    const connected = Promise.all(
      clients.map((client) => new Promise((resolve) => client.once('connect', resolve))),
    );
    await new Promise<void>((resolve) => {
      process.nextTick(resolve);
    }); // that is when they do
    listener.acceptWaiting?.();
    void listener.close();
    expect(made).toBe(5);
    await connected;
    for (const client of clients) client.destroy();
  });

  it('looks again after it has served those who waited: who came meanwhile is taken before it closes', async () => {
    if (native === null) throw new Error(reason);
    const { Poller } = native;
    const served: number[] = [];
    class SecondComesLate extends Poller {
      #looks = 0;
      override accept(slot: number, generation: number): number {
        served.push(made);
        // The look between the two finds nobody, as if the second client were not there yet.
        return ++this.#looks === 2 ? -1 : super.accept(slot, generation);
      }
    }
    let made = 0;
    const other = new IOLoop({
      poller: (host) => new EpollPoller(host, { ...native, Poller: SecondComesLate }),
    });
    const listener = await other.poller.listen(ANYWHERE, {}, () => {
      made++;
      return QUIET;
    });
    listener.setAccepting?.(false);
    const clients = Array.from({ length: 2 }, () => connect(listener.address.port, '127.0.0.1'));
    for (const client of clients) client.on('error', () => undefined);
    for (const client of clients) await new Promise((resolve) => client.once('connect', resolve));
    listener.acceptWaiting?.();
    void listener.close();
    // One is taken, nobody found; the other is taken, nobody found; the last look finds nobody at once.
    expect(served).toEqual([0, 1, 1, 2, 2]);
    for (const client of clients) client.destroy();
    other.close();
  });

  it('shares its port with others that do', async () => {
    const first = await loop.poller.listen(ANYWHERE, { reusePort: true }, () => QUIET);
    const { port } = first.address;
    const second = await loop.poller.listen(
      { host: '127.0.0.1', port },
      { reusePort: true },
      () => QUIET,
    );
    expect(second.address.port).toBe(port);
  });

  it('removes the path of its unix socket when it is closed', async () => {
    const path = join(tmpdir(), `typhoon-epoll-${process.pid}.sock`);
    const listener = await loop.poller.listen({ path }, {}, () => QUIET);
    expect(existsSync(path)).toBe(true);
    await listener.close();
    expect(existsSync(path)).toBe(false);
  });

  it('refuses a path that is too long: ERR_ADDRESS_INVALID', async () => {
    const listening = loop.poller.listen({ path: `/tmp/${'x'.repeat(200)}` }, {}, () => QUIET);
    await expect(listening).rejects.toMatchObject({ code: 'ERR_ADDRESS_INVALID' });
  });

  it('refuses IPv4 when told to', async () => {
    const listener = await loop.poller.listen(
      { host: '::', port: 0 },
      { ipv6Only: true },
      () => QUIET,
    );
    const client = connect(listener.address.port, '127.0.0.1');
    const error = await new Promise((resolve) => client.once('error', resolve));
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('lets connections wait in the kernel while it does not accept', async () => {
    let accepted = 0;
    const accepting: { resolve?: (value: unknown) => void } = {};
    const listener = await loop.poller.listen(ANYWHERE, {}, () => {
      accepted++;
      accepting.resolve?.(null);
      return QUIET;
    });
    listener.setAccepting?.(false);
    const client = connect(listener.address.port, '127.0.0.1');
    await new Promise((resolve) => client.once('connect', resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(accepted).toBe(0);
    const made = new Promise((resolve) => (accepting.resolve = resolve));
    listener.setAccepting?.(true);
    await made;
    client.destroy();
  });

  it('knows its descriptor while it is open', async () => {
    const listener = await loop.poller.listen(ANYWHERE, {}, () => QUIET);
    expect(listener.descriptor).toBeGreaterThan(2);
    await listener.close();
    expect(listener.descriptor).toBe(-1);
  });
});
