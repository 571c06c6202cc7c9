// typhoon's HTTPServer with a plain function, on the poller that TYPHOON_POLLER names.
import { HTTPHeaders } from '@typhoon/http1';
import { HTTPServer } from '@typhoon/httpserver';
import { IOLoop } from '@typhoon/ioloop';
import { spin, taskOf } from './paths.ts';
import { ready } from './ready.ts';
import type { HTTPServerRequest } from '@typhoon/httpserver';

function answer({ connection }: HTTPServerRequest, body: string | Buffer): void {
  const headers = new HTTPHeaders();
  headers.set('Content-Type', 'text/plain; charset=utf-8');
  headers.set('Content-Length', String(body.length));
  void connection.writeHeaders({ code: 200 }, headers, body);
  connection.finish();
}

const server = new HTTPServer((request) => {
  const task = taskOf(request.path);
  if (task.kind === 'bytes') {
    answer(request, task.body);
  } else if (task.kind === 'wait') {
    IOLoop.current().callLater(task.forMs, () => {
      answer(request, 'Hello, world');
    });
  } else {
    if (task.kind === 'spin') spin(task.forUs);
    answer(request, 'Hello, world');
  }
});
const port = Number(process.argv[2] ?? 0);
const listener = await server.listen({ host: '127.0.0.1', port }, { reusePort: port !== 0 });
ready(listener.address.port);
