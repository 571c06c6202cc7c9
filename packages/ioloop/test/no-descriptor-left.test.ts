// A server that has run out of descriptors, in a process of its own with few of them: it serves those it has, and accepts
// again when there are some.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadEpoll } from '../src/lib/default-poller.ts';

const DESCRIPTORS = 60;
const CLIENTS = 120;

/** Echoes; says its port, and whenever accepting is paused. */
const SERVER = `
  import { IOLoop } from '@typhoon/ioloop';
  import { genLog } from '@typhoon/log';
  genLog.addFilter(({ message }) => {
    if (message.startsWith('accepting')) console.log('starved');
    return false;
  });
  const make = () => {
    let transport;
    return {
      connectionMade: (made) => { transport = made; },
      dataReceived: (buffer, start, end) => transport.write(Buffer.from(buffer.subarray(start, end))),
      connectionLost: () => undefined,
    };
  };
  const listener = await IOLoop.current().poller.listen({ host: '127.0.0.1', port: 0 }, {}, make);
  console.log(listener.address.port);
`;

const { native } = loadEpoll();
let server: ChildProcess;
let clients: Socket[] = [];

beforeEach(() => {
  const node = `exec "${process.execPath}" --input-type=module -e "$SERVER"`;
  server = spawn('bash', ['-c', `ulimit -n ${DESCRIPTORS}; ${node}`], {
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, SERVER, TYPHOON_POLLER: 'epoll' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
});

afterEach(() => {
  for (const client of clients) client.destroy();
  clients = [];
  server.kill();
});

it.skipIf(native === null)(
  'goes on serving, and accepts again when a descriptor is free',
  async () => {
    if (server.stdout === null) throw new Error('no output');
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
    const port = Number((await lines.next()).value);
    clients = Array.from({ length: CLIENTS }, () => connect(port, '127.0.0.1'));
    let served = 0;
    let isReleasing = false;
    const echoed = clients.map(async (client) => {
      client.write('x');
      await once(client, 'data');
      served++;
      if (isReleasing) client.destroy();
      else waiting.push(client);
    });
    const waiting: Socket[] = [];
    expect((await lines.next()).value).toBe('starved');
    await echoed[0];
    expect(served).toBeLessThan(DESCRIPTORS);
    clients[0]?.write('y');
    if (clients[0] !== undefined) await once(clients[0], 'data');
    isReleasing = true;
    for (const client of waiting) client.destroy();
    await Promise.all(echoed);
    expect(served).toBe(CLIENTS);
  },
  30_000,
);
