// TCPServer and TCPClient with each other, over real sockets.
import { mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Future, TimeoutError } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { testCertificate, VirtualClock } from '@typhoon/ioloop/testing';
import { appLog, genLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bindSockets, bindUnixSocket } from './bind-sockets.ts';
import { IOStream, SSLIOStream } from './io-stream.ts';
import { OverrideResolver, DefaultResolver } from './resolver.ts';
import { StreamClosedError } from './stream-error.ts';
import { TCPClient } from './tcp-client.ts';
import { TCPServer } from './tcp-server.ts';
import { SslContext } from './tls-options.ts';
import type { PeerAddress } from './bound-socket.ts';
import type { ResolvedAddress, Resolver } from './resolver.ts';
import type { TCPServerOptions } from './tcp-server.ts';

const HOST = '127.0.0.1';
const TLS = { sslOptions: new SslContext(testCertificate) };
const TRUST = new SslContext({ ca: testCertificate.cert });

const servers: EchoServer[] = [];

class EchoServer extends TCPServer {
  readonly streams: IOStream[] = [];
  readonly addresses: PeerAddress[] = [];
  /** What is done with a stream besides. */
  handle: (stream: IOStream) => unknown = (stream) => this.echo(stream);

  constructor(options?: TCPServerOptions) {
    super(options);
    servers.push(this);
  }

  override handleStream(stream: IOStream, address: PeerAddress): unknown {
    this.streams.push(stream);
    this.addresses.push(address);
    return this.handle(stream);
  }

  async echo(stream: IOStream): Promise<void> {
    try {
      for (;;) await stream.write(await stream.readUntil('\n'));
    } catch (error) {
      if (!(error instanceof StreamClosedError)) throw error;
    }
  }

  get port(): number {
    return this.sockets[0]?.address.port ?? 0;
  }
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.stop();
    for (const stream of server.streams) stream.close();
  }
});

async function listening(options?: TCPServerOptions): Promise<EchoServer> {
  const server = new EchoServer(options);
  await server.listen(0, { address: HOST });
  return server;
}

async function echoOver(stream: IOStream): Promise<void> {
  void stream.write('hello\n');
  expect((await stream.readUntil('\n')).toString()).toBe('hello\n');
}

async function echoAt(port: number): Promise<void> {
  const stream = await new TCPClient().connect(HOST, port);
  await echoOver(stream);
  stream.close();
}

