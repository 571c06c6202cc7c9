// More clients and requests than a server takes on, wherever it runs.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { IOLoop } from '@typhoon/ioloop';
import { MemoryPoller, testCertificate, VirtualClock } from '@typhoon/ioloop/testing';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallbackDelegate } from '../src/lib/callback-delegate.ts';
import { Connections } from '../src/lib/connections.ts';
import { TURNED_AWAY } from '../src/lib/refused-connection.ts';
import { resolveSettings, type HTTPServerOptions } from '../src/lib/server-options.ts';
import { answer, echo, listener, ok, Rig, until, WORLDS, type World } from './worlds.ts';
import type { RequestCallback } from '../src/lib/callback-delegate.ts';
import type { HTTPServerConnectionDelegate } from '../src/lib/http-connection.ts';
import type { HTTPServerRequest } from '../src/lib/server-request.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';
const REFUSED =
  'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
const WARNING = /^Overloaded: \d+ connections and \d+ requests refused so far$/;

let rig: Rig | null = null;
let log: ExpectLog;
/** Requests that wait until the test answers them. */
let held: HTTPServerRequest[] = [];

beforeEach(() => {
  log = new ExpectLog('typhoon.general', WARNING, { required: false });
  held = [];
});

afterEach(async () => {
  await rig?.close();
  rig = null;
  log[Symbol.dispose]();
});

function start(
  world: World,
  options: HTTPServerOptions,
  app: HTTPServerConnectionDelegate | RequestCallback = echo,
): Rig {
  rig = new Rig(world, app, options);
  return rig;
}

function hold(request: HTTPServerRequest): void {
  held.push(request);
}

function release(): void {
  for (const request of held.splice(0)) echo(request);
}

describe.each(WORLDS)('beyond maxRequestsInProgress, on $name', (world: World) => {
  it('a request is answered 503 without the application, and its connection closed', async () => {
    const { server } = start(world, { maxRequestsInProgress: 1 }, hold);
    const [busy, other] = [await rig!.connect(), await rig!.connect()];
    busy.send(GET);
    await until(() => held.length === 1);
    expect(await other.send(GET).all()).toBe(REFUSED);
    expect(held).toHaveLength(1);
    expect(server).toMatchObject({ requestsInProgress: 1, requestsRefused: 1 });
    release();
    await busy.heard(ok('GET /a '));
    const third = await rig!.connect();
    third.send(GET);
    await until(() => held.length === 1);
    release();
    await third.heard(ok('GET /a '));
    expect(server).toMatchObject({ requestsInProgress: 0, requestsRefused: 1 });
  });

  it('so is one of which a part had come before', async () => {
    start(world, { maxRequestsInProgress: 1 }, hold);
    const [busy, other] = [await rig!.connect(), await rig!.connect()];
    other.send(GET.slice(0, 9));
    busy.send(GET);
    await until(() => held.length === 1);
    expect(await other.send(GET.slice(9)).all()).toBe(REFUSED);
    expect(held).toHaveLength(1);
  });

  it('the next one on a connection takes the place of the one before', async () => {
    start(world, { maxRequestsInProgress: 1 }, hold);
    const client = await rig!.connect();
    client.send(GET + GET + GET);
    for (let n = 1; n <= 3; n++) {
      await until(() => held.length === 1);
      release();
      await client.heard(ok('GET /a ').repeat(n));
    }
  });

  it('a client that is sending a large body can read the answer', async () => {
    start(world, { maxRequestsInProgress: 1 }, hold);
    const [busy, other] = [await rig!.connect(), await rig!.connect()];
    busy.send(GET);
    await until(() => held.length === 1);
    other.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
    other.send(Buffer.alloc(1_000_000, 'x'));
    expect(await other.all()).toBe(REFUSED);
  });

  it('an empty line is no request', async () => {
    const { server } = start(world, { maxRequestsInProgress: 1 }, hold);
    const [busy, other] = [await rig!.connect(), await rig!.connect()];
    busy.send(GET);
    await until(() => held.length === 1);
    other.send('\r\n');
    release();
    await busy.heard(ok('GET /a '));
    expect(server.requestsRefused).toBe(0);
    other.send(GET);
    await until(() => held.length === 1);
    release();
    await other.heard(ok('GET /a '));
  });
});

