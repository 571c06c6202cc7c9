import { HTTPServer, RuleRouter, AnyMatches, type HTTPServerRequest } from '@typhoon/httpserver';
import { HTTPHeaders } from '@typhoon/http1';
import { DictLoader } from '@typhoon/template';
import { describe, expect, it } from 'vitest';
import { handlerOf } from '../../../test/ask.ts';
import { Application } from './application.ts';
import { ErrorHandler } from '../errors/error-handler.ts';
import { FallbackHandler } from '../redirects/fallback-handler.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { StaticFileHandler } from '../static/static-file-handler.ts';
import { url } from './url.ts';
import type { ApplicationSettings } from './application-settings.ts';
import type { OutputTransform } from '../output/output-transform.ts';
import type { HandlerClass } from '../handler/request-run.ts';

/** A handler that says its name. */
function named(name: string): HandlerClass {
  return handlerOf((handler) => {
    handler.write(name);
  });
}

async function textOf(
  app: Application,
  path: string,
  headers: Record<string, string> = {},
): Promise<string> {
  return (await fetchApp(app, path, { headers })).body.toString();
}

describe('rules', () => {
  it('may be arrays, url(), or nested lists (WEB-90, RTE-1, 2)', async () => {
    class Show extends RequestHandler {
      #text = '';
      override initialize({ text = 'none' }: { readonly text?: string }): void {
        this.#text = text;
      }
      override get(): void {
        this.write(this.#text);
      }
    }
    const app = new Application([
      ['/array', Show, { text: 'array' }],
      [/^\/regexp$/, Show, { text: 'regexp' }],
      url('/url', Show, { kwargs: { text: 'url' } }),
      ['/nested/.*', [['/nested/(a)', Show, { text: 'nested' }]]],
      [new AnyMatches(), [['/any', Show]]],
    ]);
    const texts = ['/array', '/regexp', '/url', '/nested/a', '/any'].map((path) =>
      textOf(app, path),
    );
    expect(await Promise.all(texts)).toEqual(['array', 'regexp', 'url', 'nested', 'none']);
    expect((await fetchApp(app, '/nested/b')).status).toBe(404);
  });

  it('may lead to functions and other applications (RTE-2, 16)', async () => {
    const inner = new Application([['/in/x', named('inner')]]);
    const callable = ({ connection }: HTTPServerRequest): void => {
      void connection.writeHeaders({ code: 202 }, new HTTPHeaders({ 'Content-Length': '0' }));
      connection.finish();
    };
    const app = new Application([
      ['/in/.*', inner],
      ['/function', callable],
    ]);
    expect(await textOf(app, '/in/x')).toBe('inner');
    expect((await fetchApp(app, '/in/y')).status).toBe(404);
    expect((await fetchApp(app, '/function')).status).toBe(202);
  });

  it('make an application a target of another router (RTE-16)', async () => {
    const app = new Application([['/x', named('x')]]);
    const router = new RuleRouter([[new AnyMatches(), app]]);
    expect((await fetchApp(router, '/x')).body.toString()).toBe('x');
  });
});

describe('no matching rule', () => {
  it('is 404 (WEB-11)', async () => {
    expect((await fetchApp(new Application(), '/')).status).toBe(404);
  });

  it('is for the default handler, with its options (WEB-11)', async () => {
    const settings = { defaultHandlerClass: ErrorHandler, defaultHandlerArgs: { statusCode: 410 } };
    expect((await fetchApp(new Application([], settings), '/')).status).toBe(410);
    const app = new Application([], { defaultHandlerClass: named('default') });
    expect(await textOf(app, '/')).toBe('default');
  });
});

describe('hosts', () => {
  const app = new Application([
    ['/everywhere', named('everywhere')],
    ['/', named('any host')],
  ]);
  app.addHandlers('www\\.example\\.com', [['/', named('www')]]);
  app.addHandlers('.*\\.example\\.com', [
    ['/', named('sub')],
    ['/sub', named('sub only')],
  ]);

  it.each([
    { host: 'www.example.com', path: '/', text: 'www' },
    { host: 'WWW.example.com:8080', path: '/', text: 'www' },
    { host: 'www.example.com', path: '/sub', text: 'sub only' },
    { host: 'a.example.com', path: '/', text: 'sub' },
    { host: 'www.example.com', path: '/everywhere', text: 'everywhere' },
    { host: 'other.org', path: '/', text: 'any host' },
    { host: 'www.example.com.evil.org', path: '/', text: 'any host' },
  ])('$host$path: $text (WEB-89)', async ({ host, path, text }) => {
    expect(await textOf(app, path, { Host: host })).toBe(text);
  });

  it('that nobody knows are served as the default host, whatever that is by now (WEB-89, 94)', async () => {
    const known = new Application([], { defaultHost: 'a.example.com' });
    known.addHandlers('a\\.example\\.com', [['/', named('a')]]);
    known.addHandlers('b\\.example\\.com', [['/', named('b')]]);
    expect(await textOf(known, '/', { Host: 'unknown' })).toBe('a');
    known.defaultHost = 'b.example.com';
    expect(await textOf(known, '/', { Host: 'unknown' })).toBe('b');
    const headers = { Host: 'unknown', 'X-Real-Ip': '192.0.2.1' };
    expect((await fetchApp(known, '/', { headers })).status).toBe(404);
  });
});

describe('reverseUrl', () => {
  it('gives the path of a name, of whichever host (WEB-92)', () => {
    const app = new Application([url('/story/(\\d+)', named('story'), { name: 'story' })]);
    app.addHandlers('example\\.com', [url('/host/(.*)', named('host'), { name: 'host' })]);
    expect(app.reverseUrl('story', 5)).toBe('/story/5');
    expect(app.reverseUrl('host', 'a b')).toBe('/host/a%20b');
  });

  it('does not know other names (WEB-92)', () => {
    expect(() => new Application().reverseUrl('x')).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_NAME', message: 'x not found in named urls' }),
    );
  });
});

