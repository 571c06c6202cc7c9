// typhoon's RequestHandler with its defaults: Server, Date, Content-Type, Etag, Content-Length.
import { HTTPServer } from '@typhoon/httpserver';
import { Application, RequestHandler } from '@typhoon/web';
import { ready } from './ready.ts';

class Hello extends RequestHandler {
  override get(): void {
    this.write('Hello, world');
  }
}

const application = new Application([['/', Hello]]);
const listener = await new HTTPServer(application).listen({ host: '127.0.0.1', port: 0 });
ready(listener.address.port);
