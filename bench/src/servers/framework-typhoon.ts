// typhoon's RequestHandler with its defaults, doing what `pnpm bench web` asks for.
import { HTTPServer } from '@typhoon/httpserver';
import { Application, RequestHandler } from '@typhoon/web';
import { PAGE } from '../template/cases.ts';
import { RECORD, ROUTES, SECRET, staticFolder, VIEWS } from '../web/setting.ts';
import { ready } from './ready.ts';

class Hello extends RequestHandler {
  override get(): void {
    this.write('Hello, world');
  }
}

class Json extends RequestHandler {
  override get(): void {
    this.write(RECORD);
  }
}

class Item extends RequestHandler {
  override get(id: string): void {
    this.write(`item ${id}`);
  }
}

class Visits extends RequestHandler {
  override get(): void {
    const visits = Number(this.getSignedCookie('visits')?.toString() ?? 0) + 1;
    this.setSignedCookie('visits', String(visits));
    this.write(`visit ${visits}`);
  }
}

class Page extends RequestHandler {
  override async get(): Promise<void> {
    await this.render('page.html', PAGE);
  }
}

const application = new Application(
  [
    ...Array.from({ length: ROUTES }, (_, i) => [`/route${i}/([^/]+)`, Item] as const),
    ['/hello', Hello],
    ['/json', Json],
    ['/cookie', Visits],
    ['/page', Page],
  ],
  { cookieSecret: SECRET, templatePath: VIEWS, staticPath: staticFolder() },
);
const listener = await new HTTPServer(application).listen({ host: '127.0.0.1', port: 0 });
ready(listener.address.port);
