// A client behind a proxy: what the proxy is asked, and what it may answer.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Future } from '@typhoon/concurrent';
import { HTTPRequest, type HTTPRequestOptions } from '@typhoon/httpclient';
import { testCertificate } from '@typhoon/ioloop/testing';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketHandler } from '../src/index.ts';
import { onBothPollers, Rig } from './on-both-pollers.ts';

class Echo extends WebSocketHandler {
  override onMessage(message: string | Buffer): unknown {
    return this.send(message);
  }
}

/** A proxy that every name leads through to the loopback interface; `answer` (null: none) is said in place of opening the tunnel. */
async function proxyServer(answer?: string | null) {
  const asked: string[] = [];
  const asking = new Future<Socket>();
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined);
  };
  const proxy = createServer();
  proxy.on('connection', keep);
  proxy.on('connect', ({ url = '', headers }, near: Socket) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? 'nobody'}`);
    if (answer === null) asking.setResult(near);
    else if (answer !== undefined) near.end(answer);
    if (answer !== undefined) return;
    const far = keep(connect(Number(url.slice(url.lastIndexOf(':') + 1)), '127.0.0.1'));
    far.on('connect', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(near).pipe(far);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = proxy.address() as AddressInfo;
  return { asked, asking, port, options: { proxyHost: '127.0.0.1', proxyPort: port } };
}

const MESSAGES = ['x', 'ü'.repeat(150_000)];

onBothPollers(() => {
  const rig = new Rig();

  async function talk(url: string, options: HTTPRequestOptions): Promise<void> {
    const client = await rig.connect(new HTTPRequest(url, options));
    for (const message of MESSAGES) {
      void client.writeMessage(message);
      expect(await client.readMessage()).toBe(message);
    }
  }

  async function failure(options: HTTPRequestOptions): Promise<unknown> {
    return rig
      .connect(new HTTPRequest('ws://far.test:81/', options))
      .catch((error: unknown) => error);
  }

  describe('a client behind a proxy', () => {
    afterEach(() => {
      vi.unstubAllEnvs();
    });

    it('asks it for a tunnel, with its name and password', async () => {
      const { port } = new URL(await rig.serve([['/', Echo]]));
      const { asked, options } = await proxyServer();
      await talk(`ws://far.test:${port}/`, {
        ...options,
        proxyUsername: 'me',
        proxyPassword: 'pw',
      });
      expect(asked).toEqual([`far.test:${port} Basic ${Buffer.from('me:pw').toString('base64')}`]);
    });

    it('talks TLS with the server behind it, whose name is checked', async () => {
      const { port } = new URL(await rig.serve([['/', Echo]], {}, { tls: testCertificate }));
      const { asked, options } = await proxyServer();
      const trusting = { ...options, caCerts: testCertificate.cert };
      await talk(`wss://localhost:${port}/`, trusting);
      expect(asked).toEqual([`localhost:${port} nobody`]);
      const other = rig.connect(new HTTPRequest(`wss://far.test:${port}/`, trusting));
      await expect(other).rejects.toMatchObject({ code: 'ERR_TLS' });
    });

    it('takes that of the environment, unless it is told to take none', async () => {
      const { port } = new URL(await rig.serve([['/', Echo]]));
      const proxy = await proxyServer();
      vi.stubEnv('http_proxy', `http://127.0.0.1:${proxy.port}`);
      vi.stubEnv('no_proxy', '');
      await talk(`ws://far.test:${port}/`, {});
      await talk(`ws://127.0.0.1:${port}/`, {}); // never for this very machine
      expect(proxy.asked).toEqual([`far.test:${port} nobody`]);
      await expect(
        talk(`ws://far.invalid:${port}/`, { proxyHost: '', proxyPort: 1 }),
      ).rejects.toThrow();
      expect(proxy.asked).toHaveLength(1);
    });

    it.each([
      ['refuses', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'ERR_PROXY'],
      ['speaks for the server', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101 Sw\r\n\r\n', 'ERR_PROXY'],
      ['hangs up', '', 'ERR_CONNECTION_RESET'],
    ])('fails when it %s', async (_what, answer, code) => {
      const { options } = await proxyServer(answer);
      expect(await failure(options)).toMatchObject({ code });
    });

    it('gives up on one that says nothing', async () => {
      const { options, asking } = await proxyServer(null);
      const controller = new AbortController();
      const failing = failure({ ...options, signal: controller.signal });
      const socket = await asking;
      const closed = new Promise((resolve) => socket.resume().on('close', resolve));
      controller.abort();
      expect(await failing).toMatchObject({ name: 'CancelledError' });
      await closed;
    });
  });
});
