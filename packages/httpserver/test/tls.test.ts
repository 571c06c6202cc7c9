// TLS: names, certificates of clients, changes while the server runs, what is no TLS at all.
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { IOLoop, NetPoller } from '@typhoon/ioloop';
import { testCertificate } from '@typhoon/ioloop/testing';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { oneCertificate, starCertificate } from './certificates.ts';
import { answer, until } from './worlds.ts';
import { HTTPServer } from '../src/lib/http-server.ts';
import type { HTTPServerOptions } from '../src/lib/server-options.ts';
import type { HTTPServerRequest } from '../src/lib/server-request.ts';
import type { ServerListener } from '../src/lib/server-listener.ts';
import type { ServerTlsOptions } from '../src/lib/server-tls.ts';
import type { ListenAddress } from '@typhoon/ioloop';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const NAMES: ServerTlsOptions = {
  ...testCertificate,
  names: { 'One.example': oneCertificate, '*.two.example': starCertificate },
};

let loop: IOLoop;
let server: HTTPServer;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.stop();
  await server.closeAllConnections();
  loop.close();
});

/** Where the handshake can happen: in the poller, or after a PROXY header, over either poller. */
const PLACES = [
  { place: 'in the poller', options: {}, loopOptions: {} },
  {
    place: 'over net, behind where PROXY headers may be',
    options: { proxyProtocol: { trusted: [] } },
    loopOptions: { poller: (host: IOLoop) => new NetPoller(host) },
  },
  {
    place: 'over any poller, likewise',
    options: { proxyProtocol: { trusted: [] } },
    loopOptions: {},
  },
] as const;