describe('TCPServer', () => {
  it('listens in three ways (TCS-1)', async () => {
    await echoAt((await listening()).port);
    const bound = new EchoServer();
    await bound.bind(0, { address: HOST });
    await bound.start();
    await echoAt(bound.port);
    const given = new EchoServer();
    given.addSockets(await bindSockets(0, { address: HOST }));
    await echoAt(given.port);
  });

  it.each([
    [4, 4],
    [0, availableParallelism()],
    [null, availableParallelism()],
  ])('makes %j processes: %d (TCS-2)', async (numProcesses, expected) => {
    const fork = vi.fn(() => Promise.resolve());
    const server = new EchoServer({ fork });
    await server.bind(0, { address: HOST });
    await server.start({ numProcesses });
    expect(fork).toHaveBeenCalledWith(expected, 100);
    await echoAt(server.port);
  });

  it('makes no process for one, and starts once (TCS-2)', async () => {
    const fork = vi.fn(() => Promise.resolve());
    const server = new EchoServer({ fork });
    await server.start();
    expect(fork).not.toHaveBeenCalled();
    await expect(server.start()).rejects.toMatchObject({ code: 'ERR_STARTED' });
    const alone = new EchoServer().start({ numProcesses: 2 });
    await expect(alone).rejects.toMatchObject({ code: 'ERR_CANNOT_FORK' });
  });

  it('binds several times, later at once (TCS-3)', async () => {
    const server = new EchoServer();
    for (let count = 0; count < 2; count++) await server.bind(0, { address: HOST });
    expect(server.sockets).toHaveLength(0);
    await server.start();
    expect(server.sockets).toHaveLength(2);
    await server.bind(0, { address: HOST });
    expect(server.sockets).toHaveLength(3);
  });

  it('keeps its streams when it stops, twice or from inside a handler (TCS-4)', async () => {
    const server = await listening();
    const { port } = server;
    server.handle = (stream) => {
      server.stop();
      server.stop();
      return server.echo(stream);
    };
    const stream = await new TCPClient().connect(HOST, port);
    await echoOver(stream);
    await expect(async () => await new TCPClient().connect(HOST, port)).rejects.toBeInstanceOf(
      StreamClosedError,
    );
    stream.close();
  });

  it('wants a certificate that is there (TCS-5)', () => {
    const code = 'ERR_TLS_OPTIONS';
    expect(() => new EchoServer({ sslOptions: {} })).toThrow(
      expect.objectContaining({ code, message: 'missing key "certfile" in sslOptions' }),
    );
    expect(() => new EchoServer({ sslOptions: { certfile: '/__missing__.crt' } })).toThrow(
      expect.objectContaining({ code, message: 'certfile "/__missing__.crt" cannot be read' }),
    );
  });

  it('gives encrypted streams away before their handshake (TCS-6, IOS-32)', async () => {
    const server = await listening(TLS);
    const seen = new Promise<boolean>((resolve) => {
      server.handle = (stream) => {
        resolve(stream instanceof SSLIOStream && stream.transport === null);
        return server.echo(stream);
      };
    });
    const stream = await new TCPClient().connect('localhost', server.port, {
      family: 4,
      sslOptions: TRUST,
    });
    await echoOver(stream);
    expect(await seen).toBe(true);
    stream.close();
  });

  it('drops a connection that ends before the handshake, silently (TCS-6)', async () => {
    const server = await listening(TLS);
    const log = new ExpectLog(genLog, '', { required: false });
    await log.run(async () => {
      const ended = new Promise<void>((resolve) => {
        server.handle = (stream) => {
          stream.setCloseCallback(resolve);
        };
      });
      (await new TCPClient().connect(HOST, server.port)).close();
      await ended;
    });
    expect(log.matched).toBe(false);
  });

  it('logs an error of its handler, later or at once, and goes on (TCS-7)', async () => {
    const server = await listening();
    const error = new Error('in the handler');
    const cases = [
      ['Exception in callback handleStream', () => Promise.reject(error)],
      ['Exception in callback handleStream', () => Future.rejected(error)],
      [
        'Error in connection callback',
        () => {
          throw error;
        },
      ],
    ] as const;
    for (const [message, handle] of cases) {
      server.handle = handle;
      const log = new ExpectLog(appLog, message, { level: 'error' });
      await log.run(async () => {
        const stream = await new TCPClient().connect(HOST, server.port);
        await stream.readUntilClose();
      });
      expect(log.loggedStack).toBe(true);
    }
    server.handle = (stream) => server.echo(stream);
    await echoAt(server.port);
  });

  it("passes the streams' limits on (TCS-8)", async () => {
    for (const options of [{}, TLS]) {
      const server = await listening({ ...options, maxBufferSize: 5000, readChunkSize: 100 });
      const made = new Promise<IOStream>((resolve) => {
        server.handle = resolve;
      });
      const stream = await new TCPClient().connect(HOST, server.port);
      expect(await made).toMatchObject({ maxBufferSize: 5000, readChunkSize: 100 });
      stream.close();
    }
  });

  it('says who the peer is: host and port, or nothing for a unix socket (TCS-9)', async () => {
    const server = await listening();
    const stream = await new TCPClient().connect(HOST, server.port);
    await echoOver(stream);
    expect(server.addresses).toEqual([[HOST, stream.transport?.localAddress.port]]);
    stream.close();
    if (process.platform === 'win32') return;
    const path = join(mkdtempSync(join(tmpdir(), 'typhoon-tcp-')), 'socket');
    server.addSocket(await bindUnixSocket(path));
    const local = await new IOStream().connect(path);
    await echoOver(local);
    expect(server.addresses[1]).toBe('');
    local.close();
  });

  it('logs nothing of those who come while it stops (TCS-10)', async () => {
    const logs = [genLog, appLog].map((log) => new ExpectLog(log, '', { required: false }));
    const server = await listening();
    const { port } = server;
    const attempts = Array.from({ length: 10 }, () => new TCPClient().connect(HOST, port));
    server.stop();
    const outcomes = await Promise.allSettled(attempts);
    for (const one of outcomes) {
      if (one.status === 'fulfilled') one.value.close();
      else expect(one.reason).toBeInstanceOf(StreamClosedError);
    }
    for (const log of logs) {
      log[Symbol.dispose]();
      expect(log.matched).toBe(false);
    }
  });
});

class FixedResolver implements Resolver {
  readonly close = vi.fn();
  readonly #addresses: readonly ResolvedAddress[];

  constructor(...addresses: ResolvedAddress[]) {
    this.#addresses = addresses;
  }

