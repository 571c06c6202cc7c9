import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { IOLoop } from '@typhoon/ioloop';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HTTPClient, HTTPClientError, HTTPRequest, HTTPTimeoutError } from '../src/index.ts';

/** A server in another thread: this one will stand still. */
const SERVER = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => {
    if (request.url === '/never') return;
    if (request.url === '/missing') response.statusCode = 404;
    response.setHeader('X-Asked', request.headers['x-asked'] ?? '');
    request.pipe(response);
    if (request.method === 'GET') response.end('answer');
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

let server: Worker;
let url = '';
beforeAll(async () => {
  IOLoop.clearCurrent();
  server = new Worker(SERVER, { eval: true });
  const [port] = (await once(server, 'message')) as [number];
  url = `http://127.0.0.1:${port}`;
});
afterAll(() => server.terminate());

describe('HTTPClient', () => {
  it('waits for the answer', () => {
    using client = new HTTPClient();
    const response = client.fetch(`${url}/`, { headers: { 'X-Asked': 'yes' } });
    expect([response.code, response.body.toString()]).toEqual([200, 'answer']);
    expect(response.headers.get('X-Asked')).toBe('yes');
    expect(response.requestTimeMs).toBeGreaterThan(0);
  });

  it('sends bodies, and requests that are objects', () => {
    using client = new HTTPClient();
    const request = new HTTPRequest(`${url}/`, { method: 'POST', body: Buffer.from('sent') });
    for (let n = 0; n < 2; n++) {
      const response = client.fetch(request);
      expect([response.body.toString(), response.request]).toEqual(['sent', request]);
    }
  });

  it('throws what a fetch fails with, the response in it', () => {
    using client = new HTTPClient();
    const failure = (path: string, options = {}): unknown => {
      try {
        return client.fetch(`${url}${path}`, options);
      } catch (error) {
        return error;
      }
    };
    expect(failure('/missing')).toMatchObject({ code: 'ERR_HTTP_STATUS', status: 404 });
    expect((failure('/missing') as HTTPClientError).response?.body.toString()).toBe('answer');
    expect(failure('/missing', { raiseError: false })).toMatchObject({ code: 404 });
    expect(failure('/never', { requestTimeoutMs: 50 })).toBeInstanceOf(HTTPTimeoutError);
    expect(failure('/', { signal: new AbortController().signal })).toMatchObject({
      code: 'ERR_BAD_REQUEST',
    });
  });

  it('calls callbacks before it returns', () => {
    using client = new HTTPClient();
    const told: string[] = [];
    const response = client.fetch(`${url}/`, {
      headerCallback: (line) => told.push(line.trim()),
      streamingCallback: (chunk) => told.push(chunk.toString()),
    });
    expect([told[0], told.at(-1), response.body.length]).toEqual(['HTTP/1.1 200 OK', 'answer', 0]);
  });

  it('throws what a callback throws, and goes on afterwards', () => {
    using client = new HTTPClient();
    const callback = (): void => {
      throw new Error('mine');
    };
    expect(() => client.fetch(`${url}/`, { streamingCallback: callback })).toThrow('mine');
    expect(client.fetch(`${url}/`).body.toString()).toBe('answer');
  });

  it('does not work once it is closed; closing twice is harmless', () => {
    const client = new HTTPClient();
    client.close();
    client.close();
    expect(() => client.fetch(url)).toThrow(expect.objectContaining({ code: 'ERR_CLIENT_CLOSED' }));
  });

  it('is refused where a loop runs (HCL-17)', async () => {
    const refused: unknown[] = [];
    await new IOLoop().runSync(() => {
      try {
        new HTTPClient();
      } catch (error) {
        refused.push(error);
      }
    });
    IOLoop.clearCurrent();
    expect(refused).toMatchObject([{ code: 'ERR_LOOP_RUNNING' }]);
  });
});
