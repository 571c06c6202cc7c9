import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { AsyncHTTPClient, createFetch } from '../src/index.ts';
import { closed, httpServer, rawServer } from './local-server.ts';
import { onPollers } from './on-pollers.ts';
import type { IncomingMessage } from 'node:http';
import type { WebFetch } from '../src/index.ts';

/** Says back what it was asked, as JSON. */
async function echo(): Promise<string> {
  const { port } = await httpServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method, url, headers } = request;
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.end(JSON.stringify({ method, url, headers, body }));
    });
  });
  return `http://127.0.0.1:${port}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

onPollers(() => {
  async function withFetch(use: (fetch: WebFetch) => Promise<void>): Promise<void> {
    using client = new AsyncHTTPClient();
    await use(createFetch(client));
  }

  it('is told a URL, and answers with a Response', () =>
    withFetch(async (fetch) => {
      const origin = await echo();
      const response = await fetch(new URL(`${origin}/a/../b?c#d`));
      expect(response).toBeInstanceOf(Response);
      expect([response.status, response.ok, response.url]).toEqual([200, true, `${origin}/b?c`]);
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
      expect(await response.json()).toMatchObject({ method: 'GET', url: '/b?c' });
    }));

  it.each([
    ['text', 'hé', 'text/plain;charset=UTF-8', '3'],
    [
      'parameters',
      new URLSearchParams({ a: '1' }),
      'application/x-www-form-urlencoded;charset=UTF-8',
      '3',
    ],
    ['a blob', new Blob(['abc'], { type: 'x/y' }), 'x/y', '3'],
  ])('sends %s with its type and length', (_what, body, type, length) =>
    withFetch(async (fetch) => {
      const response = await fetch(await echo(), { method: 'post', body });
      const { method, headers } = (await response.json()) as Echo;
      expect([method, headers['content-type'], headers['content-length']]).toEqual([
        'POST',
        type,
        length,
      ]);
    }),
  );

  it('sends a form, a stream, and a Request', () =>
    withFetch(async (fetch) => {
      const url = await echo();
      const form = new FormData();
      form.set('name', 'value');
      const sent = (await (await fetch(url, { method: 'POST', body: form })).json()) as Echo;
      expect(sent.body).toContain('name="name"');
      const body = new Blob(['streamed']).stream();
      const streamed = await fetch(url, { method: 'POST', body, duplex: 'half' });
      expect(await streamed.json()).toMatchObject({ body: 'streamed' });
      const request = new Request(url, { method: 'PUT', body: 'asked', headers: { 'X-One': '1' } });
      const asked = (await (await fetch(request)).json()) as Echo;
      expect([asked.method, asked.body, asked.headers['x-one']]).toEqual(['PUT', 'asked', '1']);
    }));

  it('gives an answer of any status, and the body as it comes, decoded', () =>
    withFetch(async (fetch) => {
      const { port } = await httpServer((_request, response) => {
        response.writeHead(500, { 'Content-Encoding': 'gzip' }).end(gzipSync('broken'));
      });
      const response = await fetch(`http://127.0.0.1:${port}/`);
      expect([response.status, response.headers.get('content-encoding')]).toEqual([500, 'gzip']);
      expect(await response.text()).toBe('broken');
    }));

  it('follows redirects, or does not, or fails', () =>
    withFetch(async (fetch) => {
      const { port } = await httpServer((request, response) => {
        const isRound = request.url === '/round';
        if (request.url === '/end') response.end('end');
        else response.writeHead(302, { Location: isRound ? '/round' : '/end' }).end();
      });
      const url = `http://127.0.0.1:${port}`;
      const followed = await fetch(`${url}/`);
      expect([followed.redirected, followed.url]).toEqual([true, `${url}/end`]);
      expect((await fetch(`${url}/`, { redirect: 'manual' })).status).toBe(302);
      await expect(fetch(`${url}/`, { redirect: 'error' })).rejects.toThrow(TypeError);
      await expect(fetch(`${url}/round`)).rejects.toMatchObject({
        cause: { code: 'ERR_TOO_MANY_REDIRECTS' },
      });
    }));

  it('fails with a TypeError whose cause says why', () =>
    withFetch(async (fetch) => {
      const failure = fetch('http://127.0.0.1:1/');
      await expect(failure).rejects.toThrow(TypeError);
      await expect(failure).rejects.toMatchObject({ cause: { code: 'ERR_CONNECT' } });
      await expect(fetch('no url')).rejects.toThrow(TypeError);
      await expect(fetch('data:,x')).rejects.toThrow(TypeError);
      await expect(fetch('http://a.test/', { body: 'x' })).rejects.toThrow(TypeError);
    }));

  it('is aborted with the signal’s reason, before and behind the head', () =>
    withFetch(async (fetch) => {
      const { port, sockets } = await rawServer((socket) => {
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'));
      });
      const url = `http://127.0.0.1:${port}/`;
      const why = new Error('enough');
      await expect(fetch(url, { signal: AbortSignal.abort(why) })).rejects.toBe(why);
      const controller = new AbortController();
      const response = await fetch(url, { signal: controller.signal });
      const body = response.text();
      controller.abort(why);
      await expect(body).rejects.toBe(why);
      await closed(sockets[0]);
    }));
});
