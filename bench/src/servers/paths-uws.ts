// uWebSockets.js, from the module that the first argument names.
import { createRequire } from 'node:module';
import { spin, taskOf } from './paths.ts';
import { ready } from './ready.ts';

interface Response {
  writeHeader(name: string, value: string): Response;
  end(body: string | Buffer): Response;
  cork(write: () => void): Response;
  onAborted(abort: () => void): Response;
  tryEnd(body: Buffer, totalBytes: number): [isOk: boolean, isDone: boolean];
  onWritable(write: (offset: number) => boolean): Response;
  getWriteOffset(): number;
}
interface App {
  get(path: string, answer: (response: Response, request: { getUrl(): string }) => void): App;
  listen(host: string, port: number, listening: (socket: object | false) => void): App;
}
interface UWebSockets {
  App(): App;
  us_socket_local_port(socket: object): number;
}

const uws = createRequire(import.meta.url)(process.argv[2] ?? '') as UWebSockets;
const TYPE = 'text/plain; charset=utf-8';

/** As its examples send what may be too much for the socket. */
function sendLarge(response: Response, body: Buffer): void {
  response.writeHeader('Content-Type', TYPE);
  const [isOk] = response.tryEnd(body, body.length);
  if (isOk) return;
  response.onWritable((offset) => {
    const [isSent] = response.tryEnd(body.subarray(offset), body.length);
    return isSent;
  });
}

uws
  .App()
  .get('/*', (response, request) => {
    const task = taskOf(request.getUrl());
    let isGone = false;
    if (task.kind === 'wait' || task.kind === 'bytes') {
      response.onAborted(() => {
        isGone = true;
      });
    }
    if (task.kind === 'bytes') {
      sendLarge(response, task.body);
    } else if (task.kind === 'wait') {
      setTimeout(() => {
        if (isGone) return;
        response.cork(() => response.writeHeader('Content-Type', TYPE).end('Hello, world'));
      }, task.forMs);
    } else {
      if (task.kind === 'spin') spin(task.forUs);
      response.writeHeader('Content-Type', TYPE).end('Hello, world');
    }
  })
  .listen('127.0.0.1', 0, (socket) => {
    if (socket !== false) ready(uws.us_socket_local_port(socket));
  });
