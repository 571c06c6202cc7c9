// A chat with long polling: a page asks for news, and its request waits until there are some. After Tornado's demo.
import { randomUUID } from 'node:crypto';
import { coroutine } from '@typhoon/gen';
import { Application } from '@typhoon/web';
import { port, staticPath, templatePath } from './arguments.ts';
import { MessageBuffer } from './chat/message-buffer.ts';
import { SafeHandler } from './safe-handler.ts';

const buffer = new MessageBuffer();

class Page extends SafeHandler {
  override get(): unknown {
    return this.render('chat/index.html', { messages: buffer.messages });
  }
}

class NewMessage extends SafeHandler {
  override post(): void {
    const id = randomUUID();
    const text = this.getArgument('body');
    const html = this.renderString('chat/message.html', { id, text }).toString();
    buffer.add({ id, text, html });
    if (this.getArgument('next', { default: null }) === null) this.write({ id, html });
    else this.redirect('/'); // a browser without scripts
  }
}

/** When the client goes, the coroutine is cancelled, and waits no longer. */
class Updates extends SafeHandler {
  @coroutine
  override *post(): Generator<unknown, void, unknown> {
    const cursor = this.getArgument('cursor', { default: '' });
    let messages = buffer.since(cursor);
    while (messages.length === 0) {
      yield buffer.arrival();
      messages = buffer.since(cursor);
    }
    this.write({ messages });
  }
}

const app = new Application(
  [
    ['/', Page],
    ['/a/message/new', NewMessage],
    ['/a/message/updates', Updates],
  ],
  {
    templatePath,
    staticPath,
    xsrfCookies: true,
    xsrfCookieKwargs: { httpOnly: true, sameSite: 'Strict' },
  },
);
const server = await app.listen(port);
console.log(`listening on ${server.url}`);
