import fc from 'fast-check';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { headOf, requestFor, sendTo } from '../../test/routed.ts';
import { HTTPServer } from './http-server.ts';
import { RuleIndex } from './routing-index.ts';
import { AnyMatches, DefaultHostMatches, HostMatches } from './routing-matchers.ts';
import { PathMatches } from './routing-path.ts';
import { Rule, URLSpec, type RuleList } from './routing-rules.ts';
import { ReversibleRuleRouter, Router, RuleRouter } from './routing.ts';
import type { HTTPConnection, HTTPMessageDelegate } from './http-connection.ts';
import type { HTTPServerRequest } from './server-request.ts';

/** Who was asked, in order; each rule's target adds its name. */
function routerOf(...patterns: (string | RegExp)[]): { router: RuleRouter; seen: string[] } {
  const seen: string[] = [];
  const rules: RuleList = patterns.map((pattern) => [pattern, () => seen.push(String(pattern))]);
  return { router: new RuleRouter(rules), seen };
}

class Silent implements HTTPMessageDelegate {
  readonly calls: string[] = [];

  headersReceived(): undefined {
    this.calls.push('head');
  }

  dataReceived(chunk: Buffer): undefined {
    this.calls.push(chunk.toString());
  }

  finish(): undefined {
    this.calls.push('end');
  }

  onConnectionClose(): void {
    this.calls.push('close');
  }
}

describe('the index of a router', () => {
  const patterns = [
    '/',
    '/a',
    '/a/',
    '/a/(.*)',
    '/a/b/(.*)',
    '/a/b',
    '/(.*)',
    '/b/(?:a|b)',
    '/a/(.*)/?',
    'a',
    '/a/b?',
    '/a/b/\\w',
  ];
  const paths = [
    '/',
    '/a',
    '/a/',
    '/a/b',
    '/a/b/',
    '/a/b/c',
    '/a/c',
    '/b/a',
    '/b',
    '/a/b/c/d',
    '//',
  ];

  it('leaves out nothing that would have matched, and keeps the order (RTE-3)', () => {
    const some = fc.array(fc.constantFrom(...patterns), { maxLength: 8 });
    fc.assert(
      fc.property(some, fc.array(fc.constantFrom(...paths), { maxLength: 4 }), (chosen, asked) => {
        const rules = chosen.map((pattern) => new Rule(new PathMatches(pattern), pattern));
        const index = new RuleIndex(rules);
        for (const path of asked) {
          const matching = (all: readonly Rule[]): Rule[] =>
            all.filter(({ matcher }) => matcher.match(requestFor(path)) !== null);
          expect(matching(index.candidates(path))).toEqual(matching(rules));
        }
      }),
    );
  });
});

describe('rules', () => {
  it('are rules, or arrays of two to four (RTE-1)', () => {
    const target = (): undefined => undefined;
    const router = new RuleRouter([
      ['/a', target],
      [/\/b/, target, { x: 1 }],
      [new AnyMatches(), target, {}, 'any'],
      new Rule(new PathMatches('/c'), target),
      new URLSpec('/d', target, { kwargs: { y: 2 }, name: 'd' }),
    ]);
    expect(router.rules.map(({ name }) => name)).toEqual([null, null, 'any', null, 'd']);
    expect(router.rules[0]).toBeInstanceOf(URLSpec);
    expect(router.rules[4]).toMatchObject({ regex: /\/d$/y, target, targetKwargs: { y: 2 } });
  });

  it.each([[['/a']], [['/a', 1, {}, 'n', 2]], ['/a'], [null]])(
    'are nothing else (RTE-1)',
    (spec) => {
      expect(() => new RuleRouter([spec as never])).toThrow(TypeError);
    },
  );

  it('hand options on only where there are some (RTE-7)', () => {
    const kwargs: unknown[] = [];
    const target = (_request: unknown, params: { targetKwargs: object | null }): unknown =>
      kwargs.push(params.targetKwargs);
    const router = new RuleRouter([
      ['/a', target, {}],
      ['/b', target, { x: 1 }],
    ]);
    sendTo(router, '/a');
    sendTo(router, '/b');
    expect(kwargs).toEqual([null, { x: 1 }]);
  });
});

