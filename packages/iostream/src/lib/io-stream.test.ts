import { constants } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { IOLoop, TransportError } from '@typhoon/ioloop';
import { testCertificate } from '@typhoon/ioloop/testing';
import { genLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { bindSockets } from './bind-sockets.ts';
import { addAcceptHandler } from './bound-socket.ts';
import { IOStream, SSLIOStream } from './io-stream.ts';
import { StreamClosedError } from './stream-error.ts';
import { memoryPlainPair, memoryStreamPair } from './testing/memory-stream-pair.ts';
import { SslContext, sslOptionsToContext } from './tls-options.ts';
import type { Transport } from '@typhoon/ioloop';
import type { BoundSocket } from './bound-socket.ts';

const SERVER = { sslOptions: new SslContext(testCertificate) };
const CLIENT = {
  sslOptions: new SslContext({ ca: testCertificate.cert }),
  serverHostname: 'localhost',
};

const open: BoundSocket[] = [];

afterEach(async () => {
  for (const socket of open.splice(0)) await socket.close();
});

/** Where a server listens that gives each connection to `accept`. */
async function serve(accept: (transport: Transport) => unknown): Promise<[string, number]> {
  const [socket] = await bindSockets(0, { address: '127.0.0.1' });
  if (socket === undefined) throw new Error('no socket');
  open.push(socket);
  addAcceptHandler(socket, accept);
  return ['127.0.0.1', socket.address.port];
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('connecting', () => {
  it('sends what was written before, after it says that it is connected (IOS-18)', async () => {
    const received = new Promise<string>((resolve) => {
      void serve((transport) => {
        void new IOStream(transport).readUntil('\n').then((line) => {
          resolve(line.toString());
        });
      }).then((address) => {
        const stream = new IOStream();
        const order: string[] = [];
        stream.connect(address).addDoneCallback(() => order.push('connected'));
        stream.write('hello\n').addDoneCallback(() => {
          expect(order).toEqual(['connected']);
        });
      });
    });
    expect(await received).toBe('hello\n');
  });

  it('fails where nobody listens, and keeps the reason (IOS-5, 27)', async () => {
    const address = await serve(() => undefined);
    await open[0]?.close();
    const stream = new IOStream();
    const connecting = stream.connect(address);
    const pending = [connecting, stream.readBytes(1), stream.write('x')];
    for (const one of pending) {
      const error: unknown = await Promise.resolve(one).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(StreamClosedError);
      expect(error).toMatchObject({ realError: { code: 'ERR_CONNECTION_REFUSED' } });
    }
    expect(stream.error).toBeInstanceOf(TransportError);
  });

  it('fails for a name that does not exist (IOS-27)', async () => {
    const stream = new IOStream();
    await expect(
      async () => await stream.connect(['no-such-host.invalid', 80]),
    ).rejects.toMatchObject({
      realError: { code: 'ERR_NAME_NOT_RESOLVED' },
    });
  });

  it('warns of a refused connection that nobody waits for (IOS-46)', async () => {
    const address = await serve(() => undefined);
    await open[0]?.close();
    const stream = new IOStream();
    await new ExpectLog(genLog, 'Connect error: ', { level: 'warning' }).run(
      () =>
        new Promise<void>((resolve) => {
          stream.setCloseCallback(resolve);
          void stream.connect(address);
        }),
    );
  });

  it('gives up an attempt that is cancelled', async () => {
    const stream = new IOStream();
    const connecting = stream.connect(['127.0.0.1', 1]);
    connecting.cancel();
    expect(stream.closed()).toBe(true);
    await turn();
    expect(connecting.cancelled()).toBe(true);
  });

  it('connects to an encrypted server, and is done after the handshake, with itself (IOS-45)', async () => {
    const address = await serve(
      (transport) => new SSLIOStream(transport, { ...SERVER, serverSide: true }),
    );
    const stream = new SSLIOStream(null, CLIENT);
    expect(await stream.connect(address)).toBe(stream);
    expect(stream.transport?.tls?.isAuthorized).toBe(true);
    stream.close();
  });
});

describe('startTls', () => {
  it('encrypts an idle stream, and takes limits and close callback along (IOS-28)', async () => {
    const [left, right] = memoryStreamPair({ maxBufferSize: 5000, readChunkSize: 100 });
    const told = new Promise<void>((resolve) => {
      left.setCloseCallback(resolve);
    });
    void left.write('go ahead\n'); // not sent yet, and no obstacle
    expect((await right.readUntil('\n')).toString()).toBe('go ahead\n');
    const [server, client] = await Promise.all([
      left.startTls(true, SERVER),
      right.startTls(false, CLIENT),
    ]);
    expect(server).toMatchObject({ maxBufferSize: 5000, readChunkSize: 100 });
    expect(left.closed()).toBe(true);
    void client.write('secret\n');
    expect((await server.readUntil('\n')).toString()).toBe('secret\n');
    client.close();
    await told;
  });

  it('refuses a stream that is not idle (IOS-28)', async () => {
    const notIdle = expect.objectContaining({
      code: 'ERR_NOT_IDLE',
      message: 'IOStream is not idle; cannot convert to SSL',
    }) as Error;
    const [reading, full] = memoryStreamPair();
    void reading.readBytes(2);
    expect(() => reading.startTls(true, SERVER)).toThrow(notIdle);
    await Promise.all([full.readBytes(1), reading.write('more than one')]);
    expect(() => full.startTls(false, CLIENT)).toThrow(notIdle);
    const [blocked] = memoryStreamPair();
    await turn();
    void blocked.write(Buffer.alloc(200_000));
    await turn();
    expect(() => blocked.startTls(false, CLIENT)).toThrow(notIdle);
  });

  it("fails with TLS's own error, and logs one line (IOS-29, 31)", async () => {
    const [left, right] = memoryStreamPair();
    const log = new ExpectLog(genLog, 'SSL Error on ', { level: 'warning' });
    await log.run(async () => {
      const server = left.startTls(true, SERVER);
      server.addDoneCallback(() => undefined);
      const refusing = right.startTls(false, { ...CLIENT, serverHostname: 'example.com' });
      await expect(async () => await refusing).rejects.toMatchObject({
        name: 'TransportError',
        code: 'ERR_TLS',
      });
    });
    expect(log.loggedStack).toBe(false);
  });

  it('closes quietly when the peer leaves during the handshake (IOS-31)', async () => {
    const [left, right] = memoryStreamPair();
    const log = new ExpectLog(genLog, '', { required: false });
    await log.run(async () => {
      const encrypting = left.startTls(true, SERVER);
      right.close();
      await expect(async () => await encrypting).rejects.toMatchObject({
        code: 'ERR_CONNECTION_RESET',
      });
    });
    expect(log.matched).toBe(false);
  });

  it('closes the connection when it is cancelled', async () => {
    const [left, right] = memoryStreamPair();
    left.startTls(true, SERVER).cancel();
    expect((await right.readUntilClose()).length).toBe(0);
  });
});

describe('TLS', () => {
  it('trusts nobody unknown by default, and asks the client for nothing (IOS-30)', async () => {
    const [left, right] = memoryStreamPair();
    const server = left.startTls(true, SERVER);
    server.addDoneCallback(() => undefined);
    using _log = new ExpectLog(genLog, 'SSL Error on ');
    await expect(
      async () => await right.startTls(false, { serverHostname: 'localhost' }),
    ).rejects.toMatchObject({ code: 'ERR_TLS' });
    const [again, client] = memoryStreamPair();
    const [encrypted] = await Promise.all([
      again.startTls(true, SERVER),
      client.startTls(false, CLIENT),
    ]);
    expect(encrypted.transport?.tls?.peerCertificate()).toBeNull();
  });

  it('turns compression off (IOS-30)', () => {
    const { secureOptions = 0 } = sslOptionsToContext({}).options;
    expect(secureOptions & constants.SSL_OP_NO_COMPRESSION).toBe(constants.SSL_OP_NO_COMPRESSION);
  });

  it('compares the name that is given, else the address (IOS-33)', async () => {
    const { sslOptions } = CLIENT;
    for (const [options, isGood] of [
      [CLIENT, true],
      [{ sslOptions }, true], // 127.0.0.1 is in the certificate
      [{ sslOptions, serverHostname: 'example.com' }, false],
      [
        {
          sslOptions: new SslContext({ rejectUnauthorized: false }),
          serverHostname: 'example.com',
        },
        true,
      ],
    ] as const) {
      const [left, right] = memoryStreamPair();
      const log = new ExpectLog(genLog, 'SSL Error on ', { required: !isGood });
      left.startTls(true, SERVER).addDoneCallback(() => undefined);
      await log.run(async () => {
        const outcome = await Promise.resolve(right.startTls(false, options)).catch(() => null);
        expect(outcome !== null).toBe(isGood);
      });
    }
  });

  it('begins the handshake of a connection that is there in the next turn (IOS-44)', async () => {
    const [left, right] = memoryPlainPair({});
    const server = new SSLIOStream(left, { ...SERVER, serverSide: true });
    expect(server.reading()).toBe(false);
    await turn();
    expect(server.reading()).toBe(true); // the handshake wants input (IOS-40)
    const client = new SSLIOStream(right, CLIENT);
    await Promise.all([server.waitForHandshake(), client.waitForHandshake()]);
    expect(server.reading()).toBe(false);
  });

  it('lets one wait for the handshake, and knows nothing of the peer before (IOS-32)', async () => {
    const [left, right] = memoryPlainPair({});
    const server = new SSLIOStream(left, { ...SERVER, serverSide: true });
    const waiting = server.waitForHandshake();
    expect(() => server.waitForHandshake()).toThrow(
      expect.objectContaining({ code: 'ERR_ALREADY_WAITING', message: 'Already waiting' }),
    );
    expect(server.transport?.tls ?? null).toBeNull();
    new SSLIOStream(right, CLIENT);
    await waiting;
    expect(server.waitForHandshake().done()).toBe(true);
    expect(server.transport?.tls).not.toBeNull();
  });

  it('warns of somebody who talks no TLS, in one line (IOS-31)', async () => {
    const log = new ExpectLog(genLog, 'SSL Error on ', { level: 'warning' });
    await log.run(async () => {
      const [host, port] = await serve(
        (transport) => new SSLIOStream(transport, { ...SERVER, serverSide: true }),
      );
      const socket = connectSocket(port, host);
      socket.write('GET / HTTP/1.0\r\n\r\n');
      await new Promise((resolve) =>
        socket
          .once('close', resolve)
          .on('error', () => undefined)
          .resume(),
      );
    });
    expect(log.loggedStack).toBe(false);
  });

  it('closes before and during the handshake', async () => {
    for (const turnsBefore of [0, 2]) {
      const [left, right] = memoryPlainPair({});
      const server = new SSLIOStream(left, { ...SERVER, serverSide: true });
      for (let done = 0; done < turnsBefore; done++) await turn();
      server.close();
      const plain = new IOStream(right);
      await Promise.resolve(plain.readUntilClose());
      expect(plain.closed()).toBe(true);
    }
  });

  it('lives on the loop that made it', () => {
    expect(new IOStream().ioLoop).toBe(IOLoop.current());
  });
});
