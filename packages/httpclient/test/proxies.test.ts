// Requests through a proxy: what goes out, what the proxy may answer, and what the environment says.
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AsyncHTTPClient } from '../src/index.ts';
import { httpServer, rawServer, tlsServer } from './local-server.ts';
import { onPollers } from './on-pollers.ts';
import type { AddressInfo, Socket } from 'node:net';

function pem(name: string): string {
  return readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), 'utf8');
}

interface LocalProxy {
  readonly port: number;
  /** Request lines, and what came with them. */
  readonly seen: { readonly line: string; readonly authorization: string | undefined }[];
}

/** A proxy as it should be; every name leads to the loopback interface. */
async function proxyServer(): Promise<LocalProxy> {
  const seen: LocalProxy['seen'] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    seen.push({ line: `${method} ${url}`, authorization: headers['proxy-authorization'] });
    const { port, pathname } = new URL(url);
    const onward = httpRequest({ host: '127.0.0.1', port, path: pathname, method }, (answer) => {
      response.writeHead(answer.statusCode ?? 502);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  proxy.on('connect', (request, socket: Socket) => {
    const { url = '', headers } = request;
    seen.push({ line: `CONNECT ${url}`, authorization: headers['proxy-authorization'] });
    const onward = connect(Number(url.slice(url.lastIndexOf(':') + 1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const one of [socket, onward]) one.on('error', () => undefined);
    sockets.add(socket).add(onward);
  });
  proxy.on('connection', (socket: Socket) => sockets.add(socket));
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (proxy.address() as AddressInfo).port, seen };
}

onPollers(() => {
  describe('a proxy', () => {
    const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;

    it('is asked in absolute form, with our name and password (CRL-1)', async () => {
      const proxy = await proxyServer();
      const { port } = await httpServer((request, response) => {
        response.end(`you asked for ${request.url ?? ''}`);
      });
      using client = new AsyncHTTPClient();
      const { body } = await client.fetch(`http://far.test:${port}/x`, {
        proxyHost: '127.0.0.1',
        proxyPort: proxy.port,
        proxyUsername: 'me',
        proxyPassword: 'secret',
      });
      expect(body.toString()).toBe('you asked for /x');
      const line = `GET http://far.test:${port}/x`;
      expect(proxy.seen).toEqual([{ line, authorization: basic }]);
    });

    it('opens a tunnel to a secure server, which is used again, and whose name is checked (CRL-1)', async () => {
      const proxy = await proxyServer();
      const { port } = await tlsServer({ key: pem('key'), cert: pem('localhost') });
      using client = new AsyncHTTPClient({
        defaults: {
          caCerts: pem('authority'),
          proxyHost: '127.0.0.1',
          proxyPort: proxy.port,
          proxyUsername: 'me',
          proxyPassword: 'secret',
        },
      });
      for (let n = 0; n < 2; n++) {
        const { body } = await client.fetch(`https://localhost:${port}/`);
        expect(body.toString()).toBe('secret');
      }
      const line = `CONNECT localhost:${port}`;
      expect(proxy.seen).toEqual([{ line, authorization: basic }]);
      await expect(
        async () => await client.fetch(`https://elsewhere.test:${port}/`),
      ).rejects.toMatchObject({ code: 'ERR_TLS' });
    });

    it.each([
      [
        'refuses',
        'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nname',
        /407/,
      ],
      ['sends no HTTP', 'SSH-2.0-OpenSSH\r\n', /malformed/],
      ['speaks for the server', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', /more than/],
    ])('that %s is an error of its own', async (_what, answer, message) => {
      const { port } = await rawServer((socket) => {
        socket.once('data', () => socket.write(answer));
      });
      using client = new AsyncHTTPClient();
      const fetch = client.fetch('https://a.test/', { proxyHost: '127.0.0.1', proxyPort: port });
      await expect(async () => await fetch).rejects.toMatchObject({
        code: 'ERR_PROXY',
        status: 599,
        message: expect.stringMatching(message) as string,
      });
    });

    it('that hangs up, or never answers, ends the attempt', async () => {
      const { port } = await rawServer((socket) => {
        socket.once('data', (line) => {
          if (line.includes('gone.test')) socket.end();
        });
      });
      using client = new AsyncHTTPClient();
      const options = { proxyHost: '127.0.0.1', proxyPort: port, connectTimeoutMs: 150 };
      const ask = async (url: string): Promise<unknown> => await client.fetch(url, options);
      await expect(ask('https://gone.test/')).rejects.toMatchObject({ code: 'ERR_CONNECT' });
      await expect(ask('https://mute.test/')).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    });
  });
});
