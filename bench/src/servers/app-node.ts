// node:http with nothing on top.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { HELLO, RESOURCES } from './app.ts';
import { ready } from './ready.ts';

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const routes = RESOURCES.map((name) => new RegExp(`^${name}/([^/?]+)$`));

function answer(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(body)),
  });
  response.end(body);
}

function echo(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString());
    answer(response, JSON_TYPE, JSON.stringify(value));
  });
}

const server = createServer((request, response) => {
  const { url = '' } = request;
  if (url === '/') {
    answer(response, TEXT, HELLO);
  } else if (request.method === 'POST') {
    echo(request, response);
  } else {
    for (const route of routes) {
      const id = route.exec(url)?.[1];
      if (id !== undefined) {
        answer(response, TEXT, id);
        return;
      }
    }
    response.writeHead(404).end();
  }
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) ready(address.port);
});
