// typhoon's HTTPServer with plain functions behind its own router, no framework.
import { HTTPHeaders } from '@typhoon/http1';
import { HTTPServer, PathMatches, Rule, RuleRouter } from '@typhoon/httpserver';
import { HELLO, RESOURCES } from './app.ts';
import { ready } from './ready.ts';
import type { HTTPServerRequest } from '@typhoon/httpserver';

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

function answer({ connection }: HTTPServerRequest, type: string, body: string): void {
  const headers = new HTTPHeaders();
  headers.set('Content-Type', type);
  headers.set('Content-Length', String(Buffer.byteLength(body)));
  void connection.writeHeaders({ code: 200 }, headers, body);
  connection.finish();
}

function echo(request: HTTPServerRequest): void {
  const value: unknown = JSON.parse(request.body.toString());
  answer(request, JSON_TYPE, JSON.stringify(value));
}

const router = new RuleRouter([
  new Rule(new PathMatches('/'), (request: HTTPServerRequest) => {
    answer(request, TEXT, HELLO);
  }),
  new Rule(new PathMatches('/echo'), echo),
  ...RESOURCES.map(
    (name) =>
      new Rule(new PathMatches(`${name}/([^/]+)`), (request: HTTPServerRequest) => {
        answer(request, TEXT, request.path.slice(name.length + 1));
      }),
  ),
]);
const listener = await new HTTPServer(router).listen({ host: '127.0.0.1', port: 0 });
ready(listener.address.port);
