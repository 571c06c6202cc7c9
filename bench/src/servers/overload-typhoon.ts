// typhoon's HTTPServer with limits, on the poller that TYPHOON_POLLER names: `overload-typhoon.js none|requests|connections`.
// `/` Hello, world; `/hold` never answers; `/pieces` 10 MB, each piece made when it is its turn; `/shared` 10 MB, one for all.
import { HTTPHeaders } from '@typhoon/http1';
import { HTTPServer } from '@typhoon/httpserver';
import { setLogSink } from '@typhoon/log';
import { ready } from './ready.ts';
import type { HTTPConnection, HTTPServerOptions } from '@typhoon/httpserver';

const ANSWER_BYTES = 160 * 65_536;
const PIECE_BYTES = 65_536;
const SHARED = Buffer.alloc(ANSWER_BYTES, 'typhoon ');
const OPTIONS: Readonly<Record<string, HTTPServerOptions>> = {
  none: {},
  requests: { maxRequestsInProgress: 1 },
  connections: { maxConnections: 1 },
};

setLogSink({ write: () => undefined });

function answer(connection: HTTPConnection, body: string | Buffer): void {
  const headers = new HTTPHeaders({ 'Content-Length': String(body.length) });
  void connection.writeHeaders({ code: 200 }, headers, body);
  connection.finish();
}

async function pieces(connection: HTTPConnection): Promise<void> {
  const headers = new HTTPHeaders({ 'Content-Length': String(ANSWER_BYTES) });
  await connection.writeHeaders({ code: 200 }, headers);
  for (let at = 0; at < ANSWER_BYTES; at += PIECE_BYTES) {
    await connection.write(Buffer.alloc(PIECE_BYTES, 'typhoon '));
  }
  connection.finish();
}

const server = new HTTPServer(
  ({ path, connection }) => {
    if (path === '/pieces') return pieces(connection);
    if (path === '/shared') answer(connection, SHARED);
    else if (path !== '/hold') answer(connection, 'Hello, world');
    return undefined;
  },
  OPTIONS[process.argv[2] ?? 'none'],
);
const listener = await server.listen({ host: '127.0.0.1', port: 0 });
ready(listener.address.port);
