// How it was written in 2009: the method returns at once, and a callback finishes the request later.
import { fetchWithCallback } from '@typhoon/httpclient/legacy';
import { AsyncHTTPClient, type HTTPResponse } from '@typhoon/httpclient';
import { Application, RequestHandler } from '@typhoon/web';
import { asynchronous } from '@typhoon/web/legacy';
import { feedUrl, port, templatePath } from './arguments.ts';
import { parseFeed } from './feed.ts';

const client = new AsyncHTTPClient();

class MainHandler extends RequestHandler {
  @asynchronous
  override get(): void {
    fetchWithCallback(client, feedUrl, (response) => {
      this.onResponse(response);
    });
  }

  onResponse(response: HTTPResponse): void {
    if (response.error !== null) this.sendError(502);
    else void this.render('feed.html', { feed: parseFeed(response.body) });
  }
}

const server = await new Application([['/', MainHandler]], { templatePath }).listen(port);
console.log(`listening on ${server.url}`);
