import { Future } from '@typhoon/concurrent';
import { coroutine, sleep } from '@typhoon/gen';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import '../../../test/quiet.ts';
import { Application } from '../application/application.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { HTTPError } from '../errors/http-error.ts';
import { RequestHandler } from './request-handler.ts';
import type { HandlerClass } from './request-run.ts';

/** An application of one handler for every path. */
function appOf(handler: HandlerClass, pattern = '/.*', kwargs?: object): Application {
  return new Application([kwargs === undefined ? [pattern, handler] : [pattern, handler, kwargs]]);
}

async function textOf(handler: HandlerClass, path = '/', method = 'GET'): Promise<string> {
  const { status, body } = await fetchApp(appOf(handler), path, { method });
  return `${status} ${body.toString()}`;
}

function expectUncaught<T>(run: () => Promise<T>): Promise<T> {
  return new ExpectLog('typhoon.application', 'Uncaught exception').run(run);
}

describe('the order of things', () => {
  it('is: set up, path, XSRF, prepare, verb, finish (WEB-1, 7)', async () => {
    const calls: string[] = [];
    class Handler extends RequestHandler {
      override initialize(options: { readonly x: number }): void {
        calls.push(`initialize ${options.x}`);
      }
      override decodeArgument(value: Uint8Array, name: string | null): string {
        calls.push('decode');
        return super.decodeArgument(value, name);
      }
      override checkXsrfCookie(): void {
        calls.push('xsrf');
      }
      override prepare(): void {
        calls.push(`prepare ${this.pathArgs.join()}`);
      }
      override post(one: string): void {
        calls.push(`post ${one}`);
      }
      override onFinish(): void {
        calls.push(`finish ${this.getStatus()}`);
      }
    }
    const app = new Application([['/(.*)', Handler, { x: 1 }]], { xsrfCookies: true });
    await fetchApp(app, '/a', { method: 'POST' });
    expect(calls).toEqual(['initialize 1', 'decode', 'xsrf', 'prepare a', 'post a', 'finish 200']);
  });

  it('initializes with an empty object where the rule has no options', async () => {
    let options: object | null = null;
    class Handler extends RequestHandler {
      override initialize(given: object): void {
        options = given;
      }
      override get(): void {
        // nothing
      }
    }
    await fetchApp(appOf(Handler), '/');
    expect(options).toEqual({});
  });

  it('lets a subclass have fields of its own', async () => {
    class Handler extends RequestHandler {
      readonly #seen: string[] = ['field'];
      override initialize(): void {
        this.#seen.push('initialize');
      }
      override setDefaultHeaders(): void {
        this.#seen.push('headers');
      }
      override get(): void {
        this.write(this.#seen.join());
      }
    }
    expect(await textOf(Handler)).toBe('200 field,headers,initialize');
  });
});

describe('methods', () => {
  class Get extends RequestHandler {
    override get(): void {
      this.write('got');
    }
    propfind(): void {
      this.write('found');
    }
  }

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])(
    'that are not overridden are answered 405: %s (WEB-2, 10)',
    async (method) => {
      expect((await fetchApp(appOf(Get), '/', { method })).status).toBe(405);
    },
  );

  it('that are not listed are answered 405, whatever the handler has (WEB-2)', async () => {
    for (const method of ['PROPFIND', 'get', 'WRITE', 'CONSTRUCTOR', '__PROTO__']) {
      expect((await fetchApp(appOf(Get), '/', { method })).status).toBe(405);
    }
  });

  it('that are listed are called by their names (WEB-2)', async () => {
    class Dav extends Get {
      static override readonly SUPPORTED_METHODS = [...Get.SUPPORTED_METHODS, 'PROPFIND', 'LOCK'];
    }
    expect(await textOf(Dav, '/', 'PROPFIND')).toBe('200 found');
    expect((await fetchApp(appOf(Dav), '/', { method: 'LOCK' })).status).toBe(405);
  });
});

