// Clients that are slow in every way there is, on a clock that the test moves: each of them is cut.
import { HTTPHeaders } from '@typhoon/http1';
import { MemoryPoller, VirtualClock } from '@typhoon/ioloop/testing';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { answer, ok, Rig, type RawClient } from './worlds.ts';
import type { HTTPConnection, HTTPServerConnectionDelegate } from '../src/lib/http-connection.ts';
import type { HTTPServerOptions } from '../src/lib/server-options.ts';
import type { HTTPServerRequest } from '../src/lib/server-request.ts';
import type { RequestCallback } from '../src/lib/callback-delegate.ts';

const MEMORY = { name: 'memory', isTls: false, loopOptions: {} };
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: x\r\n';

let clock: VirtualClock;
let rig: Rig | null = null;

afterEach(async () => {
  await rig?.close();
  rig = null;
});

async function connect(
  app: HTTPServerConnectionDelegate | RequestCallback,
  options: HTTPServerOptions = {},
): Promise<RawClient> {
  clock = new VirtualClock({ autoJump: false });
  rig = new Rig(MEMORY, app, options, { clock, poller: (loop) => new MemoryPoller(loop) });
  return rig.connect();
}

function echo(request: HTTPServerRequest): void {
  answer(request.connection, request.body.toString());
}

/** Sends a piece every second, for so many seconds or until it is cut; answers after how many that was. */
async function drip(client: RawClient, piece: string, seconds: number): Promise<number> {
  for (let second = 0; second < seconds; second++) {
    if (client.isLost || client.hasEnded) return second;
    client.send(piece);
    await clock.advance(1000);
  }
  return seconds;
}

describe('a client that is slow with its head', () => {
  it('has a minute for the first one, from the start, in silence (H1C-5)', async () => {
    const client = await connect(echo);
    await clock.advance(59_000);
    expect(client.isLost).toBe(false);
    await clock.advance(1500);
    expect(client).toMatchObject({ isLost: true, output: '' });
  });

  it('gets no more time for a request line that comes byte by byte (H1C-5)', async () => {
    const client = await connect(echo);
    client.send('GET /');
    expect(await drip(client, 'a', 100)).toBe(60);
    expect(client.output).toBe('');
  });

  it('gets no more time for having been silent at first (H1C-5)', async () => {
    const client = await connect(echo);
    await clock.advance(30_000);
    client.send('GET /');
    expect(await drip(client, 'a', 100)).toBe(30);
  });

  it('gets no more time for headers that come one by one (H1C-5)', async () => {
    const client = await connect(echo);
    client.send('GET / HTTP/1.1\r\n');
    expect(await drip(client, 'X: y\r\n', 100)).toBe(60);
  });

  it('gets no more time for an empty line before its request', async () => {
    const client = await connect(echo);
    client.send('\r\n');
    expect(await drip(client, '', 100)).toBe(60);
  });

  it('has the same minute for each further head, from its first byte (H1C-5)', async () => {
    const client = await connect(echo);
    client.send(GET);
    await clock.advance(600_000);
    expect(client).toMatchObject({ output: ok(''), isLost: false });
    client.send('GET / HTTP');
    await clock.advance(59_000);
    expect(client.isLost).toBe(false);
    client.send('/1.1\r\nHost: x\r\n');
    await clock.advance(1500);
    expect(client).toMatchObject({ output: ok(''), isLost: true });
  });

  it('is told so in milliseconds by the option', async () => {
    const client = await connect(echo, { headerTimeoutMs: 5000 });
    expect(await drip(client, 'G', 100)).toBe(5);
  });
});

describe('a connection between requests', () => {
  it('may wait for an hour, then it is closed without a word (H1C-5, HSV-1)', async () => {
    const client = await connect(echo);
    client.send(GET);
    await clock.advance(3_599_000);
    client.send(GET);
    await clock.advance(3_599_000);
    expect(client).toMatchObject({ output: ok('') + ok(''), isLost: false });
    await clock.advance(1500);
    expect(client).toMatchObject({ output: ok('') + ok(''), isLost: true });
  });

  it('is closed after the time that the option says', async () => {
    const client = await connect(echo, { idleConnectionTimeoutMs: 2000 });
    client.send(GET);
    await clock.advance(1900);
    expect(client.isLost).toBe(false);
    await clock.advance(500);
    expect(client.isLost).toBe(true);
  });

  it('waits as long as the application works', async () => {
    let connection: HTTPConnection | null = null;
    const client = await connect((request) => (connection = request.connection));
    client.send(GET);
    await clock.advance(86_400_000);
    answer(connection!, 'at last');
    await clock.advance(0);
    expect(client.output).toBe(ok('at last'));
  });
});

