// typhoon's HTTPServer with a plain function, no framework.
import { HTTPHeaders } from '@typhoon/http1';
import { HTTPServer } from '@typhoon/httpserver';
import { ready } from './ready.ts';

const server = new HTTPServer((request) => {
  const headers = new HTTPHeaders();
  headers.set('Content-Type', 'text/plain; charset=utf-8');
  headers.set('Content-Length', '12');
  void request.connection.writeHeaders({ code: 200 }, headers, 'Hello, world');
  request.connection.finish();
});
const listener = await server.listen({ host: '127.0.0.1', port: 0 });
ready(listener.address.port);
