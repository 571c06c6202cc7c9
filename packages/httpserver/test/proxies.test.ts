// Proxies in front of a server: who is believed, and what they say before the first request.
import { MemoryPoller, testCertificate, VirtualClock } from '@typhoon/ioloop/testing';
import { IOLoop } from '@typhoon/ioloop';
import { ExpectLog } from '@typhoon/log/testing';
import { connect as connectTls } from 'node:tls';
import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HTTPServer } from '../src/lib/http-server.ts';
import { answer, ok, Rig, until, WORLDS, type World } from './worlds.ts';
import type { HTTPServerRequest } from '../src/lib/server-request.ts';
import type { HTTPServerOptions } from '../src/lib/server-options.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const V1 = 'PROXY TCP4 203.0.113.7 198.51.100.1 56324 443\r\n';
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const V2 = `${SIGNATURE}\x21\x11\0\x14\xcb\0\x71\x07\xc6\x33\x64\x01\xdc\x04\x01\xbb\x20\0\x05\x01\0\0\0\0`;
const LOCAL = `${SIGNATURE}\x20\0\0\0`;
const TRUSTING: HTTPServerOptions = { proxyProtocol: { trusted: ['127.0.0.0/8'] } };

let rig: Rig | null = null;

afterEach(async () => {
  await rig?.close();
  rig = null;
});

function tell({ connection, remoteIp, protocol }: HTTPServerRequest): void {
  answer(connection, `${remoteIp} ${protocol}`);
}

describe.each(WORLDS.filter(({ isTls }) => !isTls))('a PROXY header on $name', (world: World) => {
  const start = (options: HTTPServerOptions): ReturnType<Rig['connect']> => {
    rig = new Rig(world, tell, options);
    return rig.connect();
  };

  it.each([
    ['version 1', V1, '203.0.113.7 http'],
    ['version 2, from a client that talks TLS', V2, '203.0.113.7 https'],
    ['LOCAL', LOCAL, '127.0.0.1 http'],
    ['UNKNOWN', 'PROXY UNKNOWN\r\n', '127.0.0.1 http'],
  ])(
    'of %s tells of every request, together with the first or alone',
    async (_name, header, who) => {
      const client = await start(TRUSTING);
      await client.send(header + GET).heard(ok(who));
      await client.send(GET).heard(ok(who).repeat(2));
      expect(rig?.server.connectionCount).toBe(1);
      const other = await rig!.connect();
      other.send(header.slice(0, 5));
      await new Promise(setImmediate);
      other.send(header.slice(5));
      await new Promise(setImmediate);
      await other.send(GET).heard(ok(who));
    },
  );

  it('must come from a trusted peer: without it the connection ends', async () => {
    const log = new ExpectLog('typhoon.general', /Malformed PROXY header from 127\.0\.0\.1: /, {
      level: 20,
    });
    await log.run(async () => {
      const client = await start(TRUSTING);
      expect(await client.send(GET).all()).toBe('');
      await until(() => rig?.server.connectionCount === 0);
    });
  });

  it.each([
    ['version 1', V1],
    ['version 2', V2],
  ])('of %s from anybody else is a malformed request', async (_name, header) => {
    const log = new ExpectLog('typhoon.general', /Malformed HTTP message/, { level: 20 });
    await log.run(async () => {
      const client = await start({ proxyProtocol: { trusted: ['10.0.0.0/8'] } });
      expect(await client.send(header + GET).all()).toMatch(/^HTTP\/1\.1 400 [^]*\r\n\r\n$/);
    });
  });

  it('is not asked of those who are not trusted', async () => {
    const client = await start({ proxyProtocol: { trusted: ['10.0.0.0/8'] } });
    await client.send(GET).heard(ok('127.0.0.1 http'));
  });

  it('need not come at all: who leaves before it leaves in silence', async () => {
    const client = await start(TRUSTING);
    await until(() => rig?.server.connectionCount === 1);
    client.transport.end();
    expect(await client.all()).toBe('');
    await until(() => rig?.server.connectionCount === 0);
  });

  it('that has not come is nothing to wait for when the server ends', async () => {
    const client = await start(TRUSTING);
    await until(() => rig?.server.connectionCount === 1);
    await rig?.server.closeAllConnections();
    expect(await client.all()).toBe('');
    expect(rig?.server.connectionCount).toBe(0);
  });
});

