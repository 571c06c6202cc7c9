// The server that clients under test talk to: short and long answers from memory, as cheap as ours come.
import { randomBytes } from 'node:crypto';
import { HTTPHeaders } from '@typhoon/http1';
import { HTTPServer } from '@typhoon/httpserver';
import { ready } from '../servers/ready.ts';

const HELLO = Buffer.from('Hello, world');
const MEBIBYTE = randomBytes(1_048_576);

const server = new HTTPServer((request) => {
  const body = request.path === '/mebibyte' ? MEBIBYTE : HELLO;
  const headers = new HTTPHeaders();
  headers.set('Content-Type', 'text/plain; charset=utf-8');
  headers.set('Content-Length', String(body.length));
  void request.connection.writeHeaders({ code: 200 }, headers, body);
  request.connection.finish();
});
const listener = await server.listen({ host: '127.0.0.1', port: 0 });
ready(listener.address.port);
