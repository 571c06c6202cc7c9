// An application that saves files of forms, or does not.
import { Application, RequestHandler, streamRequestBody } from '@typhoon/web';
import { accessLog, appLog } from '@typhoon/log';
import { ready } from './ready.ts';

accessLog.setLevel('CRITICAL');
appLog.setLevel('CRITICAL');

@streamRequestBody({ pull: true })
class Upload extends RequestHandler {
  override prepare(): void {
    this.request.connection.setMaxBodySize(2 ** 40);
  }
  override async post(what: string): Promise<void> {
    if (what === 'ignore') return;
    for await (const part of this.parts({ maxPartSize: what === 'limit' ? 1_000_000 : 2 ** 40 })) {
      if (what === 'throw') throw new Error('in the middle of a part');
      this.write(String(await part.saveTo(`${process.argv[2] ?? ''}/${crypto.randomUUID()}`)));
    }
  }
}

const server = await new Application([['/(\\w+)', Upload]]).listen(0, { address: '127.0.0.1' });
ready(Number(new URL(server.url).port));
