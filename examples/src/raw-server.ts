// A server with no framework: a function gets the complete request and answers on its connection.
import { HTTPHeaders } from '@typhoon/http1';
import { HTTPServer, type HTTPServerRequest } from '@typhoon/httpserver';
import { port } from './arguments.ts';

function handleRequest(request: HTTPServerRequest): void {
  const message = `You requested ${request.uri}\n`;
  const headers = new HTTPHeaders({
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(message)),
  });
  void request.connection.writeHeaders({ code: 200 }, headers, message);
  request.connection.finish();
}

const server = new HTTPServer(handleRequest);
await server.listen({ host: '127.0.0.1', port });
console.log(`listening on ${server.url}`);