describe('a PROXY header', () => {
  it('must be complete in the time of a head, however its bytes come', async () => {
    const clock = new VirtualClock({ autoJump: false });
    const memory = { name: 'memory', isTls: false, loopOptions: {} };
    rig = new Rig(memory, tell, TRUSTING, { clock, poller: (loop) => new MemoryPoller(loop) });
    const slow = await rig.connect();
    slow.send('PROXY UNKNOWN');
    let seconds = 0;
    for (; !slow.isLost && seconds < 70; seconds++) {
      slow.send(' ');
      await clock.advance(1000);
    }
    expect(seconds).toBe(60);
    expect(slow.output).toBe('');
  });

  it('comes before the TLS handshake', async () => {
    rig = new Rig({ name: '', isTls: false, loopOptions: {} }, tell, TRUSTING);
    const { server } = rig;
    const listener = await server.listen({ host: '127.0.0.1', port: 0 }, { tls: testCertificate });
    const raw = connectTcp(listener.address.port, '127.0.0.1');
    raw.write(V1);
    const socket = connectTls({ socket: raw, ca: testCertificate.cert, servername: 'localhost' });
    socket.write(GET);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(chunk.toString()).toContain('203.0.113.7 https');
    socket.destroy();
  });

  it('may come over a unix socket', async () => {
    new IOLoop();
    const server = new HTTPServer(tell, { proxyProtocol: { trusted: ['unix:'] } });
    const path = join(mkdtempSync(join(tmpdir(), 'typhoon-')), 's');
    await server.listen({ path });
    const socket = connectTcp(path);
    socket.write(V1 + GET);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(chunk.toString()).toContain('203.0.113.7 http');
    socket.destroy();
    server.stop();
    await server.closeAllConnections();
  });
});

describe('headers of a proxy', () => {
  async function seen(options: HTTPServerOptions, fields: string, before = ''): Promise<string> {
    rig = new Rig(WORLDS[0]!, tell, options);
    const client = await rig.connect();
    client.send(`${before}GET / HTTP/1.0\r\nHost: x\r\n${fields}\r\n`);
    const text = await client.all();
    return text.slice(text.indexOf('\r\n\r\n') + 4);
  }
  const REAL = 'X-Real-Ip: 203.0.113.7\r\nX-Scheme: https\r\n';
  const forwarded = (hops: string): string => `X-Forwarded-For: ${hops}\r\n`;

  it('are believed of a trusted peer (HSV-4, 5, 7)', async () => {
    const xheaders = { trusted: ['127.0.0.0/8'] };
    expect(await seen({ xheaders }, REAL)).toBe('203.0.113.7 https');
  });

  it('are not believed of anybody else (HSV-7)', async () => {
    const xheaders = { trusted: ['10.0.0.0/8'] };
    expect(await seen({ xheaders }, REAL + forwarded('203.0.113.7'))).toBe('127.0.0.1 http');
  });

  it.each([
    ['203.0.113.9, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['203.0.113.9, 203.0.113.7', '203.0.113.7'],
    ['203.0.113.7, ::ffff:10.0.0.1, 10.2.0.1', '203.0.113.7'],
    ['10.0.0.5, 10.0.0.6', '10.0.0.5'],
    ['203.0.113.7, junk, 10.0.0.6', '127.0.0.1'],
    ['203.0.113.7, ', '127.0.0.1'],
    ['"203.0.113.7"', '127.0.0.1'],
  ])('X-Forwarded-For: %s means %s, networks skipped (HSV-4, SEC-4)', async (hops, ip) => {
    const options = { xheaders: { trusted: ['127.0.0.1'] }, trustedDownstream: ['10.0.0.0/8'] };
    expect(await seen(options, forwarded(hops))).toBe(`${ip} http`);
  });

  it('are judged by the client that a PROXY header tells of', async () => {
    const options = { ...TRUSTING, xheaders: { trusted: ['203.0.113.0/24'] } };
    const one = 'X-Real-Ip: 192.0.2.55\r\n';
    expect(await seen(options, one, V1)).toBe('192.0.2.55 http');
    await rig?.close();
    expect(await seen(options, one, LOCAL)).toBe('127.0.0.1 http');
  });

  it('cannot be believed of what is no address', () => {
    const refused = expect.objectContaining({ code: 'ERR_BAD_OPTION' }) as Error;
    expect(() => new HTTPServer(tell, { xheaders: { trusted: ['proxy'] } })).toThrow(refused);
    expect(() => new HTTPServer(tell, { trustedDownstream: ['proxy'] })).toThrow(refused);
    expect(() => new HTTPServer(tell, { proxyProtocol: { trusted: ['10/8'] } })).toThrow(refused);
  });
});
