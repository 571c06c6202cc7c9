// What a server does, wherever it runs: in memory, on both pollers, behind TLS.
import { HTTPHeaders } from '@typhoon/http1';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { answer, echo, listener, nextTurn, ok, Rig, until, WORLDS } from './worlds.ts';
import type { RawClient, World } from './worlds.ts';
import type { RequestCallback } from '../src/lib/callback-delegate.ts';
import type { HTTPConnection, HTTPServerConnectionDelegate } from '../src/lib/http-connection.ts';
import type { HTTPServerOptions } from '../src/lib/server-options.ts';
import type { Protocol } from '@typhoon/ioloop';

const GET = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: x\r\n';

let rig: Rig | null = null;

afterEach(async () => {
  await rig?.close();
  rig = null;
});

describe.each(WORLDS)('on $name', (world: World) => {
  function start(
    app: HTTPServerConnectionDelegate | RequestCallback,
    options: HTTPServerOptions = {},
  ): Promise<RawClient> {
    rig = new Rig(world, app, options);
    return rig.connect();
  }

  describe('a connection', () => {
    it('carries one request after another, and none behind the last (H1C-40)', async () => {
      const client = await start(echo);
      await client.send(GET).heard(ok('GET /a '));
      await client.send(GET).heard(ok('GET /a ').repeat(2));
      client.send(GET.replace('Host', 'Connection: close\r\nHost') + GET);
      expect(await client.all()).toBe(
        ok('GET /a ').repeat(2) +
          ok('GET /a ').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
      );
    });

    it('answers what is pipelined, in order (H1C-24)', async () => {
      const client = await start(async (request) => {
        if (request.path === '/a') await nextTurn();
        echo(request);
      });
      client.send(GET + GET.replace('/a', '/b') + GET);
      await client.heard(ok('GET /a ') + ok('GET /b ') + ok('GET /a '));
    });

    it('sends head and first chunk in one piece (H1C-41)', async () => {
      const client = await start(echo);
      await client.send(GET).heard(ok('GET /a '));
      expect(client.pieces).toBe(1);
    });

    it('closes in order when the server closes all, and that waits for it (H1C-43)', async () => {
      const heard: string[] = [];
      const client = await start(
        listener(heard, {
          finish: (c) => {
            answer(c, 'x');
          },
        }),
      );
      await client.send(GET).heard(ok('x'));
      await rig?.server.closeAllConnections();
      expect(rig?.server.connectionCount).toBe(0);
      expect(heard).toEqual(['head /a', 'finish', 'close 127.0.0.1']);
      await client.all();
      expect(client.hasEnded).toBe(true);
    });

    it('that is torn down ends without a word in the log, told once (H1C-37)', async () => {
      const heard: string[] = [];
      const client = await start(listener(heard));
      client.send(`${POST}Content-Length: 5\r\n\r\nab`);
      await until(() => heard.length >= 2);
      client.transport.abort();
      await until(() => heard.length >= 4);
      expect(heard).toEqual(['head /', 'data ab', 'gone', 'close 127.0.0.1']);
    });
  });

  describe('an answer', () => {
    const answers = (connect: (connection: HTTPConnection) => void): Promise<RawClient> =>
      start(({ connection }) => {
        connect(connection);
      });

    it('without a length goes out in chunks, trailers behind them', async () => {
      const client = await answers((connection) => {
        void connection.writeHeaders({ code: 200 }, new HTTPHeaders(), 'ab');
        void connection.write('cd');
        connection.finish(new HTTPHeaders({ Digest: 'y' }));
      });
      const chunks = '2\r\nab\r\n2\r\ncd\r\n0\r\nDigest: y\r\n\r\n';
      await client.send(GET).heard(chunks);
      expect(client.output).toBe(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
    });

    it('has no trailers where it is not sent in chunks', async () => {
      const client = await answers((connection) => {
        void connection.writeHeaders({ code: 200 }, new HTTPHeaders(), 'ab');
        connection.finish(new HTTPHeaders({ Digest: 'y' }));
      });
      client.send('GET / HTTP/1.0\r\n\r\n');
      expect(await client.all()).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nab');
    });

    it('to HTTP/1.0 is never in chunks; the end of the connection ends it (H1C-26, 28)', async () => {
      const client = await answers((connection) => {
        void connection.writeHeaders({ code: 200 }, new HTTPHeaders(), 'ab');
        connection.finish();
      });
      client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
      expect(await client.all()).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nab');
    });

    it('to HTTP/1.0 with keep-alive and a length leaves the connection open (H1C-22, 23)', async () => {
      const client = await start(echo);
      const get = 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n';
      await client.send(get).heard('GET / ');
      await client
        .send(get)
        .heard(
          'GET / HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: Keep-Alive\r\n\r\nGET / ',
        );
    });

    it('to HEAD has the head alone', async () => {
      const client = await start(echo);
      client.send(GET.replace('GET', 'HEAD') + GET);
      await client.heard('\r\n\r\nGET /a ');
      expect(client.output).toBe(`HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n${ok('GET /a ')}`);
    });

    it('that breaks its own framing throws to the application (H1C-44)', async () => {
      let thrown: unknown = null;
      const client = await answers((connection) => {
        void connection.writeHeaders({ code: 200 }, new HTTPHeaders({ 'Content-Length': '1' }));
        try {
          void connection.write('more');
        } catch (error) {
          thrown = error;
        }
      });
      await client.send(GET).heard('\r\n\r\n');
      expect(thrown).toMatchObject({ code: 'ERR_BODY_TOO_LONG' });
    });

    it('to a client that is gone is swallowed (H1C-44)', async () => {
      const seen: HTTPConnection[] = [];
      const client = await answers((connection) => {
        seen.push(connection);
      });
      client.send(GET);
      await until(() => seen.length === 1);
      client.transport.abort();
      expect(seen[0]?.isClosed).toBe(false);
      await until(() => rig?.server.connectionCount === 0);
      expect(seen[0]?.isClosed).toBe(true);
      answer(seen[0]!, 'too late');
    });

    it.each([
      ['close', 'Connection: close\r\n'],
      ['CLOSE, x', 'Connection: CLOSE, x\r\n'],
      ['x-close', 'Connection: x-close\r\n'],
    ])('with Connection: %s says so and no more', async (value, lines) => {
      const client = await answers((connection) => {
        const headers = new HTTPHeaders({ 'Content-Length': '1', Connection: value });
        void connection.writeHeaders({ code: 200 }, headers, 'x');
        connection.finish();
      });
      await client.send(GET).heard('\r\n\r\nx');
      expect(client.output).toBe(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n${lines}\r\nx`);
      if (value === 'x-close') return;
      await client.all();
    });

    it('with another option still says that the connection ends (RFC 9112 §9.6)', async () => {
      const client = await answers((connection) => {
        const headers = new HTTPHeaders({ 'Content-Length': '1', Connection: 'x-close' });
        void connection.writeHeaders({ code: 200 }, headers, 'x');
        connection.finish();
      });
      client.send(GET.replace('Host', 'Connection: close\r\nHost'));
      expect(await client.all()).toContain('Connection: x-close\r\nConnection: close\r\n\r\nx');
    });
  });

  describe('a detached connection', () => {
    /** Echoes in capitals; what it gets it sends back. */
    function shout(connection: HTTPConnection): void {
      const transport = connection.detach();
      const protocol: Protocol = {
        connectionMade: () => undefined,
        dataReceived: (buffer, from, to) => {
          transport.writeLatin1(buffer.toString('latin1', from, to).toUpperCase());
        },
        connectionLost: () => undefined,
      };
      transport.setProtocol(protocol);
      transport.resumeReading();
    }
    const UPGRADE = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: loud\r\n\r\n';

    it('is the application’s from headersReceived on; nothing more is told (H1C-9)', async () => {
      const heard: string[] = [];
      const client = await start(listener(heard, { head: shout }));
      await client.send(`${UPGRADE}first `).heard('FIRST ');
      await client.send(GET).heard('FIRST GET /A HTTP/1.1\r\n');
      expect(heard).toEqual(['head /', 'close 127.0.0.1']);
      client.transport.abort();
      await client.all();
      for (let n = 0; n < 5; n++) await nextTurn();
      expect(heard).toHaveLength(2);
    });

    it('stays open, without callbacks, and the server forgets it (H1C-42)', async () => {
      let isTold = false;
      const client = await start(({ connection }) => {
        connection.setCloseCallback(() => {
          isTold = true;
        });
        const headers = new HTTPHeaders({ Connection: 'Upgrade', Upgrade: 'loud' });
        void connection.writeHeaders({ code: 101 }, headers);
        shout(connection);
      });
      await client.send(UPGRADE).heard('101 Switching Protocols\r\n');
      expect(rig?.server.connectionCount).toBe(0);
      await rig?.server.closeAllConnections();
      await client.send('hello').heard('\r\n\r\nHELLO');
      client.transport.abort();
      await client.all();
      expect(isTold).toBe(false);
    });

    it('that is detached later has what came meanwhile', async () => {
      const seen: HTTPConnection[] = [];
      const client = await start(({ connection }) => {
        seen.push(connection);
      });
      client.send(UPGRADE);
      await until(() => seen.length === 1);
      client.send('early ');
      for (let n = 0; n < 10; n++) await nextTurn();
      shout(seen[0]!);
      await client.send('late').heard('EARLY LATE');
    });
  });

  describe('bad input', () => {
    it('is logged with the client’s address (H1C-45)', async () => {
      const line = /^Malformed HTTP message from 127\.0\.0\.1: /;
      await new ExpectLog('typhoon.general', line, { level: 20 }).run(async () => {
        const client = await start(echo);
        expect(await client.send('NONSENSE\r\n\r\n').all()).toMatch(/^HTTP\/1\.1 400 /);
      });
    });

    it('in a head over the limit is answered 431; the first empty line ends one (H1C-2)', async () => {
      await new ExpectLog('typhoon.general', /.*head/, { level: 20 }).run(async () => {
        const client = await start(echo, { maxHeaderSize: 100 });
        await client.send(`${GET}\r\n${GET}`).heard(ok('GET /a ').repeat(2));
        client.send(GET.replace('Host', `X: ${'y'.repeat(100)}\r\nHost`));
        expect(await client.all()).toMatch(/HTTP\/1\.1 431 [^\r]*\r\nConnection: close\r\n/);
      });
    });
  });
});
