// An echo that also publishes: `!text` goes to everybody. The poller is TYPHOON_POLLER's.
import { LocalTopic } from '@typhoon/topic';
import { Application } from '@typhoon/web';
import { WebSocketHandler } from '@typhoon/websocket';
import { ready } from './ready.ts';

const topic = new LocalTopic('all');

class Echo extends WebSocketHandler {
  override open(): void {
    topic.subscribe(this);
  }
  override onMessage(message: string | Buffer): void {
    if (typeof message === 'string' && message.startsWith('!'))
      void topic.publish(message.slice(1));
    else void this.send(message);
  }
}

const app = new Application([['/', Echo]], {
  logFunction: () => undefined,
  websocketPingIntervalMs: 0,
});
const server = await app.listen(0, { address: '127.0.0.1' });
ready(Number(new URL(server.url).port));
