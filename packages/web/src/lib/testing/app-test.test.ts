import { once } from 'node:events';
import { connect } from 'node:net';
import { coroutine, sleep } from '@typhoon/gen';
import { IOLoop } from '@typhoon/ioloop';
import { availablePollers } from '@typhoon/ioloop/testing';
import { setLogSink } from '@typhoon/log';
import { describe, expect, it } from 'vitest';
import '../../../test/quiet.ts';
import { Application } from '../application/application.ts';
import { HTTPError } from '../errors/http-error.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { appTest, type AppTestOptions } from './app-test.ts';
import type { AppUnderTest } from './app-under-test.ts';

class Pages extends RequestHandler {
  override async get(page: string): Promise<void> {
    if (page === 'slow') await sleep(86_400_000);
    if (page === 'broken') throw new TypeError('a mistake in the handler');
    if (page === 'gone') throw new HTTPError(410);
    if (page === 'moved') this.redirect('/elsewhere');
    else
      this.write(`${page} over ${this.request.protocol} ${this.request.headers.get('X-Test', '')}`);
  }
  override post(): void {
    this.write(this.request.body);
  }
}

const make = (): Application => new Application([['/(\\w*)', Pages]]);

async function errorOf(test: () => Promise<void>): Promise<Error> {
  try {
    await test();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('the test did not fail');
}

const WAYS: readonly NonNullable<AppTestOptions['over']>[] = ['memory', ...availablePollers()];

describe.each(WAYS)('appTest over %s', (over) => {
  it(
    'asks an application; errors and redirects are answers (TST-7)',
    appTest(
      make,
      async (app) => {
        const headers = { 'X-Test': 'yes' };
        expect((await app.fetch('/page', { headers })).body.toString()).toBe('page over http yes');
        expect((await app.fetch('/gone')).status).toBe(410);
        expect((await app.fetch('/moved')).headers.get('Location')).toBe('/elsewhere');
        const { body } = await app.fetch('/', { body: ['some ', 'bytes'] });
        expect(body.toString()).toBe('some bytes');
      },
      { over },
    ),
  );

  it(
    'runs coroutines, and tests in the callback style',
    appTest(
      make,
      coroutine(function* (app: AppUnderTest) {
        const response = (yield app.fetch('/one')) as Awaited<ReturnType<typeof app.fetch>>;
        expect(response.status).toBe(200);
        app.loop.addCallback(() => {
          app.control.stop('heard');
        });
        expect(yield app.control.wait()).toBe('heard');
      }),
      { over },
    ),
  );

  it('says what was asked, answered and logged when a test fails, with the handler’s stack', async () => {
    const test = appTest(
      make,
      async (app) => {
        await app.fetch('/first', { headers: { 'X-Test': 'value' } });
        expect((await app.fetch('/broken')).status).toBe(200);
      },
      { over },
    );
    const sink = setLogSink({ write: () => undefined });
    const { message, stack } = await errorOf(test);
    setLogSink(sink);
    expect(message).toMatch(/^expected 500 to be 200/);
    expect(message).toMatch(
      /\n\nGET \/first\n {4}X-Test: value\n\n200 OK\n[^]*first over http value/,
    );
    expect(message).toMatch(
      /\n\nGET \/broken\n\nlog ERROR\n[^]*TypeError: a mistake in the handler\n +at Pages\.get [^]*\n\n500 Internal/,
    );
    expect(stack).toContain('at Pages.get');
  });
});

describe('in memory', () => {
  it(
    'a day passes when the test says so',
    appTest(make, async (app) => {
      const answer = app.fetch('/slow');
      await app.clock.advance(86_400_000);
      expect((await answer).body.toString()).toBe('slow over http ');
      expect(app.loop.time()).toBe(86_400_000);
    }),
  );

  it('a test that hangs is told so, in real time, with what it asked (TST-11)', async () => {
    const test = appTest(make, (app) => app.fetch('/slow'), { timeoutMs: 20 });
    const { message } = await errorOf(test);
    expect(message).toMatch(/^the test has not ended after 20 ms\n[^]*GET \/slow/);
  });

  it('an application is made on the loop of its test (TST-1)', async () => {
    const loops: unknown[] = [];
    const test = appTest(
      () => {
        loops.push(IOLoop.current());
        return make();
      },
      (app) => {
        loops.push(app.loop);
      },
    );
    await test();
    expect(loops[0]).toBe(loops[1]);
  });

  it('there is no port', async () => {
    const error = await errorOf(appTest(make, (app) => app.port));
    expect(error.message).toBe('in memory there is no port');
  });
});

describe.each(availablePollers())('over a port, poller %s', (over) => {
  it(
    'the server is on 127.0.0.1, its port stays, and it may listen elsewhere, too (TST-7, 9)',
    appTest(
      make,
      async (app) => {
        const { port } = app;
        expect(app.urlOf('/x')).toBe(`http://127.0.0.1:${port}/x`);
        const other = await app.httpServer.listen({ host: '127.0.0.1', port: 0 });
        const url = `http://127.0.0.1:${other.address.port}/other`;
        expect((await app.fetch(url)).body.toString()).toBe('other over http ');
        expect(app.port).toBe(port);
        expect(app.loop.poller.name).toBe(over);
      },
      { over },
    ),
  );

  it('server and client are closed behind the test, one that failed, too (TST-10)', async () => {
    let port = 0;
    let isClientClosed = (): boolean => false;
    const test = appTest(
      make,
      async (app) => {
        ({ port } = app);
        const { httpClient } = app;
        isClientClosed = () => httpClient.isClosed;
        await app.fetch('/x');
        throw new Error('of the test');
      },
      { over },
    );
    expect((await errorOf(test)).message).toContain('of the test');
    expect(isClientClosed()).toBe(true);
    const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [Error];
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it(
    'options go on to the client (TST-11)',
    appTest(
      () =>
        new Application([
          ['/elsewhere', Pages],
          ['/(\\w*)', Pages],
        ]),
      async (app) => {
        const { body } = await app.fetch('/moved', { client: { followRedirects: true } });
        expect(body.toString()).toContain('undefined over http');
      },
      { over },
    ),
  );

  it('a fetch that takes too long fails its test (TST-11)', async () => {
    const client = { requestTimeoutMs: 20 };
    const error = await errorOf(appTest(make, (app) => app.fetch('/slow', { client }), { over }));
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(error.message).toMatch(/\n\nGET \/slow\n\nno answer: /);
  });

  it(
    'serves HTTPS, whose certificate the client does not verify (TST-12)',
    appTest(
      make,
      async (app) => {
        expect(app.urlOf('/')).toMatch(/^https:/);
        expect((await app.fetch('/page')).body.toString()).toBe('page over https ');
      },
      { over, tls: true },
    ),
  );
});
