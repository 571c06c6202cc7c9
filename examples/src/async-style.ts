// The same with async and await: a future can be awaited, an async method can be a handler.
import { AsyncHTTPClient } from '@typhoon/httpclient';
import { Application, RequestHandler } from '@typhoon/web';
import { feedUrl, port, templatePath } from './arguments.ts';
import { parseFeed } from './feed.ts';

const client = new AsyncHTTPClient();

class MainHandler extends RequestHandler {
  override async get(): Promise<void> {
    const response = await client.fetch(feedUrl);
    await this.render('feed.html', { feed: parseFeed(response.body) });
  }
}

const server = await new Application([['/', MainHandler]], { templatePath }).listen(port);
console.log(`listening on ${server.url}`);
