// Uses the packed package from TypeScript, against Node's own server.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { AsyncHTTPClient, HTTPClientError, type HTTPClientErrorCode } from '@typhoon/httpclient';

const server = createServer((request, response) => {
  response.end(`${request.method} ${request.headers['x-name']}`);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

const client = new AsyncHTTPClient();
const { code, body }: { code: number; body: Buffer } = await client.fetch(url, {
  method: 'DELETE',
  headers: { 'X-Name': 'typhoon' },
});
assert.equal(`${code} ${body.toString()}`, '200 DELETE typhoon');

server.close();
server.closeAllConnections();
let failure: HTTPClientErrorCode | null = null;
try {
  await client.fetch(url);
} catch (error) {
  if (error instanceof HTTPClientError) failure = error.code;
}
assert.equal(failure, 'ERR_CONNECT');
client.close();
