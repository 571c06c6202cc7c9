import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { genLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IOLoop } from './ioloop.ts';
import { NetPoller } from './net-poller.ts';
import { testPoller } from './testing/poller-suite.ts';
import { testCertificate } from './testing/test-certificate.ts';
import type { Protocol, Transport } from './poller.ts';
import type { LogRecord } from '@typhoon/log';

/** The suite's clients refuse certificates; that the server logs it is tested below. */
const isNoHandshake = ({ message }: LogRecord): boolean => !message.startsWith('TLS handshake');

const LIMITS = { handlers: 'node:net watches no raw descriptors' };

describe('the contract', () => {
  beforeAll(() => {
    genLog.addFilter(isNoHandshake);
  });

  afterAll(() => {
    genLog.removeFilter(isNoHandshake);
  });

  testPoller('net', (loop) => new NetPoller(loop), { describe, it }, LIMITS);
});

const QUIET: Protocol = {
  connectionMade: () => undefined,
  dataReceived: () => undefined,
  connectionLost: () => undefined,
};

/** A loop with this poller, whatever others there are. */
function netLoop(): IOLoop {
  return new IOLoop({ poller: (host) => new NetPoller(host) });
}

describe('NetPoller', () => {
  it('sends what one event writes as one packet', async () => {
    const loop = netLoop();
    const listener = await loop.poller.listen({ host: '127.0.0.1', port: 0 }, {}, () => ({
      ...QUIET,
      connectionMade: (transport) => {
        for (const part of ['a', 'b', 'c']) transport.write(part);
        loop.schedule(() => {
          transport.writeLatin1('d');
        }, null);
      },
    }));
    const socket = connect(listener.address.port, '127.0.0.1');
    const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(first.toString()).toBe('abcd');
    socket.destroy();
    loop.close();
  });

  it('fails to connect to a name that does not exist: ERR_NAME_NOT_RESOLVED', async () => {
    const loop = netLoop();
    const error = await new Promise((resolve) => {
      const address = { host: 'no-such-host.invalid', port: 80 };
      loop.poller.connect(address, {}, { ...QUIET, connectionLost: resolve });
    });
    expect(error).toMatchObject({ code: 'ERR_NAME_NOT_RESOLVED' });
    loop.close();
  });

  it('logs one line when a plain client talks to a TLS port', async () => {
    const loop = netLoop();
    const tls = testCertificate;
    const listener = await loop.poller.listen({ host: '127.0.0.1', port: 0 }, { tls }, () => QUIET);
    const log = new ExpectLog(genLog, 'TLS handshake failed: ', { level: 'warning' });
    await log.run(async () => {
      const socket = connect(listener.address.port, '127.0.0.1');
      socket.write('GET / HTTP/1.0\r\n\r\n');
      await new Promise((resolve) => socket.once('close', resolve).resume());
    });
    expect(log.loggedStack).toBe(false);
    loop.close();
  });

  it('refuses a certificate that is none: ERR_TLS', async () => {
    const loop = netLoop();
    const tls = { cert: 'nonsense', key: 'nonsense' };
    const listening = loop.poller.listen({ host: '127.0.0.1', port: 0 }, { tls }, () => QUIET);
    await expect(listening).rejects.toMatchObject({ code: 'ERR_TLS' });
    loop.close();
  });

  it('asks before each handshake, with how many are under way, and closes whom nobody wants', async () => {
    const loop = netLoop();
    const asked: number[] = [];
    const admitsHandshake = (underWay: number): boolean => {
      asked.push(underWay);
      return underWay === 0;
    };
    const options = { tls: testCertificate, admitsHandshake };
    const made: Transport[] = [];
    const protocol = { ...QUIET, connectionMade: (one: Transport) => made.push(one) };
    const listener = await loop.poller.listen(
      { host: '127.0.0.1', port: 0 },
      options,
      () => protocol,
    );
    const { port } = listener.address;
    const secure = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    secure.on('error', () => undefined);
    await new Promise((resolve) => secure.once('secureConnect', resolve));
    while (made.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const silent = connect(port, '127.0.0.1').on('error', () => undefined);
    await new Promise((resolve) => silent.once('connect', resolve));
    const unwanted = connect(port, '127.0.0.1').on('error', () => undefined);
    await new Promise((resolve) => unwanted.once('close', resolve).resume());
    expect(asked).toEqual([0, 0, 1]);
    expect(silent.destroyed).toBe(false);
    silent.destroy();
    secure.destroy();
    loop.close();
  });

  it('ends a handshake under way when it is closed', async () => {
    const loop = netLoop();
    const tls = testCertificate;
    const listener = await loop.poller.listen({ host: '127.0.0.1', port: 0 }, { tls }, () => QUIET);
    const socket = connect(listener.address.port, '127.0.0.1'); // says nothing
    await new Promise((resolve) => socket.once('connect', resolve));
    await new Promise((resolve) => setImmediate(resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve).resume());
    loop.close();
    await closed;
  });

  it('shares a port where Node.js can, and says so where it cannot: ERR_UNSUPPORTED', async () => {
    const loop = netLoop();
    const options = { reusePort: true };
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const first = loop.poller.listen({ host: '127.0.0.1', port: 0 }, options, () => QUIET);
    if (major < 22 || (major === 22 && minor < 12)) {
      await expect(first).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    } else {
      const { port } = (await first).address;
      await loop.poller.listen({ host: '127.0.0.1', port }, options, () => QUIET);
    }
    loop.close();
  });
});
