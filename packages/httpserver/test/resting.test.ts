// Connections on which nothing happens for a while: something smaller stands for them, and nobody can tell.
import { MemoryPoller, VirtualClock } from '@typhoon/ioloop/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { answer, ok, Rig, type RawClient } from './worlds.ts';
import type { ConnectionContext } from '../src/lib/http-connection.ts';
import type { HTTPServerRequest } from '../src/lib/server-request.ts';

const MEMORY = { name: 'memory', isTls: false, loopOptions: {} };
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

const clock = new VirtualClock({ autoJump: false });
let rig: Rig | null = null;

afterEach(async () => {
  await rig?.close();
  rig = null;
});

function start(app: (request: HTTPServerRequest) => void): Rig {
  rig = new Rig(MEMORY, app, {}, { clock, poller: (loop) => new MemoryPoller(loop) });
  return rig;
}

function hello(request: HTTPServerRequest): void {
  answer(request.connection, 'hello');
}

/** One that was answered once and rests. */
async function rested(): Promise<RawClient> {
  const client = await start(hello).connect();
  client.send(GET);
  await clock.advance(10_000);
  return client;
}

describe('a connection that rests', () => {
  it('is still one of the server', async () => {
    await rested();
    expect(rig?.server.connectionCount).toBe(1);
  });

  it('answers the next request, however it is cut', async () => {
    const client = await rested();
    client.send(GET.slice(0, 7));
    await clock.advance(10_000);
    client.send(GET.slice(7));
    await clock.advance(10_000);
    client.send(GET);
    await clock.advance(0);
    expect(client.output).toBe(ok('hello').repeat(3));
  });

  it('answers its first request after some time', async () => {
    const client = await start(hello).connect();
    await clock.advance(30_000);
    client.send(GET);
    await clock.advance(0);
    expect(client.output).toBe(ok('hello'));
  });

  it('is told of to the application as the connection that its requests came on', async () => {
    const seen: ConnectionContext[] = [];
    const client = await start((request) => {
      seen.push(request.connection.context);
      hello(request);
    }).connect();
    for (let count = 0; count < 2; count++) {
      client.send(GET);
      await clock.advance(5000);
    }
    expect(seen[1]).toBe(seen[0]);
  });

  it('does not rest while a request is answered', async () => {
    const pending: HTTPServerRequest[] = [];
    const client = await start((request) => {
      pending.push(request);
    }).connect();
    client.send(GET);
    await clock.advance(30_000);
    pending.forEach(hello);
    await clock.advance(0);
    expect(client.output).toBe(ok('hello'));
  });

  it('ends with its client', async () => {
    const client = await rested();
    client.transport.close();
    await clock.advance(1000);
    expect(rig?.server.connectionCount).toBe(0);
  });

  it('is closed by a drain at once', async () => {
    const client = await rested();
    const drained = rig?.server.drain();
    await clock.advance(100);
    await expect(drained).resolves.toMatchObject({ aborted: [] });
    expect(client.hasEnded || client.isLost).toBe(true);
  });

  it('answers with Connection: close what comes in the grace of a drain', async () => {
    const client = await rested();
    const drained = rig?.server.drain({ graceMs: 1000 });
    await clock.advance(500);
    client.send(GET);
    await clock.advance(1000);
    await drained;
    expect(client.output).toContain('Connection: close');
  });

  it('is closed by closeAllConnections', async () => {
    const client = await rested();
    const closed = rig?.server.closeAllConnections();
    await clock.advance(0);
    await closed;
    expect(client.hasEnded || client.isLost).toBe(true);
  });
});