describe.each(PLACES)('TLS $place', ({ options, loopOptions }) => {
  async function listen(
    tls: ServerTlsOptions,
    app: (request: HTTPServerRequest) => void = ({ connection }) => {
      answer(connection, 'hello');
    },
    more: HTTPServerOptions = {},
    address: ListenAddress = { host: '127.0.0.1', port: 0 },
  ): Promise<ServerListener> {
    loop = new IOLoop(loopOptions as ConstructorParameters<typeof IOLoop>[0]);
    server = new HTTPServer(app, { ...options, ...more });
    return server.listen(address, { tls });
  }

  async function connect(
    { address: { port, path } }: ServerListener,
    how: ConnectionOptions = {},
  ): Promise<TLSSocket> {
    const where = path === '' ? { port, host: '127.0.0.1' } : { path };
    const socket = connectTls({ ...where, rejectUnauthorized: false, ...how });
    sockets.push(socket);
    await once(socket, 'secureConnect');
    socket.on('error', () => undefined);
    return socket;
  }

  async function nameShown(listener: ServerListener, servername?: string): Promise<unknown> {
    const socket = await connect(listener, servername === undefined ? {} : { servername });
    return socket.getPeerCertificate().subject.CN;
  }

  async function ask(socket: TLSSocket): Promise<string> {
    socket.write(GET);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return chunk.toString();
  }

  it.each([
    ['one.example', 'one.example'],
    ['ONE.EXAMPLE', 'one.example'],
    ['a.two.example', '*.two.example'],
    ['a.b.two.example', 'localhost'],
    ['two.example', 'localhost'],
    ['other', 'localhost'],
    [undefined, 'localhost'],
  ])('shows who asks for %s the certificate of %s', async (asked, shown) => {
    expect(await nameShown(await listen(NAMES), asked)).toBe(shown);
  });

  it('serves with the certificate of a name', async () => {
    const socket = await connect(await listen(NAMES), { servername: 'one.example' });
    expect(await ask(socket)).toContain('hello');
  });

  it('agrees upon HTTP/1.1, and upon nothing with who cannot speak it', async () => {
    const listener = await listen(testCertificate);
    const both = await connect(listener, { ALPNProtocols: ['h2', 'http/1.1'] });
    expect(both.alpnProtocol).toBe('http/1.1');
    expect((await connect(listener)).alpnProtocol).toBe(false);
    const log = new ExpectLog('typhoon.general', /TLS handshake failed/);
    await log.run(async () => {
      await expect(connect(listener, { ALPNProtocols: ['h2'] })).rejects.toThrow();
      await until(() => log.matched);
    });
  });

  it('has the client’s certificate where it asks for one (HTU-36)', async () => {
    const tls = { ...testCertificate, requestCert: true, ca: testCertificate.cert };
    const app = (request: HTTPServerRequest): void => {
      answer(request.connection, String(request.getSslCertificate()?.subject.CN));
    };
    const listener = await listen(tls, app);
    expect(await ask(await connect(listener, testCertificate))).toContain('localhost');
  });

  it('refuses a client without one, unless it may come without', async () => {
    const tls = { ...testCertificate, requestCert: true, ca: testCertificate.cert };
    const optional = await listen({ ...tls, rejectUnauthorized: false });
    expect(await ask(await connect(optional))).toContain('hello');
    server.stop();
    await server.closeAllConnections();
    loop.close();
    const required = await listen(tls);
    const log = new ExpectLog('typhoon.general', /TLS handshake failed/);
    await log.run(async () => {
      const socket = await connect(required); // TLS 1.3: the client is done before it is refused
      socket.write(GET);
      await new Promise((resolve) => socket.once('close', resolve));
      await until(() => log.matched);
    });
    expect(server.connectionCount).toBe(0);
  });

  it('takes other certificates while it runs; who is connected goes on', async () => {
    const listener = await listen(NAMES);
    const old = await connect(listener);
    expect(await ask(old)).toContain('hello');
    listener.setTls({ ...oneCertificate, names: { 'new.example': starCertificate } });
    expect(await nameShown(listener)).toBe('one.example');
    expect(await nameShown(listener, 'new.example')).toBe('*.two.example');
    expect(await nameShown(listener, 'a.two.example')).toBe('one.example');
    expect(await ask(old)).toContain('hello');
  });

  it('keeps the old ones when the new ones cannot be used', async () => {
    const listener = await listen(NAMES);
    const broken = { cert: 'x', key: 'y' };
    const refused = expect.objectContaining({ code: 'ERR_BAD_TLS' }) as Error;
    expect(() => {
      listener.setTls(broken);
    }).toThrow(refused);
    expect(() => {
      listener.setTls({ ...oneCertificate, names: { 'one.example': broken } });
    }).toThrow(refused);
    expect(await nameShown(listener)).toBe('localhost');
    expect(await nameShown(listener, 'one.example')).toBe('one.example');
  });

  it('logs plain HTTP in one line, without a trace (HSV-12)', async () => {
    const listener = await listen(testCertificate);
    const lines: string[] = [];
    const log = new ExpectLog(
      'typhoon.general',
      /TLS handshake failed: [^\n]*http request[^\n]*\n?$/,
    );
    await log.run(async () => {
      const socket = connectTcp(listener.address.port, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.write(GET);
      socket.on('data', (chunk: Buffer) => lines.push(chunk.toString('latin1')));
      await new Promise((resolve) => socket.once('close', resolve));
      await until(() => log.matched);
    });
    expect(log.loggedStack).toBe(false);
    expect(lines.join('')).not.toContain('HTTP/1.1');
  });

  it('cuts a client that does not finish its handshake', async () => {
    const listener = await listen({ ...testCertificate, handshakeTimeout: 50 });
    const log = new ExpectLog('typhoon.general', /TLS handshake failed/);
    await log.run(async () => {
      const socket = connectTcp(listener.address.port, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.write(Buffer.of(0x16, 0x03));
      await new Promise((resolve) => socket.once('close', resolve));
      await until(() => log.matched);
    });
    expect(server.connectionCount).toBe(0);
  });

  it('works over a unix socket', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'typhoon-')), 's');
    const listener = await listen(testCertificate, undefined, {}, { path });
    expect(await ask(await connect(listener))).toContain('hello');
  });

  it('is not begun with certificates that cannot be used', async () => {
    const refused = { code: 'ERR_BAD_TLS' };
    await expect(listen({ cert: 'x', key: 'y' })).rejects.toMatchObject(refused);
  });
});

describe('a plain listener', () => {
  it('has no certificates to change', async () => {
    loop = new IOLoop();
    server = new HTTPServer(() => undefined);
    const listener = await server.listen({ host: '127.0.0.1', port: 0 });
    expect(() => {
      listener.setTls(testCertificate);
    }).toThrow(expect.objectContaining({ code: 'ERR_BAD_TLS' }) as Error);
  });
});
