import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { onWorlds } from './on-pollers.ts';
import { closed, httpServer, rawServer, tlsServer, unixServer } from './local-server.ts';
import type { IncomingMessage } from 'node:http';
import type { AsyncHTTPClient, HTTPClientError } from '../src/index.ts';

/** What a fetch fails with. */
async function failure(fetch: PromiseLike<unknown>): Promise<HTTPClientError> {
  return (await fetch.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  )) as HTTPClientError;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function pem(name: string): string {
  return readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), 'utf8');
}

onWorlds((world, make) => {
  let client: AsyncHTTPClient;
  beforeEach(() => {
    client = make();
  });
  afterEach(() => {
    client.close();
  });

  describe('a server of node:http', () => {
    it('answers many requests on one connection', async () => {
      const { port, sockets } = await httpServer((request, response) => {
        response.end(`${request.method ?? ''} ${request.url ?? ''}`);
      });
      for (let n = 0; n < 20; n++) {
        const { body } = await client.fetch(`http://127.0.0.1:${port}/${n}`);
        expect(body.toString()).toBe(`GET /${n}`);
      }
      expect(sockets).toHaveLength(1);
    });

    it('answers as many at once as maxClients allows', async () => {
      let now = 0;
      let most = 0;
      const { port, sockets } = await httpServer((_request, response) => {
        most = Math.max(most, ++now);
        setImmediate(() => {
          now--;
          response.end('x');
        });
      });
      using narrow = make({ maxClients: 4 });
      const fetches = Array.from({ length: 40 }, () => narrow.fetch(`http://127.0.0.1:${port}/`));
      for (const response of await Promise.all(fetches)) expect(response.code).toBe(200);
      expect(most).toBeLessThanOrEqual(4);
      // undici has its own idea of when a socket is free.
      expect(sockets.length).toBeLessThanOrEqual(world === 'undici' ? 8 : 4);
    });

    it('takes bodies of either framing, with or without asking first (SHC-11, 12)', async () => {
      const { port } = await httpServer((request, response) => {
        void bodyOf(request).then((body) => {
          response.end(`${request.headers['transfer-encoding'] ?? 'sized'} ${body}`);
        });
      });
      const url = `http://127.0.0.1:${port}/`;
      const whole = { method: 'POST', body: 'hellö' };
      const produced = {
        method: 'POST',
        bodyProducer: async (write: (chunk: string) => PromiseLike<void>) => {
          await write('he');
          await new Promise(setImmediate);
          await write('llö');
        },
      };
      // undici cannot ask first: the next test.
      for (const expect100Continue of world === 'undici' ? [false] : [false, true]) {
        const first = await client.fetch(url, { ...whole, expect100Continue });
        expect(first.body.toString()).toBe('sized hellö');
        const second = await client.fetch(url, { ...produced, expect100Continue });
        expect(second.body.toString()).toBe('chunked hellö');
      }
    });

    if (world === 'undici') {
      it('is not asked by undici whether it wants a body', async () => {
        const options = { method: 'POST', body: 'x', expect100Continue: true };
        const error = await failure(client.fetch('http://127.0.0.1:1/', options));
        expect(error.code).toBe('ERR_BAD_REQUEST');
      });
    }

    it('sends large bodies, plain and compressed', async () => {
      const large = Buffer.alloc(3_000_000, 'typhoon ');
      const { port } = await httpServer((request, response) => {
        if (request.url === '/gzip') response.setHeader('Content-Encoding', 'gzip');
        response.end(request.url === '/gzip' ? gzipSync(large) : large);
      });
      for (const path of ['plain', 'gzip']) {
        const { body } = await client.fetch(`http://127.0.0.1:${port}/${path}`);
        expect(body.equals(large)).toBe(true);
      }
    });

    it('may restart between two requests', async () => {
      const first = await httpServer((_request, response) => response.end('first'));
      await client.fetch(`http://127.0.0.1:${first.port}/`);
      await first.stop();
      const second = await httpServer((_request, response) => response.end('second'), first.port);
      const { body } = await client.fetch(`http://127.0.0.1:${second.port}/`);
      expect(body.toString()).toBe('second');
    });

    it('hears of it at once when a fetch is cancelled', async () => {
      const { port, sockets } = await rawServer((socket) => {
        socket.once('data', () => {
          fetch.cancel();
        });
      });
      const fetch = client.fetch(`http://127.0.0.1:${port}/`);
      expect((await failure(fetch)).code).toBe('ERR_CANCELLED');
      await closed(sockets[0]);
    });

    it('is not read faster than the answer is taken', async () => {
      const size = 50_000_000;
      let stalled: () => void = () => undefined;
      const isStalled = new Promise<void>((resolve) => (stalled = resolve));
      const { port } = await httpServer((_request, response) => {
        response.setHeader('Content-Length', size);
        const chunk = Buffer.alloc(100_000);
        let left = size / chunk.length;
        const fill = (): void => {
          while (left > 0) {
            left--;
            if (!response.write(chunk)) break;
          }
          if (left > 0) response.once('drain', fill);
          else response.end();
        };
        fill();
        // Both sides' kernels take a few MB; then nothing moves.
        let last = -1;
        const watch = setInterval(() => {
          if (left === last) {
            clearInterval(watch);
            stalled();
          }
          last = left;
        }, 50);
      });
      let taken = 0;
      let go: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (go = resolve));
      const fetch = client.fetch(`http://127.0.0.1:${port}/`, {
        streamingCallback: (chunk) => {
          taken += chunk.length;
          return gate;
        },
      });
      await isStalled;
      expect(taken).toBeLessThan(200_000);
      go();
      await fetch;
      expect(taken).toBe(size);
    });
  });

  describe('a server that is not there', () => {
    it('refuses, and the cause says how (CRL-11)', async () => {
      const server = await rawServer(() => undefined);
      await server.stop();
      const error = await failure(client.fetch(`http://127.0.0.1:${server.port}/x`));
      expect(error).toMatchObject({ code: 'ERR_CONNECT', status: 599, response: null });
      expect(error.message).toContain(`http://127.0.0.1:${server.port}`);
      expect(error.cause).toMatchObject({ code: 'ERR_CONNECTION_REFUSED' });
    });

    it('has no address', async () => {
      const error = await failure(client.fetch('http://nowhere.invalid/'));
      expect(error).toMatchObject({ code: 'ERR_NAME_NOT_RESOLVED', status: 599 });
      expect(error.message).toContain('nowhere.invalid');
    });
  });

  describe('a server that misbehaves', () => {
    it('says nothing', async () => {
      const { port, sockets } = await rawServer(() => undefined);
      const fetch = client.fetch(`http://127.0.0.1:${port}/`, { requestTimeoutMs: 300 });
      const error = await failure(fetch);
      expect(error).toMatchObject({ code: 'ERR_TIMEOUT', status: 599 });
      expect(error.message).toMatch(/during request after 300 ms.*no complete head had come/);
      // undici ends in order, which a server that does not read cannot see.
      if (world !== 'undici') await closed(sockets[0]);
    });

    it.each([
      ['half a head', 'HTTP/1.1 200 O', 'no complete head had come'],
      ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', '4 bytes of the body'],
    ])('sends %s and hangs up, or is reset', async (_what, text, progress) => {
      const hangUp = await rawServer((socket) => socket.once('data', () => socket.end(text)));
      const error = await failure(client.fetch(`http://127.0.0.1:${hangUp.port}/`));
      expect(error).toMatchObject({ code: 'ERR_STREAM_CLOSED', status: 599 });
      expect(error.message).toContain(progress);
      const reset = await rawServer((socket) => {
        socket.once('data', () => {
          socket.write(text, () => socket.resetAndDestroy());
        });
      });
      const other = await failure(client.fetch(`http://127.0.0.1:${reset.port}/`));
      expect(other.code).toBe('ERR_STREAM_CLOSED');
    });

    it('hangs up without a word, and is not asked twice', async () => {
      const { port, sockets } = await rawServer((socket) =>
        socket.once('data', () => socket.end()),
      );
      const error = await failure(client.fetch(`http://127.0.0.1:${port}/`));
      expect(error.code).toBe('ERR_STREAM_CLOSED');
      expect(sockets).toHaveLength(1);
    });

    it('redirects in a circle', async () => {
      const { port, sockets } = await httpServer((request, response) => {
        response.writeHead(302, { Location: request.url === '/a' ? '/b' : '/a' }).end();
      });
      const error = await failure(client.fetch(`http://127.0.0.1:${port}/a`));
      expect(error).toMatchObject({ code: 'ERR_TOO_MANY_REDIRECTS', status: 302 });
      expect(sockets.length).toBeLessThanOrEqual(world === 'undici' ? 6 : 1);
    });

    it('sends a bomb', async () => {
      const bomb = gzipSync(Buffer.alloc(20_000_000));
      const { port } = await httpServer((_request, response) => {
        response.setHeader('Content-Encoding', 'gzip').end(bomb);
      });
      using careful = make({ maxBodySize: 1_000_000 });
      const error = await failure(careful.fetch(`http://127.0.0.1:${port}/`));
      expect(error.code).toBe('ERR_TOO_LARGE');
      expect(error.message).toContain('1000000 bytes');
    });

    it('talks before it is asked', async () => {
      const { port } = await rawServer((socket) => socket.write('220 smtp.test ESMTP\r\n\r\n'));
      const error = await failure(client.fetch(`http://127.0.0.1:${port}/`));
      // undici takes what comes early for the connection's end.
      expect(error.code).toBe(world === 'undici' ? 'ERR_STREAM_CLOSED' : 'ERR_BAD_RESPONSE');
    });
  });

  describe('a TLS server', () => {
    const trusting = { caCerts: pem('authority') };

    it('is believed when its certificate is good (SHC-21, SEC-3, 10)', async () => {
      const { port } = await tlsServer({ cert: pem('localhost'), key: pem('key') });
      for (const host of ['localhost', '127.0.0.1']) {
        using mapped = make({ hostnameMapping: { localhost: '127.0.0.1' } });
        const { body } = await mapped.fetch(`https://${host}:${port}/`, trusting);
        expect(body.toString()).toBe('secret');
      }
    });

    it.each([
      ['is signed by nobody we trust', 'localhost', {}],
      ['is its own authority', 'self-signed', trusting],
      ['has expired', 'expired', trusting],
      ['bears another name', 'other-name', trusting],
    ])('is not believed when its certificate %s (SHC-21, 22)', async (_why, name, options) => {
      const { port } = await tlsServer({ cert: pem(name), key: pem('key') });
      const url = `https://127.0.0.1:${port}/`;
      const error = await failure(client.fetch(url, options));
      expect(error).toMatchObject({ code: 'ERR_TLS', status: 599 });
      expect(error.message).toContain(`TLS with https://127.0.0.1:${port} failed`);
      expect(error.cause).toMatchObject({ code: 'ERR_TLS' });
      // Unless told to, and then no connection of those who ask is shared with those who do not.
      const { body } = await client.fetch(url, { ...options, validateCert: false });
      expect(body.toString()).toBe('secret');
      expect((await failure(client.fetch(url, options))).code).toBe('ERR_TLS');
    });

    it('sees our certificate (SHC-21)', async () => {
      const { port } = await tlsServer({
        cert: pem('localhost'),
        key: pem('key'),
        ca: pem('authority'),
        requestCert: true,
        rejectUnauthorized: true,
      });
      const url = `https://127.0.0.1:${port}/`;
      const own = { clientCert: pem('client'), clientKey: pem('key') };
      expect((await client.fetch(url, { ...trusting, ...own })).code).toBe(200);
      const sslOptions = { ca: pem('authority'), cert: pem('client'), key: pem('key') };
      expect((await client.fetch(url, { sslOptions })).code).toBe(200);
      const error = await failure(client.fetch(url, trusting));
      expect(['ERR_TLS', 'ERR_STREAM_CLOSED', 'ERR_CONNECT']).toContain(error.code);
    });

    it('that talks no TLS is told from one that does', async () => {
      const { port } = await rawServer((socket) => {
        socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      });
      expect((await failure(client.fetch(`https://127.0.0.1:${port}/`))).code).toBe('ERR_TLS');
    });

    it('that never shakes hands is given up in time (SHC-3)', async () => {
      const { port } = await rawServer(() => undefined);
      const fetch = client.fetch(`https://127.0.0.1:${port}/`, { connectTimeoutMs: 30 });
      expect((await failure(fetch)).message).toContain('Timeout while connecting after 30 ms');
    });
  });

  describe('other ways to a server', () => {
    it('go over a unix socket', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'typhoon-'));
      onTestFinished(() => {
        rmSync(folder, { recursive: true });
      });
      const socketPath = join(folder, 'http.sock');
      await unixServer((request, response) => response.end(request.headers.host), socketPath);
      const { body } = await client.fetch('http://named.test/', { socketPath });
      expect(body.toString()).toBe('named.test');
      const error = await failure(client.fetch('http://x/', { socketPath: join(folder, 'none') }));
      expect(error.code).toBe('ERR_CONNECT');
    });

    it('leave from the address they are told (SHC-9)', async () => {
      const { port } = await httpServer((request, response) => {
        response.end(request.socket.remoteAddress);
      });
      const url = `http://127.0.0.1:${port}/`;
      const { body } = await client.fetch(url, { networkInterface: '127.0.0.2' });
      expect(body.toString()).toBe('127.0.0.2');
    });

    it('go where a name is mapped to (SHC-23, 25)', async () => {
      const { port } = await httpServer((request, response) => response.end(request.headers.host));
      using mapped = make({ hostnameMapping: { 'a.test': `127.0.0.1:${port}` } });
      const { body } = await mapped.fetch('http://a.test:81/');
      expect(body.toString()).toBe('a.test:81');
    });
  });
});