describe('a path', () => {
  class Show extends RequestHandler {
    override get(...args: (string | null)[]): void {
      this.write({ args, pathArgs: this.pathArgs });
    }
  }
  class ShowNamed extends RequestHandler {
    override get(args: { readonly id: string; readonly tail: string | null }): void {
      this.write({ args, pathKwargs: this.pathKwargs });
    }
  }

  it('gives its groups, decoded, in order; null for one that took no part (WEB-5, 17)', async () => {
    const { body } = await fetchApp(appOf(Show, '/(.*)/(\\d+)(?:-(x))?'), '/a%20%C3%A9/12');
    const args = ['a é', '12', null];
    expect(JSON.parse(body.toString())).toEqual({ args, pathArgs: args });
  });

  it('gives its named groups as one record (WEB-5)', async () => {
    const app = appOf(ShowNamed, '/(?<id>\\d+)(?:/(?<tail>.+))?');
    const { body } = await fetchApp(app, '/12');
    const args = { id: '12', tail: null };
    expect(JSON.parse(body.toString())).toEqual({ args, pathKwargs: args });
  });

  it('that is no UTF-8 is answered 400 (WEB-5)', async () => {
    await new ExpectLog('typhoon.general', '400 GET /%ff.*Invalid unicode in url').run(async () => {
      expect((await fetchApp(appOf(Show, '/(.*)'), '/%ff')).status).toBe(400);
    });
    await new ExpectLog('typhoon.general', '.*Invalid unicode in id').run(async () => {
      expect((await fetchApp(appOf(ShowNamed, '/(?<id>.*)'), '/%ff')).status).toBe(400);
    });
  });
});

describe('a handler may', () => {
  it('answer at once, before the request has ended (WEB-4)', async () => {
    class Handler extends RequestHandler {
      override get(): void {
        this.write('now');
      }
    }
    expect(await textOf(Handler)).toBe('200 now');
  });

  it('be async (WEB-3, 4)', async () => {
    class Handler extends RequestHandler {
      override async prepare(): Promise<void> {
        await sleep(1);
        this.write('prepared, ');
      }
      override async get(): Promise<void> {
        await Promise.resolve();
        this.write('got');
      }
    }
    expect(await textOf(Handler)).toBe('200 prepared, got');
  });

  it('be a coroutine (GEN-41, WEB-3, 4)', async () => {
    class Handler extends RequestHandler {
      @coroutine
      override *prepare(): Generator<unknown, void, unknown> {
        yield* sleep(1);
        this.write('prepared, ');
      }
      @coroutine
      override *get(): Generator<unknown, void, unknown> {
        yield* sleep(1);
        this.write('got');
      }
    }
    expect(await textOf(Handler)).toBe('200 prepared, got');
  });

  it('be a generator that nobody called a coroutine', async () => {
    class Handler extends RequestHandler {
      override *get(): Generator<unknown, void, unknown> {
        yield* sleep(1);
        this.write('got');
      }
    }
    expect(await textOf(Handler)).toBe('200 got');
  });

  it('return a future, settled or not, or a list of them (WEB-3)', async () => {
    class Handler extends RequestHandler {
      override prepare(): Future<void> {
        return Future.resolved<void>(undefined);
      }
      override get(): unknown {
        this.write('got');
        return [sleep(1), Promise.resolve()];
      }
    }
    expect(await textOf(Handler)).toBe('200 got');
  });

  it('finish in prepare, and no verb is called (WEB-3)', async () => {
    class Handler extends RequestHandler {
      override prepare(): void {
        void this.finish('early');
      }
      override get(): void {
        throw new Error('too late');
      }
    }
    expect(await textOf(Handler)).toBe('200 early');
  });

  it('finish itself before its work is over (WEB-4)', async () => {
    let isOver = false;
    class Handler extends RequestHandler {
      override async get(): Promise<void> {
        void this.finish('done');
        await sleep(1);
        isOver = true;
      }
    }
    expect(await textOf(Handler)).toBe('200 done');
    await sleep(5);
    expect(isOver).toBe(true);
  });
});

