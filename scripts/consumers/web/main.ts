// Uses the packed package from TypeScript: the three ways to write a handler.
import assert from 'node:assert/strict';
import { coroutine, sleep } from '@typhoon/gen';
import { Application, HTTPError, RequestHandler } from '@typhoon/web';

class Plain extends RequestHandler {
  override get(): void {
    this.write({ a: Number(this.getArgument('a', { default: '1' })) });
  }
}

class Awaiting extends RequestHandler {
  override async get(): Promise<void> {
    await sleep(1);
    throw new HTTPError(418);
  }
}

class Yielding extends RequestHandler {
  @coroutine
  override *get(word: string) {
    yield* sleep(1);
    this.write(word.toUpperCase());
  }
}

const application = new Application([
  ['/plain', Plain],
  ['/awaiting', Awaiting],
  ['/yielding/(.*)', Yielding],
]);
const server = await application.listen(0);
const ask = async (path: string): Promise<string> => {
  const response = await fetch(`${server.url}${path}`);
  return response.ok ? response.text() : String(response.status);
};
assert.deepEqual(await Promise.all(['/plain?a=2', '/awaiting', '/yielding/aha'].map(ask)), [
  '{"a": 2}',
  '418',
  'AHA',
]);
server.stop();
await server.closeAllConnections();
