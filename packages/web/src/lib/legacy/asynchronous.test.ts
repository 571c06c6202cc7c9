import { Future } from '@typhoon/concurrent';
import { coroutine, sleep } from '@typhoon/gen';
import { engine, Task } from '@typhoon/gen/legacy';
import { IOLoop } from '@typhoon/ioloop';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import '../../../test/quiet.ts';
import { Application } from '../application/application.ts';
import { asynchronous } from './asynchronous.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { HTTPError } from '../errors/http-error.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import type { AppResponse } from '../testing/memory-connection.ts';

/** Asks a handler whose GET is `body`, behind the decorator. */
function ask(body: (handler: RequestHandler) => unknown): Promise<AppResponse> {
  class Handler extends RequestHandler {
    @asynchronous
    override get(): unknown {
      return body(this);
    }
  }
  return fetchApp(new Application([['/', Handler]]), '/');
}

function later(callback: () => void): void {
  IOLoop.current().addCallback(callback);
}

describe('asynchronous', () => {
  it('leaves the answer open until a callback finishes it (WEB-9)', async () => {
    const { body } = await ask((handler) => {
      later(() => void handler.finish('from a callback'));
    });
    expect(body.toString()).toBe('from a callback');
  });

  it('finishes the answer when a future is returned and done (WEB-9)', async () => {
    const { body } = await ask((handler) => {
      const future = new Future<void>();
      later(() => {
        handler.write('written');
        future.setResult();
      });
      return future;
    });
    expect(body.toString()).toBe('written');
  });

  it('answers what the method throws (WEB-9)', async () => {
    const { status } = await ask(() => {
      throw new HTTPError(409);
    });
    expect(status).toBe(409);
  });

  it('answers what a callback throws, and one that this one leaves behind (WEB-9)', async () => {
    await new ExpectLog('typhoon.application', 'Uncaught exception GET /').run(async () => {
      const { status } = await ask(() => {
        later(() => {
          later(() => {
            throw new Error('nobody would hear of it');
          });
        });
      });
      expect(status).toBe(500);
    });
  });

  it('answers what a returned future fails with (WEB-9)', async () => {
    const { status } = await ask(() => {
      const future = new Future<void>();
      later(() => {
        future.setException(new HTTPError(410));
      });
      return future;
    });
    expect(status).toBe(410);
  });

  it('only logs what a callback throws behind the end (WEB-9, 61)', async () => {
    await new ExpectLog('typhoon.application', 'Uncaught exception GET /').run(async () => {
      const thrown = new Future<void>();
      const { status } = await ask((handler) => {
        later(() => {
          later(() => {
            thrown.setResult();
          });
          void handler.finish();
          throw new Error('too late');
        });
      });
      await thrown;
      expect(status).toBe(200);
    });
  });

  it('goes with an engine: its wait keeps the answer open, its errors are answered (WEB-9, GEN-29)', async () => {
    class Handler extends RequestHandler {
      @asynchronous
      @engine
      override *get(): Generator<unknown, void, unknown> {
        const found = yield* Task((callback: (text: string) => void) => {
          later(() => {
            callback('found');
          });
        });
        if (this.request.path === '/fail') throw new HTTPError(409);
        void this.finish(found);
      }
    }
    const app = new Application([['/.*', Handler]]);
    expect((await fetchApp(app, '/')).body.toString()).toBe('found');
    expect((await fetchApp(app, '/fail')).status).toBe(409);
  });

  it('answers what a callback throws that a coroutine left behind, after a wait (WEB-9)', async () => {
    const work = coroutine(function* () {
      yield* sleep(0);
      later(() => {
        throw new HTTPError(410);
      });
    });
    const { status } = await ask(() => {
      void work();
    });
    expect(status).toBe(410);
  });
});