describe('an application', () => {
  it('may choose handlers otherwise in a subclass (WEB-93)', async () => {
    const other = named('other');
    class Choosing extends Application {
      override findHandler(request: HTTPServerRequest): ReturnType<Application['findHandler']> {
        if (request.path !== '/other') return super.findHandler(request);
        return this.getHandlerDelegate(request, other, {
          pathArgs: [],
          pathKwargs: {},
          targetKwargs: null,
        });
      }
    }
    const app = new Choosing([['/', named('root')]]);
    expect([await textOf(app, '/'), await textOf(app, '/other')]).toEqual(['root', 'other']);
  });

  it('implies what debug stands for, unless it is said (WEB-87)', () => {
    const { settings } = new Application([], { debug: true, serveTraceback: false });
    expect(settings).toMatchObject({
      serveTraceback: false,
      compiledTemplateCache: false,
      staticHashCache: false,
    });
  });

  it('listens on a free port, and gives the server (WEB-91)', async () => {
    const app = new Application([['/', named('served')]]);
    const server = await app.listen(0, { address: '127.0.0.1' });
    expect(server).toBeInstanceOf(HTTPServer);
    expect(await (await fetch(server.url)).text()).toBe('served');
    server.stop();
    await server.closeAllConnections();
  });
});

describe('transforms', () => {
  class Numbered implements OutputTransform {
    static made = 0;
    readonly #number = ++Numbered.made;
    transformFirstChunk(_head: object, chunk: Buffer): Buffer {
      return this.transformChunk(chunk);
    }
    transformChunk(chunk: Buffer): Buffer {
      return Buffer.concat([chunk, Buffer.from(`${this.#number}`)]);
    }
  }
  const flushing = handlerOf(async (handler) => {
    handler.write('a');
    await handler.flush();
    handler.write('b');
  });

  it('are made for each request, and applied in order (WEB-95)', async () => {
    const app = new Application([['/', flushing]], { transforms: [Numbered] });
    app.addTransform(Numbered);
    expect(app.transforms).toEqual([Numbered, Numbered]);
    expect(await textOf(app, '/')).toBe('a12b12');
    expect(await textOf(app, '/')).toBe('a34b34');
  });

  it('replace compression where they are given (WEB-90)', async () => {
    const app = new Application([['/', named('x'.repeat(5000))]], {
      transforms: [],
      compressResponse: true,
    });
    const { headers } = await fetchApp(app, '/', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(headers.has('Vary')).toBe(false);
  });
});

describe('FallbackHandler', () => {
  it('hands requests to another application, or a function (WEB-7, 99)', async () => {
    const calls: string[] = [];
    class Watched extends FallbackHandler {
      override onFinish(): void {
        calls.push('finished');
      }
    }
    const inner = new Application([['/app', named('inner')]]);
    const plain = ({ connection }: HTTPServerRequest): void => {
      void connection.writeHeaders(
        { code: 200 },
        new HTTPHeaders({ 'Content-Length': '5' }),
        'plain',
      );
      connection.finish();
    };
    const app = new Application([
      ['/app', Watched, { fallback: inner }],
      ['/lost', FallbackHandler, { fallback: inner }],
      ['/plain', FallbackHandler, { fallback: plain }],
    ]);
    expect(await textOf(app, '/app')).toBe('inner');
    expect(await textOf(app, '/plain')).toBe('plain');
    expect((await fetchApp(app, '/lost')).status).toBe(404);
    expect(calls).toEqual(['finished']);
  });

  it('hands the body along (RTE-16)', async () => {
    const echo = handlerOf((handler) => {
      handler.write(handler.request.body);
    });
    const collect = (request: HTTPServerRequest): void => {
      void request.connection.writeHeaders(
        { code: 200 },
        new HTTPHeaders({ 'Content-Length': '4' }),
        request.body,
      );
      request.connection.finish();
    };
    const inner = new Application([
      ['/echo', echo],
      ['/collect', collect],
    ]);
    const app = new Application([['/.*', FallbackHandler, { fallback: inner }]]);
    for (const path of ['/echo', '/collect']) {
      expect((await fetchApp(app, path, { body: 'body' })).body.toString()).toBe('body');
    }
  });
});

describe('settings', () => {
  it('are Tornado’s in camelCase, and handlers see them all (WEB-86)', () => {
    const settings = {
      autoreload: () => undefined,
      debug: true,
      defaultHandlerClass: ErrorHandler,
      defaultHandlerArgs: { statusCode: 404 },
      compressResponse: true,
      logFunction: () => undefined,
      serveTraceback: true,
      uiModules: {},
      uiMethods: {},
      websocketPingIntervalMs: 10_000,
      websocketPingTimeoutMs: 10_000,
      websocketMaxMessageSize: 10_485_760,
      cookieSecret: 'secret',
      keyVersion: 1,
      loginUrl: '/login',
      xsrfCookies: true,
      xsrfCookieVersion: 2,
      xsrfCookieKwargs: {},
      xsrfCookieName: '_xsrf',
      googleOauth: { key: 'key', secret: 'secret' },
      facebookOauth: { key: 'key', secret: 'secret' },
      twitterOauth: { key: 'key', secret: 'secret' },
      autoescape: null,
      compiledTemplateCache: false,
      templatePath: '/',
      templateLoader: new DictLoader({}),
      templateWhitespace: 'all',
      staticHashCache: true,
      staticPath: '/',
      staticUrlPrefix: '/static/',
      staticHandlerClass: StaticFileHandler,
      staticHandlerArgs: { defaultFilename: null },
    } satisfies ApplicationSettings;
    expect(new Application([], settings).settings).toEqual(settings);
  });

  it('start what is to reload the program, once (WEB-86)', () => {
    let started = 0;
    new Application([], { autoreload: () => started++ });
    expect(started).toBe(1);
  });
});