describe('a client that is slow with its body', () => {
  const log = (): ExpectLog =>
    new ExpectLog('typhoon.general', /Timeout reading body from 127\.0\.0\.1/, { level: 20 });

  it('is cut when it sends less than the least rate, logged, unanswered (H1C-20)', async () => {
    await log().run(async () => {
      const client = await connect(echo);
      client.send(`${POST}Content-Length: 100000\r\n\r\n`);
      expect(await drip(client, 'x', 100)).toBe(30);
      expect(client.output).toBe('');
    });
  });

  it('is cut for chunk sizes that come byte by byte, too (H1C-20)', async () => {
    await log().run(async () => {
      const client = await connect(echo);
      client.send(`${POST}Transfer-Encoding: chunked\r\n\r\n`);
      expect(await drip(client, '0', 100)).toBe(30);
    });
  });

  it('is cut for trailers that come one by one, too', async () => {
    await log().run(async () => {
      const client = await connect(echo);
      client.send(`${POST}Transfer-Encoding: chunked\r\n\r\n0\r\n`);
      expect(await drip(client, 'X: y\r\n', 100)).toBe(30);
    });
  });

  it('may take as long as it likes at a better rate', async () => {
    const client = await connect(echo);
    client.send(`${POST}Content-Length: 100000\r\n\r\n`);
    expect(await drip(client, 'x'.repeat(500), 200)).toBe(200);
    expect(client.output).toContain('200 OK');
  });

  it('is cut at the body timeout at whatever rate, logged, unanswered (H1C-20)', async () => {
    await log().run(async () => {
      const client = await connect(echo, { bodyTimeoutMs: 10_000 });
      client.send(`${POST}Content-Length: 1000000\r\n\r\n`);
      expect(await drip(client, 'x'.repeat(5000), 100)).toBe(10);
      expect(client.output).toBe('');
    });
  });

  it('has the time that the application gave for this one body (H1C-21)', async () => {
    await log().run(async () => {
      const client = await connect({
        startRequest: (connection) => ({
          headersReceived: () => {
            connection.setBodyTimeout(90_000);
            return undefined;
          },
          dataReceived: () => undefined,
          finish: () => undefined,
          onConnectionClose: () => undefined,
        }),
      });
      client.send(`${POST}Content-Length: 100000\r\n\r\n`);
      expect(await drip(client, 'x', 200)).toBe(90);
    });
  });

  it('is not to blame while the application holds it up', async () => {
    let release: () => void = () => undefined;
    const client = await connect({
      startRequest: (connection) => ({
        headersReceived: () => undefined,
        dataReceived: () => new Promise<void>((resolve) => (release = resolve)),
        finish: () => {
          answer(connection, 'thanks');
        },
        onConnectionClose: () => undefined,
      }),
    });
    client.send(`${POST}Content-Length: 2\r\n\r\na`);
    await clock.advance(3_600_000);
    release();
    await clock.advance(0);
    client.send('b');
    await clock.advance(0);
    release();
    await clock.advance(0);
    expect(client.output).toBe(ok('thanks'));
  });
});

describe('a client that does not read', () => {
  const large = 'x'.repeat(1_000_000);

  it('is cut when it takes nothing for a minute, and the application hears of it', async () => {
    let isGone = false;
    const client = await connect(({ connection }) => {
      connection.setCloseCallback(() => {
        isGone = true;
      });
      void connection.writeHeaders({ code: 200 }, new HTTPHeaders(), large);
    });
    client.transport.pauseReading();
    client.send(GET);
    await clock.advance(59_000);
    expect(isGone).toBe(false);
    await clock.advance(1500);
    expect(isGone).toBe(true);
    expect(rig?.server.connectionCount).toBe(0);
  });

  it.each(['1.1', '1.0'])('is cut when the answer is complete, HTTP/%s', async (version) => {
    const client = await connect(({ connection }) => {
      answer(connection, large);
    });
    client.transport.pauseReading();
    client.send(`GET / HTTP/${version}\r\nHost: x\r\n\r\n`);
    await clock.advance(121_000);
    expect(rig?.server.connectionCount).toBe(0);
  });

  it('has time while it reads at all', async () => {
    const client = await connect(({ connection }) => {
      answer(connection, large);
    });
    client.transport.pauseReading();
    client.send(GET);
    for (let minute = 0; minute < 10; minute++) {
      await clock.advance(50_000);
      client.transport.resumeReading();
      await new Promise(setImmediate);
      client.transport.pauseReading();
    }
    client.transport.resumeReading();
    await clock.advance(1000);
    expect(client.output).toBe(ok(large));
  });

  it('is not cut for what the application goes on writing meanwhile', async () => {
    let connection: HTTPConnection | null = null;
    const client = await connect((request) => {
      ({ connection } = request);
      void connection.writeHeaders({ code: 200 }, new HTTPHeaders(), large);
    });
    client.transport.pauseReading();
    client.send(GET);
    for (let minute = 0; minute < 5; minute++) {
      await clock.advance(50_000);
      void connection!.write(large);
      client.transport.resumeReading();
      await new Promise(setImmediate);
      client.transport.pauseReading();
    }
    expect(client.isLost).toBe(false);
  });

  it('is given no more answers to what it pipelines, and is cut', async () => {
    let answers = 0;
    const client = await connect(({ connection }) => {
      answers++;
      answer(connection, 'x'.repeat(10_000));
    });
    client.transport.pauseReading();
    client.send(GET.repeat(2000));
    await clock.advance(1000);
    expect(answers).toBeLessThan(60);
    await clock.advance(60_000);
    expect(rig?.server.connectionCount).toBe(0);
  });

  it('is given all of them once it reads', async () => {
    const client = await connect(({ connection }) => {
      answer(connection, 'x'.repeat(10_000));
    });
    client.transport.pauseReading();
    client.send(GET.repeat(500));
    await clock.advance(1000);
    client.transport.resumeReading();
    await clock.advance(1000);
    expect(client.output).toBe(ok('x'.repeat(10_000)).repeat(500));
  });
});
