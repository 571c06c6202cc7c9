// node:http with nothing on top.
import { createServer } from 'node:http';
import { ready } from './ready.ts';

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': '12' });
  response.end('Hello, world');
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) ready(address.port);
});
