// An echo that also publishes: `!text` goes to everybody who has connected to `/`; `/alone` hears nothing of that. Compressed,
// or with a limit for slow readers, where the argument says so. The poller is TYPHOON_POLLER's.
import { LocalTopic, type SendLimitOptions } from '@typhoon/topic';
import { Application } from '@typhoon/web';
import { WebSocketHandler, type CompressionOptions } from '@typhoon/websocket';
import { ready } from './ready.ts';

const setup = process.argv[2];
const topic = new LocalTopic('all');
const LIMIT: SendLimitOptions =
  setup === 'limited' ? { maxBytes: 65_536, policy: 'dropOldest' } : {};
const COMPRESSION: CompressionOptions | null = setup === 'deflate' ? {} : null;

class Echo extends WebSocketHandler {
  override getCompressionOptions(): CompressionOptions | null {
    return COMPRESSION;
  }
  override getSendLimit(): SendLimitOptions {
    return LIMIT;
  }
  override onMessage(message: string | Buffer): void {
    if (typeof message === 'string' && message.startsWith('!'))
      void topic.publish(message.slice(1));
    else void this.send(message);
  }
}

class Subscribed extends Echo {
  override open(): void {
    topic.subscribe(this);
  }
}

const routes = [
  ['/', Subscribed],
  ['/alone', Echo],
] as const;
const app = new Application(routes, {
  logFunction: () => undefined,
  websocketPingIntervalMs: 600_000, // on, as by default, and so far away that nobody need answer
});
const server = await app.listen(0, { address: '127.0.0.1' });
ready(Number(new URL(server.url).port));
