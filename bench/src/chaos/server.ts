// The server of the chaos run. Tells its port and poller, then answers each message with its state.
import { readdirSync } from 'node:fs';
import { HTTPHeaders } from '@typhoon/http1';
import { HTTPServer, type HTTPServerRequest } from '@typhoon/httpserver';
import { IOLoop } from '@typhoon/ioloop';
import { LogLevel, setLogSink } from '@typhoon/log';
import { LARGE_BYTES, type ServerState } from './messages.ts';

const LARGE = Buffer.alloc(LARGE_BYTES, 'typhoon ');
let errors = 0;
setLogSink({
  write(record) {
    if (record.level < LogLevel.WARNING) return;
    errors++;
    if (errors <= 10) console.error(record.message);
  },
});

function answer({ connection }: HTTPServerRequest, body: string | Buffer): void {
  if (connection.isClosed) return;
  const headers = new HTTPHeaders();
  headers.set('Content-Length', String(body.length));
  void connection.writeHeaders({ code: 200 }, headers, body);
  connection.finish();
}

const server = new HTTPServer(
  (request) => {
    if (request.path === '/large') answer(request, LARGE);
    else if (request.path === '/later') IOLoop.current().callLater(20, answer, request, 'later');
    else answer(request, request.body.length > 0 ? request.body : 'Hello, world');
  },
  { idleConnectionTimeoutMs: 1000, bodyTimeoutMs: 1000 },
);
const listener = await server.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ port: listener.address.port, poller: IOLoop.current().poller.name });
process.on('message', () => {
  const state: ServerState = {
    connections: server.connectionCount,
    descriptors: readdirSync('/proc/self/fd').length,
    rssBytes: process.memoryUsage.rss(),
    errors,
  };
  process.send?.(state);
});
process.on('disconnect', () => {
  process.exit();
});
