// The same as a coroutine: reads top to bottom, and nothing blocks.
import { coroutine } from '@typhoon/gen';
import { AsyncHTTPClient } from '@typhoon/httpclient';
import { Application, RequestHandler } from '@typhoon/web';
import { feedUrl, port, templatePath } from './arguments.ts';
import { parseFeed } from './feed.ts';

const client = new AsyncHTTPClient();

class MainHandler extends RequestHandler {
  @coroutine
  override *get(): Generator<unknown, void, unknown> {
    const response = yield* client.fetch(feedUrl);
    yield this.render('feed.html', { feed: parseFeed(response.body) });
  }
}

const server = await new Application([['/', MainHandler]], { templatePath }).listen(port);
console.log(`listening on ${server.url}`);