describe('a handler that fails', () => {
  class BadHandler extends RequestHandler {
    override async get(kind: string): Promise<void> {
      if (kind === 'throw') throw new Error('oops');
      if (kind === 'string') throw 'oops' as unknown as Error;
      await Promise.reject(new Error('oops'));
    }
    override post(): unknown {
      return 5;
    }
    @coroutine
    override *put(): Generator<unknown, void, unknown> {
      yield 5;
    }
    override patch(): void {
      throw new HTTPError(409);
    }
  }

  it.each(['throw', 'string', 'reject'])('with %s is answered 500 (WEB-61)', async (kind) => {
    await expectUncaught(async () => {
      expect((await fetchApp(appOf(BadHandler, '/(.*)'), `/${kind}`)).status).toBe(500);
    });
  });

  it.each(['POST', 'PUT'])(
    'with what cannot be waited for, in %s, is answered 500',
    async (method) => {
      await expectUncaught(async () => {
        expect((await fetchApp(appOf(BadHandler), '/', { method })).status).toBe(500);
      });
    },
  );

  it('with an HTTPError is answered with its status (WEB-60)', async () => {
    expect((await fetchApp(appOf(BadHandler), '/', { method: 'PATCH' })).status).toBe(409);
  });

  it('while it is set up is answered 500', async () => {
    class Broken extends RequestHandler {
      override initialize(): void {
        throw new Error('no database');
      }
    }
    await expectUncaught(async () => {
      expect((await fetchApp(appOf(Broken), '/')).status).toBe(500);
    });
  });

  it('in a hook that nobody waits for harms nobody', async () => {
    class Careless extends RequestHandler {
      override get(): void {
        this.write('fine');
      }
      override async onFinish(): Promise<void> {
        await Promise.reject(new Error('too late'));
      }
    }
    await new ExpectLog('typhoon.application', 'Uncaught exception in a hook').run(async () => {
      expect(await textOf(Careless)).toBe('200 fine');
      await sleep(1);
    });
  });

  it('behind its end is only logged (WEB-61)', async () => {
    class Late extends RequestHandler {
      override get(): void {
        void this.finish('fine');
        throw new Error('late');
      }
    }
    await expectUncaught(async () => {
      expect(await textOf(Late)).toBe('200 fine');
    });
  });
});

describe('a client that goes', () => {
  /** Starts a request, lets its client go, and waits a little. */
  async function leave(handler: HandlerClass, body?: string[]): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    const options = body === undefined ? { signal } : { signal, body };
    const response = fetchApp(appOf(handler), '/', options);
    await sleep(2);
    controller.abort();
    await expect(response).rejects.toThrow('closed before the answer was complete');
    await sleep(2);
  }

  it('is told to a handler that waits, whose coroutine is cancelled if it asked (WEB-8)', async () => {
    const calls: string[] = [];
    class Waiting extends RequestHandler {
      static override readonly cancelOnDisconnect: boolean = true;
      @coroutine
      override *get(): Generator<unknown, void, unknown> {
        try {
          yield* sleep(60_000);
        } finally {
          calls.push('cleaned up');
        }
      }
      override onConnectionClose(): void {
        calls.push('client gone');
      }
      override onFinish(): void {
        calls.push('finished');
      }
    }
    await leave(Waiting);
    expect(calls).toEqual(['client gone', 'cleaned up']);
  });

  it('is told to a handler that waits, and lets it go on if it did not ask (WEB-8)', async () => {
    const calls: string[] = [];
    const news = new Future<void>();
    class Waiting extends RequestHandler {
      @coroutine
      override *get(): Generator<unknown, void, unknown> {
        yield* news;
        calls.push('went on');
      }
      override onConnectionClose(): void {
        calls.push('client gone');
      }
    }
    await leave(Waiting);
    news.setResult();
    await sleep(2);
    expect(calls).toEqual(['client gone', 'went on']);
  });

  it('ends an async handler without a word in the log (WEB-8)', async () => {
    const never = new Future<void>();
    class Waiting extends RequestHandler {
      override async get(): Promise<void> {
        await never;
      }
      override onConnectionClose(): void {
        never.cancel();
      }
    }
    await leave(Waiting);
    expect(never.cancelled()).toBe(true);
  });

  it('does not hide what goes wrong in onConnectionClose', async () => {
    class Waiting extends RequestHandler {
      override async get(): Promise<void> {
        await sleep(60_000);
      }
      override onConnectionClose(): void {
        throw new Error('oops');
      }
    }
    const expected = new ExpectLog(
      'typhoon.application',
      'Uncaught exception in onConnectionClose',
    );
    await expected.run(() => leave(Waiting));
  });

  it('is not told to a handler that has answered (WEB-8)', async () => {
    let isTold = false;
    class Quick extends RequestHandler {
      override get(): void {
        this.write('x');
      }
      override onConnectionClose(): void {
        isTold = true;
      }
    }
    const controller = new AbortController();
    await fetchApp(appOf(Quick), '/', { signal: controller.signal });
    controller.abort();
    expect(isTold).toBe(false);
  });
});
