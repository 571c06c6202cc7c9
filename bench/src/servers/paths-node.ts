// node:http with nothing on top.
import { createServer, type ServerResponse } from 'node:http';
import { spin, taskOf } from './paths.ts';
import { ready } from './ready.ts';

function answer(response: ServerResponse, body: string | Buffer): void {
  response.writeHead(200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(body.length),
  });
  response.end(body);
}

const server = createServer((request, response) => {
  const task = taskOf(request.url ?? '/');
  if (task.kind === 'bytes') {
    answer(response, task.body);
  } else if (task.kind === 'wait') {
    setTimeout(answer, task.forMs, response, 'Hello, world');
  } else {
    if (task.kind === 'spin') spin(task.forUs);
    answer(response, 'Hello, world');
  }
});
server.keepAliveTimeout = 3_600_000; // idle connections are counted, and its five seconds would close them
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) ready(address.port);
});
