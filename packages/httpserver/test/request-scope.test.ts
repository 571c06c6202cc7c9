// What a request's signal says, by who does what: docs/cancellation.md has the same table.
import { currentDeadlineMs, Future } from '@typhoon/concurrent';
import { HTTPHeaders } from '@typhoon/http1';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { onBothPollers, Rig, type RawClient } from './on-both-pollers.ts';
import type { HTTPConnection, HTTPServerConnectionDelegate } from '../src/lib/http-connection.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';
const POST = 'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello';

/** The wire's part of a reason. */
type Ending = 'none' | 'ERR_CLIENT_GONE';

function answer(connection: HTTPConnection, text: string): void {
  const headers = new HTTPHeaders({ 'Content-Length': String(text.length) });
  void connection.writeHeaders({ code: 200 }, headers, text);
  connection.finish();
}

/** An application that reads the body or holds it back, and answers when the test says so. */
class App implements HTTPServerConnectionDelegate {
  readonly request = new Future<HTTPConnection>();
  readonly #isHolding: boolean;

  constructor(isHolding: boolean) {
    this.#isHolding = isHolding;
  }

  startRequest(
    connection: HTTPConnection,
  ): ReturnType<HTTPServerConnectionDelegate['startRequest']> {
    const begin = (): void => {
      if (!this.request.done()) this.request.setResult(connection);
    };
    return {
      headersReceived: () => {
        if (!this.#isHolding) return undefined;
        begin();
        return new Promise<void>(() => undefined);
      },
      dataReceived: () => undefined,
      finish: begin,
      onConnectionClose: () => undefined,
    };
  }
}

async function aborted({ signal }: HTTPConnection): Promise<unknown> {
  if (!signal.aborted) {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
  }
  return signal.reason;
}

function endingOf(how: string): Ending {
  return how === 'closes' || how === 'resets' ? 'ERR_CLIENT_GONE' : 'none';
}

const leave: Readonly<Record<string, (client: RawClient) => void>> = {
  closes: ({ socket }) => socket.destroy(),
  resets: ({ socket }) => socket.resetAndDestroy(),
  'ends its half': ({ socket }) => socket.end(),
  waits: () => undefined,
};

onBothPollers((poller) => {
  const rig = new Rig();

  describe('the signal of a request', () => {
    const rows = [GET, POST].flatMap((request) =>
      [false, true]
        .filter((isHolding) => !isHolding || request === POST)
        .flatMap((isHolding) =>
          Object.keys(leave).map((how) => ({
            what: request.slice(0, 4).trim(),
            body: isHolding ? 'not read' : 'read',
            how,
            request,
            isHolding,
            // The portable poller looks at no socket from which nothing is read: a close is seen at the next write.
            ending: endingOf(how),
          })),
        ),
    );
    const isBlind = ({ isHolding, how }: (typeof rows)[number]): boolean =>
      isHolding && (how === 'closes' || (how === 'resets' && poller === 'net'));
    it.each(rows.filter((row) => !isBlind(row)))(
      'of a $what, its body $body, whose client $how: $ending',
      async ({ request, isHolding, how, ending }) => {
        const app = new App(isHolding);
        const server = await rig.serve(app);
        const client = (await rig.connect(server)).send(request);
        const connection = await app.request;
        const { signal } = connection;
        leave[how]?.(client);
        if (ending !== 'none') {
          expect(await aborted(connection)).toMatchObject({ code: ending });
          expect(connection.isClosed).toBe(true);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 700)); // two probes, at least
        expect(signal.aborted).toBe(false);
        answer(connection, 'late');
        await client.until(({ output }) => output.endsWith('late'));
        expect(client.output).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
        expect(signal.aborted).toBe(false);
      },
    );

    it('aborts when the client closes in the middle of its body', async () => {
      const seen = new Future<AbortSignal>();
      const server = await rig.serve({
        startRequest: ({ signal }) => {
          seen.setResult(signal);
          return {
            headersReceived: () => undefined,
            dataReceived: () => undefined,
            finish: () => undefined,
            onConnectionClose: () => undefined,
          };
        },
      });
      const client = (await rig.connect(server)).send(POST.slice(0, -2));
      const signal = await seen;
      client.socket.end();
      await client.ended();
      expect(signal.reason).toMatchObject({ code: 'ERR_CLIENT_GONE' });
    });

    it('aborts although it is first asked for when the client is gone', async () => {
      const app = new App(false);
      const server = await rig.serve(app);
      const client = (await rig.connect(server)).send(GET);
      const connection = await app.request;
      client.socket.resetAndDestroy();
      await new Promise<void>((resolve) => {
        connection.setCloseCallback(resolve);
      });
      expect(connection.signal.reason).toMatchObject({ code: 'ERR_CLIENT_GONE' });
    });

    it('finds out that the client is gone between two chunks, and half-closed clients get them all', async () => {
      const app = new App(false);
      const server = await rig.serve(app);
      const client = (await rig.connect(server)).send(GET);
      const connection = await app.request;
      void connection.writeHeaders({ code: 200 }, new HTTPHeaders(), 'one');
      await client.until(({ output }) => output.includes('one'));
      client.socket.end();
      await client.until(({ output }) => output.endsWith('one\r\n0'));
      void connection.write('two');
      connection.finish();
      await client.ended();
      expect(client.output).toMatch(/\r\n\r\n3\r\none\r\n0+3\r\ntwo\r\n0\r\n\r\n$/);
    });

    it('sends nothing ahead to a half-closed client that asked for an upgrade, and refuses to detach others', async () => {
      for (const [fields, heard] of [
        ['Connection: upgrade\r\nUpgrade: x\r\n', ''],
        ['', 'H'],
      ] as const) {
        const app = new App(false);
        const server = await rig.serve(app);
        const client = (await rig.connect(server)).send(
          GET.replace('\r\n\r\n', `\r\n${fields}\r\n`),
        );
        const connection = await app.request;
        client.socket.end();
        await new Promise((resolve) => setTimeout(resolve, 600)); // a probe, at least
        if (heard === '') {
          const transport = connection.detach();
          transport.writeLatin1('mine');
          transport.close();
          expect((await client.ended()).output).toBe('mine');
        } else {
          await client.until(({ output }) => output.startsWith(heard));
          expect(() => connection.detach()).toThrow(
            expect.objectContaining({ code: 'ERR_HEAD_ALREADY_SENT' }) as Error,
          );
        }
      }
    });

    it('aborts when the client closes between two chunks', async () => {
      const app = new App(false);
      const server = await rig.serve(app);
      const client = (await rig.connect(server)).send(GET);
      const connection = await app.request;
      void connection.writeHeaders({ code: 200 }, new HTTPHeaders(), 'one');
      await client.until(({ output }) => output.includes('one'));
      client.socket.destroy();
      expect(await aborted(connection)).toMatchObject({ code: 'ERR_CLIENT_GONE' });
    });

    it('says that the server is closing', async () => {
      const app = new App(false);
      const server = await rig.serve(app);
      (await rig.connect(server)).send(GET);
      const connection = await app.request;
      const { signal } = connection;
      await server.closeAllConnections();
      expect(signal.reason).toMatchObject({
        name: 'RequestAbortedError',
        code: 'ERR_SERVER_CLOSING',
      });
    });

    it('says that a drain gave up', async () => {
      const app = new App(false);
      const server = await rig.serve(app);
      (await rig.connect(server)).send(GET);
      const { signal } = await app.request;
      await new ExpectLog('typhoon.general', /Drain gave up/).run(() =>
        server.drain({ deadlineMs: 20 }),
      );
      expect(signal.reason).toMatchObject({ code: 'ERR_SERVER_CLOSING' });
    });
  });

  describe('the deadline of a request', () => {
    const log = (): ExpectLog =>
      new ExpectLog('typhoon.general', /GET \/a \(127\.0\.0\.1\) was not answered in time/);

    it('aborts the signal and answers 503 in place of the application', async () => {
      const app = new App(false);
      const server = await rig.serve(app, { requestTimeoutMs: 30 });
      await log().run(async () => {
        const client = (await rig.connect(server)).send(GET);
        const connection = await app.request;
        expect(await aborted(connection)).toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' });
        expect((await client.ended()).output).toMatch(/^HTTP\/1\.1 503 .*Connection: close\r\n/s);
        answer(connection, 'too late'); // nobody hears it, and nothing happens
      });
    });

    it('ends the connection when the answer has begun', async () => {
      const app = new App(false);
      const server = await rig.serve(app, { requestTimeoutMs: 30 });
      await log().run(async () => {
        const client = (await rig.connect(server)).send(GET);
        void (await app.request).writeHeaders({ code: 200 }, new HTTPHeaders(), 'half');
        expect((await client.ended()).output).not.toContain('\r\n0\r\n');
      });
    });

    it('can be set, seen and taken away while the request is worked on', async () => {
      const app = new App(false);
      const server = await rig.serve(app, { requestTimeoutMs: 30 });
      const client = (await rig.connect(server)).send(GET);
      const connection = await app.request;
      expect(connection.requestDeadlineMs).toBeLessThan(Infinity);
      connection.setRequestTimeout(Infinity);
      expect(connection.requestDeadlineMs).toBe(Infinity);
      await new Promise((resolve) => setTimeout(resolve, 350));
      answer(connection, 'done');
      await client.until(({ output }) => output.endsWith('done'));
    });

    it("is each request's own", async () => {
      const server = await rig.serve(
        ({ connection }) => {
          answer(connection, 'done');
        },
        { requestTimeoutMs: 100 },
      );
      const client = (await rig.connect(server)).send(GET);
      await client.until(({ output }) => output.endsWith('done'));
      await new Promise((resolve) => setTimeout(resolve, 400));
      client.output = '';
      client.send(GET);
      await client.until(({ output }) => output.endsWith('done'));
    });

    it('is known to what is started for the request, until it is answered', async () => {
      const seen: number[] = [];
      const over = new Future<void>();
      const server = await rig.serve(
        async ({ connection }) => {
          await Promise.resolve();
          seen.push(currentDeadlineMs() - connection.requestDeadlineMs);
          connection.setRequestTimeout(5000);
          seen.push(currentDeadlineMs() - connection.requestDeadlineMs);
          answer(connection, 'done');
          await Promise.resolve();
          seen.push(currentDeadlineMs());
          over.setResult();
        },
        { requestTimeoutMs: 1000 },
      );
      (await rig.connect(server)).send(GET);
      await over;
      expect(seen).toEqual([0, 0, Infinity]);
    });
  });
});
