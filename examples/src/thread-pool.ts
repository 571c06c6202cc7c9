// A blocking computation, handed to the thread pool under a timeout, while the server goes on answering others.
import { TimeoutError, withTimeout } from '@typhoon/concurrent';
import { ThreadPoolExecutor } from '@typhoon/executor';
import { coroutine } from '@typhoon/gen';
import { Application, RequestHandler } from '@typhoon/web';
import { port } from './arguments.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 2 });

/** Runs in a worker: keeps a core busy for so long, and blocks nobody here. */
function compute(forMs: number): number {
  const end = Date.now() + forMs;
  let rounds = 0;
  while (Date.now() < end) rounds++;
  return rounds;
}

const TIMEOUT_MS = 1000;

/** `/compute/MS`: in time it answers 200, otherwise 503. */
class ComputeHandler extends RequestHandler {
  @coroutine
  override *get(forMs: string): Generator<unknown, void, unknown> {
    try {
      const rounds = yield* withTimeout(TIMEOUT_MS, pool.submit(compute, Number(forMs)));
      this.write({ rounds });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      this.setStatus(503);
      this.write({ error: `not done within ${TIMEOUT_MS} ms` });
    }
  }
}

class PingHandler extends RequestHandler {
  override get(): void {
    this.write('pong');
  }
}

const application = new Application([
  ['/compute/(\\d{1,5})', ComputeHandler],
  ['/ping', PingHandler],
]);
const server = await application.listen(port);
console.log(`listening on ${server.url}`);
