// uWebSockets.js, from the module that the first argument names.
import { createRequire } from 'node:module';
import { HELLO, RESOURCES } from './app.ts';
import { ready } from './ready.ts';

interface Response {
  writeHeader(name: string, value: string): Response;
  end(body: string): Response;
  cork(write: () => void): Response;
  onAborted(abort: () => void): Response;
  onData(take: (chunk: ArrayBuffer, isLast: boolean) => void): Response;
}
type Answer = (response: Response, request: { getParameter(index: number): string }) => void;
interface App {
  get(path: string, answer: Answer): App;
  post(path: string, answer: Answer): App;
  listen(host: string, port: number, listening: (socket: object | false) => void): App;
}
interface UWebSockets {
  App(): App;
  us_socket_local_port(socket: object): number;
}

const uws = createRequire(import.meta.url)(process.argv[2] ?? '') as UWebSockets;
const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

/** As its examples read JSON: what comes in one piece is parsed where it is. */
function echo(response: Response): void {
  let before: Buffer | null = null;
  response.onAborted(() => undefined);
  response.onData((chunk, isLast) => {
    const piece = Buffer.from(chunk);
    if (!isLast) {
      before = before === null ? Buffer.concat([piece]) : Buffer.concat([before, piece]);
      return;
    }
    const whole = before === null ? piece : Buffer.concat([before, piece]);
    const value: unknown = JSON.parse(whole.toString());
    response.cork(() => {
      response.writeHeader('Content-Type', JSON_TYPE).end(JSON.stringify(value));
    });
  });
}

const app = uws.App();
app.get('/', (response) => {
  response.writeHeader('Content-Type', TEXT).end(HELLO);
});
app.post('/echo', echo);
for (const name of RESOURCES) {
  app.get(`${name}/:id`, (response, request) => {
    const id = request.getParameter(0);
    response.writeHeader('Content-Type', TEXT).end(id);
  });
}
app.listen('127.0.0.1', 0, (socket) => {
  if (socket !== false) ready(uws.us_socket_local_port(socket));
});
