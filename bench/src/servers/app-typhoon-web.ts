// typhoon's RequestHandler with its defaults: Server, Date, Content-Type, Etag, Content-Length.
import { HTTPServer } from '@typhoon/httpserver';
import { Application, RequestHandler } from '@typhoon/web';
import { HELLO, RESOURCES } from './app.ts';
import { ready } from './ready.ts';

class Hello extends RequestHandler {
  override get(): void {
    this.write(HELLO);
  }
}

class Echo extends RequestHandler {
  override post(): void {
    this.write(JSON.parse(this.request.body.toString()) as object);
  }
}

class Resource extends RequestHandler {
  override get(id: string): void {
    this.write(id);
  }
}

const application = new Application([
  ['/', Hello],
  ['/echo', Echo],
  ...RESOURCES.map((name): [string, typeof Resource] => [`${name}/([^/]+)`, Resource]),
]);
const listener = await new HTTPServer(application).listen({ host: '127.0.0.1', port: 0 });
ready(listener.address.port);