  resolve(): Future<readonly ResolvedAddress[]> {
    return Future.resolved(this.#addresses);
  }
}

async function freePort(): Promise<number> {
  const [socket] = await bindSockets(0, { address: HOST });
  const port = socket?.address.port ?? 0;
  await socket?.close();
  return port;
}

describe('TCPClient', () => {
  it('tells a refused connection from a name that does not exist (TCC-3)', async () => {
    const client = new TCPClient();
    const port = await freePort();
    await expect(async () => await client.connect(HOST, port)).rejects.toMatchObject({
      code: 'ERR_STREAM_CLOSED',
      realError: { code: 'ERR_CONNECTION_REFUSED' },
    });
    await expect(
      async () => await client.connect('no-such-host.invalid', 80),
    ).rejects.toMatchObject({
      code: 'ERR_NAME_NOT_RESOLVED',
    });
  });

  it('hands on one literal address an attempt, the next one after a failure (TCC-7)', async () => {
    const server = await listening();
    const connect = vi.spyOn(IOLoop.current().poller, 'connect');
    const resolver = new FixedResolver(
      { family: 4, host: HOST, port: await freePort() },
      { family: 4, host: HOST, port: server.port },
    );
    const stream = await new TCPClient({ resolver }).connect('example.com', 80);
    const asked = connect.mock.calls.map(([address, options]) => ({ ...address, ...options }));
    connect.mockRestore();
    expect(asked).toMatchObject([
      { host: HOST, family: 4 },
      { host: HOST, port: server.port, family: 4 },
    ]);
    await echoOver(stream);
    stream.close();
  });

  it('encrypts after it has connected, for the name that was asked for (TCC-5)', async () => {
    const server = await listening(TLS);
    const resolver = new OverrideResolver({
      resolver: new DefaultResolver(),
      mapping: { 'example.com': HOST, localhost: HOST },
    });
    const client = new TCPClient({ resolver });
    const stream = await client.connect('localhost', server.port, { sslOptions: TRUST });
    expect(stream).toBeInstanceOf(SSLIOStream);
    await echoOver(stream);
    stream.close();
    using _log = new ExpectLog(genLog, 'SSL Error on ');
    const other = client.connect('example.com', server.port, { sslOptions: TRUST });
    await expect(async () => await other).rejects.toMatchObject({ code: 'ERR_TLS' });
  });

  it('connects from the address and port that are given (TCC-6)', async () => {
    const server = await listening();
    const sourcePort = await freePort();
    const client = new TCPClient();
    const stream = await client.connect(HOST, server.port, { sourcePort });
    await echoOver(stream);
    expect(server.addresses).toEqual([[HOST, sourcePort]]);
    stream.close();
  });

  it('does not retry when it cannot bind (TCC-6)', async () => {
    const server = await listening();
    const resolver = new FixedResolver(
      { family: 4, host: HOST, port: server.port },
      { family: 4, host: HOST, port: server.port },
    );
    const connect = vi.spyOn(IOLoop.current().poller, 'connect');
    const options = { sourceIp: '192.0.2.1' }; // RFC 5737: nobody has it
    const connecting = new TCPClient({ resolver }).connect('example.com', 80, options);
    await expect(async () => await connecting).rejects.toMatchObject({
      realError: { code: 'ERR_ADDRESS_UNAVAILABLE' },
    });
    expect(connect).toHaveBeenCalledTimes(1);
    connect.mockRestore();
  });

  it('gives resolving, connecting and TLS one deadline (TCC-4)', async () => {
    const before = IOLoop.current();
    const clock = new VirtualClock({ autoJump: false });
    new IOLoop({ clock });
    const never: Resolver = { resolve: () => new Future(), close: () => undefined };
    const resolving = new TCPClient({ resolver: never }).connect('example.com', 80, {
      timeout: 1000,
    });
    resolving.addDoneCallback(() => undefined);
    await clock.advance(999);
    expect(resolving.done()).toBe(false);
    await clock.advance(1);
    expect(resolving.exception()).toBeInstanceOf(TimeoutError);
    before.makeCurrent();
  });

  it('closes what is under way when the time is over (TCC-4)', async () => {
    const server = await listening(); // plain: it never answers to a handshake
    const made = new Promise<IOStream>((resolve) => {
      server.handle = resolve;
    });
    const clock = new VirtualClock({ autoJump: false });
    const before = IOLoop.current();
    new IOLoop({ clock });
    const connecting = new TCPClient().connect(HOST, server.port, {
      sslOptions: TRUST,
      timeout: { at: 1000 },
    });
    connecting.addDoneCallback(() => undefined);
    const stream = await made;
    await stream.readBytes(1); // the client's handshake has begun
    await clock.advance(1000);
    expect(connecting.exception()).toBeInstanceOf(TimeoutError);
    await stream.readUntilClose();
    expect(stream.closed()).toBe(true);
    before.makeCurrent();
  });

  it('refuses what is no timeout: TypeError (TCC-4)', () => {
    const timeout = '1' as unknown as number;
    expect(() => new TCPClient().connect(HOST, 80, { timeout })).toThrow(TypeError);
    expect(() => new TCPClient().connect(HOST, 80, { timeout: NaN })).toThrow(TypeError);
  });

  it('gives up when it is cancelled', async () => {
    const server = await listening();
    const connecting = new TCPClient().connect(HOST, server.port, { sslOptions: TRUST });
    const made = new Promise<IOStream>((resolve) => {
      server.handle = resolve;
    });
    const stream = await made;
    connecting.cancel();
    await stream.readUntilClose();
    expect(stream.closed()).toBe(true);
  });

  it('passes the limit of the stream on, and closes only a resolver of its own', async () => {
    const server = await listening();
    const resolver = new FixedResolver({ family: 4, host: HOST, port: server.port });
    const client = new TCPClient({ resolver });
    const stream = await client.connect('x', 1, { maxBufferSize: 5000 });
    expect(stream.maxBufferSize).toBe(5000);
    stream.close();
    client.close();
    expect(resolver.close).not.toHaveBeenCalled();
    new TCPClient().close();
  });
});
