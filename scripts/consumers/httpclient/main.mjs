// Uses the packed package from plain JavaScript, against Node's own server.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { AsyncHTTPClient, HTTPClientError } from '@typhoon/httpclient';

const server = createServer((request, response) => {
  response.statusCode = request.url === '/' ? 200 : 404;
  response.end(`you asked for ${request.url}`);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const url = `http://127.0.0.1:${server.address().port}`;

const client = new AsyncHTTPClient();
const response = await client.fetch(`${url}/`);
assert.equal(response.code, 200);
assert.equal(response.body.toString(), 'you asked for /');
await assert.rejects(async () => client.fetch(`${url}/absent`), HTTPClientError);
client.close();
server.close();
