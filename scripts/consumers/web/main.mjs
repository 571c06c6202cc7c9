// Uses the packed package from plain JavaScript, asked by Node's own client.
import assert from 'node:assert/strict';
import { Application, RequestHandler } from '@typhoon/web';

class Hello extends RequestHandler {
  async get(name) {
    this.setHeader('X-Name', name);
    this.write(`hello ${name}`);
  }
}

const server = await new Application([['/hello/(\\w+)', Hello]]).listen(0);
const response = await fetch(`${server.url}/hello/world`);
assert.equal(response.status, 200);
assert.equal(response.headers.get('x-name'), 'world');
assert.equal(await response.text(), 'hello world');
assert.equal((await fetch(`${server.url}/absent`)).status, 404);
server.stop();
await server.closeAllConnections();