describe.each(WORLDS)('beyond maxConnections, on $name', (world: World) => {
  it('a client is answered 503 once it asks for something, and closed', async () => {
    const heard: string[] = [];
    const app = listener(heard, {
      finish: (connection) => {
        answer(connection, 'x');
      },
    });
    const { server } = start(world, { maxConnections: 1, retryAfterMs: 2500 }, app);
    const first = await rig!.connect();
    await first.send(GET).heard(ok('x'));
    const second = await rig!.connect();
    await first.send(GET).heard(ok('x').repeat(2));
    expect(second).toMatchObject({ output: '', hasEnded: false });
    expect(await second.send(GET).all()).toBe(REFUSED.replace('After: 1', 'After: 3'));
    expect(server).toMatchObject({ connectionCount: 1, connectionsRefused: 1, requestsRefused: 0 });
    expect(heard).toEqual(['head /a', 'finish', 'head /a', 'finish']);
  });

  it('one is served as soon as another has gone', async () => {
    const { server } = start(world, { maxConnections: 1 });
    const first = await rig!.connect();
    await first.send(GET).heard(ok('GET /a '));
    const second = await rig!.connect();
    expect(await second.send(GET).all()).toBe(REFUSED);
    first.transport.close();
    await until(() => server.connectionCount === 0);
    const third = await rig!.connect();
    await third.send(GET).heard(ok('GET /a '));
  });

  it('connections that were detached count until they are closed', async () => {
    const { server } = start(world, { maxConnections: 1 }, (request) => {
      const transport = request.connection.detach();
      transport.setProtocol({
        connectionMade: () => undefined,
        dataReceived: () => undefined,
        connectionLost: () => undefined,
      });
      transport.resumeReading();
      transport.writeLatin1('mine');
    });
    const first = await rig!.connect();
    await first.send(GET).heard('mine');
    expect(server.connectionCount).toBe(0);
    const second = await rig!.connect();
    expect(await second.send(GET).all()).toBe(REFUSED);
    first.transport.close();
    for (;;) {
      const next = await rig!.connect();
      next.send(GET);
      await next.until(() => next.output !== '');
      if (next.output === 'mine') break; // a closed one may be noticed 250 ms late
      await next.all();
    }
  });

  it('those that are refused end with the server', async () => {
    const { server } = start(world, { maxConnections: 1 });
    const first = await rig!.connect();
    await first.send(GET).heard(ok('GET /a '));
    const second = await rig!.connect();
    await until(() => server.connectionsRefused === 1);
    await server.closeAllConnections();
    expect(await second.all()).toBe('');
  });

  it('a drain does not wait for those that are refused', async () => {
    const { server } = start(world, { maxConnections: 1 });
    const first = await rig!.connect();
    await first.send(GET).heard(ok('GET /a '));
    const second = await rig!.connect();
    second.send(GET);
    const { aborted, tookMs } = await server.drain();
    expect(aborted).toEqual([]);
    expect(tookMs).toBeLessThan(500);
  });
});

describe('a refused connection', () => {
  it('is cut when it asks for nothing within two seconds', async () => {
    const clock = new VirtualClock({ autoJump: false });
    const memory = { name: 'memory', isTls: false, loopOptions: {} };
    rig = new Rig(
      memory,
      echo,
      { maxConnections: 1 },
      { clock, poller: (loop) => new MemoryPoller(loop) },
    );
    await rig.connect();
    const second = await rig.connect();
    await clock.advance(1900);
    expect(second.isLost).toBe(false);
    await clock.advance(400);
    expect(second).toMatchObject({ isLost: true, output: '' });
  });

  it('is one of 1024 at most where nobody can be made to wait: the others are closed at once', () => {
    const settings = resolveSettings({ maxConnections: 1 });
    const connections = new Connections(IOLoop.current(), new CallbackDelegate(echo), settings, {
      connectionGone: () => undefined,
      setAccepting: () => undefined,
    });
    for (let n = 0; n < 1024; n++) expect(connections.refuse(false)).not.toBe(TURNED_AWAY);
    expect(connections.refuse(false)).toBe(TURNED_AWAY);
    expect(connections.overload.connections).toBe(1025);
  });

  it('is a TLS handshake that begins when as many are under way as may be refused', () => {
    const settings = resolveSettings({ maxConnections: 400 });
    const connections = new Connections(IOLoop.current(), new CallbackDelegate(echo), settings, {
      connectionGone: () => undefined,
      setAccepting: () => undefined,
    });
    for (let n = 0; n < 100; n++) connections.accept(null);
    expect([0, 299].map((n) => connections.admitsHandshake(n))).toEqual([true, true]);
    expect(connections.overload.connections).toBe(0);
    expect(connections.admitsHandshake(300)).toBe(false);
    for (let n = 0; n < 300; n++) connections.accept(null);
    expect([0, 255, 256].map((n) => connections.admitsHandshake(n))).toEqual([true, true, false]);
    expect(connections.overload.connections).toBe(2);
  });

  it('is closed without a word where its TLS handshake would come first', async () => {
    rig = new Rig(WORLDS[1]!, echo, { maxConnections: 1, proxyProtocol: { trusted: [] } });
    const { address } = await rig.server.listen(
      { host: '127.0.0.1', port: 0 },
      { tls: testCertificate },
    );
    const open = (): Socket => connect(address.port, '127.0.0.1');
    const first = open();
    await until(() => rig?.server.connectionCount === 1);
    const second = open().on('error', () => undefined);
    await until(() => second.destroyed);
    expect(rig.server).toMatchObject({ connectionCount: 1, connectionsRefused: 1 });
    first.destroy();
  });
});

const epoll = WORLDS.filter(({ name }) => name === 'epoll');
describe.each(epoll)('on $name', (world: World) => {
  it('a crowd of silent clients is left in the kernel’s queue, and served when there is room', async () => {
    const { server } = start(world, { maxConnections: 1 });
    const first = await rig!.connect();
    await first.send(GET).heard(ok('GET /a '));
    const port = Number(new URL(server.url).port);
    const crowd = Array.from({ length: 700 }, () => connect(port, '127.0.0.1'));
    await Promise.all(crowd.map((socket) => once(socket, 'connect')));
    await first.send(GET).heard(ok('GET /a ').repeat(2));
    expect(server.connectionsRefused).toBeGreaterThanOrEqual(256);
    expect(server.connectionsRefused).toBeLessThanOrEqual(512);
    for (const socket of crowd) socket.destroy();
    const next = await rig!.connect();
    expect(await next.send(GET).all()).toBe(REFUSED);
    first.transport.close();
    await until(() => server.connectionCount === 0);
    const last = await rig!.connect();
    await last.send(GET).heard(ok('GET /a '));
  });
});
