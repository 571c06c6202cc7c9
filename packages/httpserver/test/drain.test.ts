// HTTPServer.drain over real sockets, on both pollers.
import { Future } from '@typhoon/concurrent';
import { HTTPHeaders } from '@typhoon/http1';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { onBothPollers, Rig } from './on-both-pollers.ts';
import type { HTTPServerRequest } from '../src/lib/server-request.ts';
import type { Transport } from '@typhoon/ioloop';

const GET = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';

function answer(request: HTTPServerRequest, text: string): void {
  const headers = new HTTPHeaders({ 'Content-Length': String(Buffer.byteLength(text)) });
  void request.connection.writeHeaders({ code: 200 }, headers, text);
  request.connection.finish();
}

function echo(request: HTTPServerRequest): void {
  answer(request, request.path);
}

/** Requests that wait until the test answers them. */
class Held {
  readonly requests: HTTPServerRequest[] = [];
  #arrived = new Future<void>();

  readonly take = (request: HTTPServerRequest): void => {
    this.requests.push(request);
    if (!this.#arrived.done()) this.#arrived.setResult();
  };

  async next(): Promise<HTTPServerRequest> {
    if (this.requests.length === 0) {
      this.#arrived = new Future<void>();
      await this.#arrived;
    }
    return this.requests.shift()!;
  }
}

onBothPollers(() => {
  const rig = new Rig();

  describe('drain', () => {
    it('closes an idle connection at once, in order', async () => {
      const server = await rig.serve(echo);
      const client = (await rig.connect(server)).send(GET);
      await client.until(({ output }) => output.endsWith('/a'));
      const result = await server.drain();
      expect(await client.ended()).toMatchObject({ ending: 'ended' });
      expect(result.aborted).toEqual([]);
      expect(result.tookMs).toBeLessThan(50);
    });

    it('accepts no more', async () => {
      const server = await rig.serve(echo);
      await server.drain();
      await expect(rig.connect(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });

    it('answers what is running with Connection: close, and resolves soon after', async () => {
      const held = new Held();
      const server = await rig.serve(held.take);
      const client = (await rig.connect(server)).send(GET);
      const request = await held.next();
      const drained = server.drain();
      answer(request, 'done');
      const since = performance.now();
      await drained;
      expect(performance.now() - since).toBeLessThan(50);
      expect((await client.ended()).output).toBe(
        'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone',
      );
      expect(client.ending).toBe('ended');
    });

    it('resolves although the client does not close its half', async () => {
      const server = await rig.serve(echo);
      const client = (await rig.connect(server)).send(GET);
      client.socket.removeAllListeners('end');
      await client.until(({ output }) => output.endsWith('/a'));
      const { tookMs } = await server.drain();
      expect(tookMs).toBeLessThan(50);
    });

    it('answers a request that has come and was not yet read', async () => {
      const server = await rig.serve(echo);
      const client = await rig.connect(server);
      await client.send(GET).until(({ output }) => output.endsWith('/a'));
      client.output = '';
      client.send(GET.replace('/a', '/b'));
      await server.drain();
      expect((await client.ended()).output).toBe(
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/b',
      );
    });

    it('answers a client that has connected and not yet been accepted', async () => {
      const server = await rig.serve(echo);
      const connecting = rig.connect(server);
      const drained = server.drain();
      const client = (await connecting).send(GET);
      await drained;
      expect((await client.ended()).output).toContain('Connection: close\r\n\r\n/a');
    });

    it('waits for the rest of a request of which a part has come', async () => {
      const server = await rig.serve(echo);
      const client = (await rig.connect(server)).send(GET.slice(0, 20));
      await new Promise(setImmediate);
      const drained = server.drain();
      await new Promise((resolve) => setTimeout(resolve, 150)); // longer than a new client is waited for
      client.send(GET.slice(20));
      expect((await drained).aborted).toEqual([]);
      expect((await client.ended()).output).toContain('Connection: close\r\n\r\n/a');
    });

    it('answers all that was pipelined, the last with Connection: close', async () => {
      const held = new Held();
      const server = await rig.serve(held.take);
      const client = (await rig.connect(server)).send(GET + GET + GET);
      const first = await held.next();
      const drained = server.drain();
      answer(first, '1');
      answer(await held.next(), '2');
      answer(await held.next(), '3');
      await drained;
      const { output, ending } = await client.ended();
      expect(output.match(/Connection: close/g)).toHaveLength(1);
      expect(output).toMatch(/1HTTP.*2HTTP.*Connection: close\r\n\r\n3$/s);
      expect(ending).toBe('ended');
    });

    it('serves idle connections during the grace, with Connection: close', async () => {
      const server = await rig.serve(echo);
      const client = (await rig.connect(server)).send(GET);
      const idle = (await rig.connect(server)).send(GET);
      for (const one of [client, idle]) await one.until(({ output }) => output.endsWith('/a'));
      const drained = server.drain({ graceMs: 300 });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect([client.ending, idle.ending]).toEqual(['open', 'open']);
      client.send(GET.replace('/a', '/b'));
      expect((await client.ended()).output).toContain('Connection: close\r\n\r\n/b');
      expect((await drained).tookMs).toBeGreaterThanOrEqual(299);
      expect((await idle.ended()).ending).toBe('ended');
    });

    it('resolves before the end of the grace when the last connection has gone', async () => {
      const server = await rig.serve(echo);
      const client = (await rig.connect(server)).send(GET);
      await client.until(({ output }) => output.endsWith('/a'));
      const drained = server.drain({ graceMs: 20_000 });
      client.send(GET);
      expect((await drained).tookMs).toBeLessThan(1000);
    });

    it('gives up at the deadline what still runs, says what it was, and logs it', async () => {
      const held = new Held();
      const server = await rig.serve(held.take);
      const client = (await rig.connect(server)).send(GET.replace('/a', '/slow?x=1'));
      await held.next();
      const log = new ExpectLog(
        'typhoon.general',
        /Drain gave up after \d+ ms: GET \/slow\?x=1 \(127\.0\.0\.1\) for \d+ ms/,
      );
      const { aborted } = await log.run(() => server.drain({ deadlineMs: 50 }));
      expect(aborted).toMatchObject([{ method: 'GET', uri: '/slow?x=1', remoteIp: '127.0.0.1' }]);
      expect((await client.ended()).ending).toBe('reset');
    });

    it('gives up an answer that its client does not take', async () => {
      const server = await rig.serve((request) => {
        answer(request, 'x'.repeat(20_000_000));
      });
      const client = await rig.connect(server);
      client.socket.pause();
      client.send(GET);
      while (server.requestsInProgress > 0 || server.connectionCount === 0) {
        await new Promise(setImmediate);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      const log = new ExpectLog('typhoon.general', /.*an answer that 127\.0\.0\.1 did not take/);
      const { aborted } = await log.run(() => server.drain({ deadlineMs: 50 }));
      expect(aborted).toMatchObject([{ method: '', remoteIp: '127.0.0.1' }]);
    });

    it('can be called twice: the deadline only comes nearer', async () => {
      const held = new Held();
      const server = await rig.serve(held.take);
      (await rig.connect(server)).send(GET);
      await held.next();
      const first = server.drain({ deadlineMs: 60_000 });
      const log = new ExpectLog('typhoon.general', /Drain gave up/);
      await log.run(async () => {
        expect(server.drain({ deadlineMs: 20 })).toBe(first);
        void server.drain({ deadlineMs: 60_000 });
        const { aborted, tookMs } = await first;
        expect(aborted).toHaveLength(1);
        expect(tookMs).toBeLessThan(1000);
      });
    });

    it('tells the owner of a detached connection, and waits until it has closed it', async () => {
      let transport: Transport | null = null;
      const detached = new Future<void>();
      const server = await rig.serve((request) => {
        transport = request.connection.detach(() => {
          transport?.write('bye');
          transport?.close();
        });
        detached.setResult();
      });
      const client = (await rig.connect(server)).send(GET);
      await detached;
      const { aborted } = await server.drain();
      expect(aborted).toEqual([]);
      expect((await client.ended()).output).toBe('bye');
    });

    it('gives up a detached connection whose owner does not close it', async () => {
      const detached = new Future<void>();
      const server = await rig.serve((request) => {
        request.connection.detach(() => undefined);
        detached.setResult();
      });
      (await rig.connect(server)).send(GET.replace('/a', '/socket'));
      await detached;
      const log = new ExpectLog('typhoon.general', /Drain gave up.* GET \/socket/);
      const { aborted } = await log.run(() => server.drain({ deadlineMs: 50 }));
      expect(aborted).toMatchObject([{ uri: '/socket' }]);
    });

    it('leaves a detached connection without a callback to its owner, and names it', async () => {
      let transport: Transport | null = null;
      const detached = new Future<void>();
      const server = await rig.serve((request) => {
        transport = request.connection.detach();
        detached.setResult();
      });
      (await rig.connect(server)).send(GET);
      await detached;
      const result = await server.drain();
      expect(result.detached).toEqual([transport]);
      expect(transport!.isClosing).toBe(false);
      transport!.abort();
    });
  });
});
