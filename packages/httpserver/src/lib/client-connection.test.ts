// What serves one client serves another then: nothing of the one may reach the other.
import { HTTPHeaders, HTTPOutputError } from '@typhoon/http1';
import { IOLoop } from '@typhoon/ioloop';
import { ExpectLog } from '@typhoon/log/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallbackDelegate } from './callback-delegate.ts';
import { Connections } from './connections.ts';
import { resolveSettings } from './server-options.ts';
import { WireClient } from '../../test/wire.ts';
import type { HTTPConnection, HTTPServerConnectionDelegate } from './http-connection.ts';
import type { RequestCallback } from './callback-delegate.ts';
import type { HTTPServerRequest } from './server-request.ts';

/** One server; each call connects a client. */
function start(app: HTTPServerConnectionDelegate | RequestCallback): () => WireClient {
  const delegate = typeof app === 'function' ? new CallbackDelegate(app) : app;
  const settings = resolveSettings({ maxBodySize: 100 });
  const owner = { connectionGone: () => undefined, setAccepting: () => undefined };
  const connections = new Connections(IOLoop.current(), delegate, settings, owner);
  return () => new WireClient(connections.accept(null));
}

function answer(connection: HTTPConnection, text: string): void {
  const headers = new HTTPHeaders({ 'Content-Length': String(text.length) });
  void connection.writeHeaders({ code: 200 }, headers, text);
  connection.finish();
}

function echo({ connection, method, path, body }: HTTPServerRequest): void {
  answer(connection, `${method} ${path} ${body.toString()}`);
}

function ok(text: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const post = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('clients that take turns', () => {
  it('at any byte are answered as if each were alone', async () => {
    const turns = fc.array(
      fc.record({ client: fc.nat(3), bytes: fc.integer({ min: 1, max: 60 }), isEnd: fc.boolean() }),
      { maxLength: 60 },
    );
    const inputs = [0, 1, 2, 3].map(
      (n) =>
        `\r\n${get(`/a${n}`)}${post(`/b${n}`, `body ${n}`)}${get(`/later${n}`)}${get(`/c${n}`)}`,
    );
    await fc.assert(
      fc.asyncProperty(turns, async (order) => {
        const waiting: HTTPServerRequest[] = [];
        const connect = start((request) => {
          if (request.path.startsWith('/later')) waiting.push(request);
          else echo(request);
        });
        const clients = inputs.map(() => connect());
        const places = inputs.map(() => 0);
        for (const { client, bytes, isEnd } of order) {
          const at = places[client]!;
          places[client] = Math.min(at + bytes, inputs[client]!.length);
          if (places[client] > at) clients[client]!.send(inputs[client]!.slice(at, places[client]));
          if (isEnd) waiting.splice(0, 1).forEach(echo);
          if (isEnd) await Promise.resolve();
        }
        for (const [n, client] of clients.entries()) client.send(inputs[n]!.slice(places[n]));
        while (waiting.length > 0) {
          waiting.splice(0).forEach(echo);
          await Promise.resolve();
        }
        for (const [n, { output }] of clients.entries()) {
          const texts = [`GET /a${n} `, `POST /b${n} body ${n}`, `GET /later${n} `, `GET /c${n} `];
          expect(output).toBe(texts.map(ok).join(''));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('do not finish what another has begun with an empty line', () => {
    const connect = start(echo);
    const [one, other] = [connect(), connect()];
    one.send('\r');
    expect(other.send(get('/other')).output).toBe(ok('GET /other '));
    expect(one.send(`\n${get('/one')}`).output).toBe(ok('GET /one '));
  });
});

describe('a request that was answered', () => {
  /** Of a client that has been answered, while another's body is on its way. */
  function former(): { connection: HTTPConnection; other: WireClient } {
    const seen: HTTPServerRequest[] = [];
    const connect = start((request) => {
      seen.push(request);
      echo(request);
    });
    connect().send(get('/former'));
    const other = connect().send(post('/other', 'hello').slice(0, -3));
    return { connection: seen[0]!.connection, other };
  }

  it('changes no limit of another client’s', () => {
    const { connection, other } = former();
    connection.setMaxBodySize(1);
    connection.setBodyTimeout(0);
    connection.setRequestTimeout(0);
    expect(connection.requestDeadlineMs).toBe(Infinity);
    expect(other.send('llo').output).toBe(ok('POST /other hello'));
  });

  it('takes no connection out of the server’s hands any more', () => {
    const { connection, other } = former();
    expect(() => connection.detach()).toThrow(HTTPOutputError);
    expect(() => connection.write('more')).toThrow(HTTPOutputError);
    expect(other.send('llo').output).toBe(ok('POST /other hello'));
  });

  it('may fail later: that is logged, and nobody’s end (H1C-8)', async () => {
    const waiting: HTTPServerRequest[] = [];
    const connect = start(async (request) => {
      if (request.path === '/other') {
        waiting.push(request);
        return;
      }
      echo(request);
      await Promise.resolve();
      throw new Error('too late');
    });
    const log = new ExpectLog('typhoon.application', /Exception in callback/);
    const [one, other] = [connect(), connect()];
    await log.run(async () => {
      one.send(get('/one'));
      other.send(get('/other'));
      await new Promise(setImmediate);
    });
    waiting.forEach(echo);
    expect(other.output).toBe(ok('GET /other '));
    expect(one.send(get('/other')).transport.ending).toBe('open');
  });
});

describe('a delegate that needed time', () => {
  it('for a client that is gone lets nobody else’s body go on', async () => {
    const ready: (() => void)[] = [];
    const bodies: string[] = [];
    const connect = start({
      startRequest: (connection) => ({
        headersReceived: () => new Promise<void>((resolve) => ready.push(resolve)),
        dataReceived: (chunk) => void bodies.push(chunk.toString()),
        finish: () => {
          answer(connection, 'done');
        },
        onConnectionClose: () => undefined,
      }),
    });
    connect().send(post('/gone', 'gone')).lose();
    const other = connect().send(post('/other', 'other'));
    ready[0]!();
    await Promise.resolve();
    expect([bodies, other.output]).toEqual([[], '']);
    ready[1]!();
    await new Promise(setImmediate);
    expect([bodies, other.output]).toEqual([['other'], ok('done')]);
  });
});