describe('RuleRouter', () => {
  it('takes the first rule that matches, literal or not (RTE-3)', () => {
    const { router, seen } = routerOf('/a', '/(b|c)', '/b', '/a', '/(.*)', '/d');
    for (const path of ['/a', '/b', '/c', '/d', '/e', '/a']) sendTo(router, path);
    expect(seen).toEqual(['/a', '/(b|c)', '/(b|c)', '/(.*)', '/(.*)', '/a']);
  });

  it('goes on behind a nested router that finds nothing (RTE-2, 3)', () => {
    const seen: string[] = [];
    const inner = new RuleRouter([['/in/a', () => seen.push('inner')]]);
    const router = new RuleRouter([
      ['/in/.*', inner],
      ['/in/b', () => seen.push('outer')],
    ]);
    sendTo(router, '/in/a');
    sendTo(router, '/in/b');
    expect(seen).toEqual(['inner', 'outer']);
  });

  it('tries rules that were added later behind the others', () => {
    const { router, seen } = routerOf('/a');
    expect(sendTo(router, '/b').status).toBe(404);
    router.addRules([['/(.)', () => seen.push('added')]]);
    sendTo(router, '/b');
    sendTo(router, '/a');
    expect(seen).toEqual(['added', '/a']);
  });

  it('gives a connection delegate the head and the body (RTE-2)', () => {
    const delegate = new Silent();
    const router = new RuleRouter([['/a', { startRequest: () => delegate }]]);
    sendTo(router, '/a', { body: 'xy' });
    expect(delegate.calls).toEqual(['head', 'x', 'y', 'end']);
  });

  it('calls a function when the body is there, with what the path says (RTE-2, 15)', () => {
    const seen: unknown[] = [];
    const target = (request: HTTPServerRequest, params: unknown): unknown =>
      seen.push(request.body.toString(), params);
    sendTo(new RuleRouter([['/(.)', target]]), '/p', { body: 'hello' });
    const params = { pathArgs: [Buffer.from('p')], pathKwargs: {}, targetKwargs: null };
    expect(seen).toEqual(['hello', params]);
  });

  it('knows no other targets, and lets subclasses add some (RTE-2, 17)', () => {
    class Named extends RuleRouter {
      override getTargetDelegate(
        ...[target, request, params]: Parameters<RuleRouter['getTargetDelegate']>
      ): HTTPMessageDelegate | null {
        if (target === 'silent') return new Silent();
        return super.getTargetDelegate(target, request, params);
      }
    }
    const rules: RuleList = [
      ['/a', 'silent'],
      ['/b', 'loud'],
    ];
    expect(new Named(rules).findHandler(requestFor('/a'))).toBeInstanceOf(Silent);
    expect(new Named(rules).findHandler(requestFor('/b'))).toBeNull();
    expect(new RuleRouter(rules).findHandler(requestFor('/a'))).toBeNull();
  });

  it('answers 404 without a body where nobody is found (RTE-14)', () => {
    const { router } = routerOf('/a');
    expect(sendTo(router, '/nowhere', { body: 'x' })).toMatchObject({
      status: 404,
      isFinished: true,
    });
  });

  it('tells the target that the client has gone', () => {
    const delegate = new Silent();
    const router = new RuleRouter([['/a', { startRequest: () => delegate }]]);
    const request = requestFor('/a');
    const running = router.startRequest(request.connection);
    void running.headersReceived(headOf('/a'));
    running.onConnectionClose();
    expect(delegate.calls).toEqual(['head', 'close']);
  });

  it('serves on a port', async () => {
    const router = new RuleRouter([
      [
        '/a',
        ({ connection }: { connection: HTTPConnection }): void => {
          void connection.writeHeaders({ code: 204 }, requestFor('/').headers);
          connection.finish();
        },
      ],
    ]);
    const server = new HTTPServer(router);
    await server.listen({ host: '127.0.0.1', port: 0 });
    const statuses = await Promise.all(
      ['/a', '/b'].map(async (path) => (await fetch(server.url + path)).status),
    );
    expect(statuses).toEqual([204, 404]);
    server.stop();
    await server.closeAllConnections();
  });
});

describe('hosts', () => {
  it('match by the whole name, in any case and on any port (RTE-4)', () => {
    const matcher = new HostMatches('www\\.example\\.com');
    const matches = (host: string): boolean =>
      matcher.match(requestFor('/', { Host: host })) !== null;
    expect(['www.example.com', 'WWW.example.com:8080'].map(matches)).toEqual([true, true]);
    expect(['www.example.com.evil.org', 'xwww.example.com'].map(matches)).toEqual([false, false]);
    expect(new HostMatches(/www/).match(requestFor('/', { Host: 'www.example.com' }))).toBeTruthy();
  });

  it('fall back to the default host, as it is then, unless a proxy is in between (RTE-13)', () => {
    const application: { defaultHost: string | null } = { defaultHost: null };
    const matcher = new DefaultHostMatches(application, 'www\\.example\\.com');
    const request = requestFor('/', { Host: 'other' });
    expect(matcher.match(request)).toBeNull();
    application.defaultHost = 'www.example.com';
    expect(matcher.match(request)).not.toBeNull();
    expect(matcher.match(requestFor('/', { 'X-Real-Ip': '192.0.2.7' }))).toBeNull();
  });
});

describe('ReversibleRuleRouter', () => {
  const target = (): undefined => undefined;

  it('finds own names first, then those of nested routers in order (RTE-9)', () => {
    const inner = new ReversibleRuleRouter([
      new URLSpec('/inner/(.)', target, { name: 'a' }),
      new URLSpec('/only/(.)', target, { name: 'b' }),
    ]);
    const router = new ReversibleRuleRouter([
      [new AnyMatches(), new RuleRouter()],
      [new AnyMatches(), inner],
      ['/outer/(.)', target, {}, 'a'],
    ]);
    expect(router.reverseUrl('a', 1)).toBe('/outer/1');
    expect(router.reverseUrl('b', 2)).toBe('/only/2');
    expect(router.reverseUrl('c')).toBeNull();
  });

  it('says nothing of a rule that does not look at the path', () => {
    const router = new ReversibleRuleRouter([[new AnyMatches(), target, {}, 'any']]);
    expect(router.reverseUrl('any')).toBeNull();
  });

  it('warns of a name given twice, and takes the last (RTE-8)', () => {
    const expected = new ExpectLog('typhoon.general', 'Multiple handlers named x; replacing');
    const router = expected.run(
      () =>
        new ReversibleRuleRouter([
          ['/a', target, {}, 'x'],
          ['/b', target, {}, 'x'],
        ]),
    );
    expect(router.reverseUrl('x')).toBe('/b');
  });
});

describe('Router', () => {
  it('is what a server can be made of', () => {
    const delegate = new Silent();
    class One extends Router {
      override findHandler(): HTTPMessageDelegate {
        return delegate;
      }
    }
    sendTo(new One(), '/');
    expect(delegate.calls).toEqual(['head', 'end']);
  });
});
