// The contract's part on listening and connecting.
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TransportError } from '../../transport-error.ts';
import { connectAddressOf, ECHO, turn } from './rig.ts';
import type { Check } from './check.ts';
import type { Recorder } from './recorder.ts';
import type { Rig } from './rig.ts';

/** Declares the tests. */
export function testConnecting(check: Check): void {
  testConnection(check);
  testSource(check);
  testManyConnections(check);
  testRefusals(check);
  testGivingUp(check);
  testListeners(check);
}

function testConnection(check: Check): void {
  check('tells both ends of the connection, first of all', async (rig) => {
    const { client, server } = await rig.pair();
    assert.deepEqual([client.events, server.events], [['made'], ['made']]);
  });

  check('picks a free port for port 0, and says which', async (rig) => {
    const first = await rig.listen();
    const second = await rig.listen();
    assert.ok(first.address.port > 0);
    assert.notEqual(first.address.port, second.address.port);
    assert.equal(first.address.host, '127.0.0.1');
  });

  check('listens on every interface without a host', async (rig) => {
    const listener = await rig.listen({}, { port: 0 });
    const client = rig.recorder();
    rig.poller.connect({ host: '127.0.0.1', port: listener.address.port }, {}, client);
    await client.heard('made');
  });

  check('knows both ends of a connection', async (rig) => {
    const { client, server } = await rig.pair();
    assert.deepEqual(client.transport.localAddress, server.transport.remoteAddress);
    assert.deepEqual(client.transport.remoteAddress, server.transport.localAddress);
    assert.equal(client.transport.remoteAddress.host, '127.0.0.1');
    assert.equal(client.transport.tls, null);
  });

  check("still knows the peer's address after the connection is lost", async (rig) => {
    const { client, server } = await rig.pair();
    const { port } = client.transport.localAddress;
    client.abort();
    await server.heard('lost');
    assert.equal(server.transport.remoteAddress.port, port);
  });
}

function testSource(check: Check): void {
  check('connects from the address and the port that are given', async (rig) => {
    const free = await rig.listen();
    await free.close();
    const source = { localAddress: '127.0.0.1', localPort: free.address.port };
    const { server } = await rig.pair({ connect: source });
    const { host, port } = server.transport.remoteAddress;
    assert.deepEqual([host, port], [source.localAddress, source.localPort]);
  });
}

function testManyConnections(check: Check): void {
  check('gives each of 100 connections a protocol of its own', async (rig) => {
    const servers: Recorder[] = [];
    const listener = await rig.listen({}, undefined, undefined, (one) => servers.push(one));
    const clients = Array.from({ length: 100 }, (_, at) =>
      rig.connect(listener, {
        made: (transport) => {
          transport.write(`client ${at}`);
        },
      }),
    );
    await Promise.all(clients.map((client) => client.heard('made')));
    while (servers.length < 100) await turn();
    await Promise.all(servers.map((server) => server.until(() => /\d/.test(server.text))));
    await Promise.all(
      servers.map((server) => {
        server.close();
        return server.lost();
      }),
    );
    const texts = new Set(servers.map(({ text }) => text));
    assert.deepEqual(texts, new Set(clients.map((_, at) => `client ${at}`)));
  });
}

function testRefusals(check: Check): void {
  check('refuses a name that somebody listens on: ERR_ADDRESS_IN_USE', async (rig) => {
    const { address } = await rig.listen();
    const second = rig.listen({}, { host: '127.0.0.1', port: address.port });
    await rejectsWith(second, 'ERR_ADDRESS_IN_USE');
  });

  check('refuses to listen on a port that is none: ERR_ADDRESS_INVALID', async (rig) => {
    await rejectsWith(rig.listen({}, { host: '127.0.0.1', port: 70_000 }), 'ERR_ADDRESS_INVALID');
  });

  check('refuses to listen on a descriptor that is none: ERR_ADDRESS_INVALID', async (rig) => {
    await rejectsWith(rig.listen({}, { fd: 12_345 }), 'ERR_ADDRESS_INVALID');
  });

  check('fails to connect to a port that is none: ERR_ADDRESS_INVALID', async (rig) => {
    const client = rig.recorder();
    rig.poller.connect({ host: '127.0.0.1', port: 70_000 }, {}, client);
    assert.equal(await client.lost(), 'ERR_ADDRESS_INVALID');
    assert.deepEqual(client.events, ['lost']);
  });

  check('fails to connect where nobody listens: connectionLost alone, later', async (rig) => {
    const listener = await rig.listen();
    await listener.close();
    const client = rig.connect(listener);
    assert.deepEqual(client.events, []);
    assert.equal(await client.lost(), 'ERR_CONNECTION_REFUSED');
    assert.deepEqual(client.events, ['lost']);
  });
}

function testGivingUp(check: Check): void {
  check('gives up an attempt: connectionLost alone, later', async (rig) => {
    const listener = await rig.listen();
    const client = rig.recorder();
    const attempt = rig.poller.connect(connectAddressOf(listener), {}, client);
    attempt.abort();
    attempt.abort();
    assert.deepEqual(client.events, []);
    assert.equal(await client.lost(), 'ERR_CONNECTION_ABORTED');
    assert.deepEqual(client.events, ['lost']);
  });

  check('does not mind giving up an attempt that has succeeded', async (rig) => {
    const listener = await rig.listen(ECHO);
    const client = rig.recorder();
    const attempt = rig.poller.connect(connectAddressOf(listener), {}, client);
    await client.heard('made');
    attempt.abort();
    client.write('still here');
    await client.until(() => client.text === 'still here');
  });
}

function testListeners(check: Check): void {
  check('keeps the connections of a listener that is closed, and accepts no more', async (rig) => {
    const { client, server } = await closedListenerPair(rig);
    client.write('hello');
    await server.until(() => server.text === 'hello');
  });

  check('can listen again on a name that was given up', async (rig) => {
    const first = await rig.listen();
    await Promise.all([first.close(), first.close()]);
    const again = await rig.listen({}, { host: '127.0.0.1', port: first.address.port });
    assert.equal(again.address.port, first.address.port);
  });

  check('drops a connection whose protocol cannot be made, and goes on', async (rig) => {
    let calls = 0;
    const listener = await rig.poller.listen({ host: '127.0.0.1', port: 0 }, {}, () => {
      if (++calls === 1) throw new Error('no protocol');
      return rig.recorder();
    });
    const unlucky = rig.connect(listener);
    await unlucky.heard('lost');
    await rig.connect(listener).heard('made');
    assert.equal(rig.takeExceptions().length, 1);
  });

  check('aborts everything when it is closed', async (rig) => {
    const { client, server } = await rig.pair();
    const pending = rig.connect(await rig.listen());
    rig.poller.close();
    for (const end of [client, server]) {
      const expected: unknown[] = ['ERR_CONNECTION_ABORTED', 'ERR_CONNECTION_RESET'];
      assert.ok(expected.includes(await end.lost()), `lost with ${String(await end.lost())}`);
    }
    await pending.heard('lost');
    await rejectsWith(rig.listen(), 'ERR_CONNECTION_ABORTED');
  });
}

async function closedListenerPair(rig: Rig): Promise<{ client: Recorder; server: Recorder }> {
  const servers: Recorder[] = [];
  const listener = await rig.listen({}, undefined, undefined, (one) => servers.push(one));
  const client = rig.connect(listener);
  await client.heard('made');
  while (servers.length === 0) await turn();
  await listener.close();
  const [server] = servers;
  assert.ok(server !== undefined);
  assert.equal(await rig.connect(listener).lost(), 'ERR_CONNECTION_REFUSED');
  return { client, server };
}

/** Declares the tests of unix sockets; `cannot` is why they are skipped. */
export function testUnixSockets(check: Check, cannot: string | null): void {
  let made = 0;
  const somePath = (): string => join(tmpdir(), `typhoon-poller-${process.pid}-${made++}.sock`);

  check(
    'talks over a unix socket, and knows its path',
    async (rig) => {
      const path = somePath();
      const { client, server } = await rig.pair({ address: { path } });
      assert.deepEqual(client.transport.remoteAddress, { host: '', port: 0, path });
      assert.deepEqual(server.transport.localAddress, { host: '', port: 0, path });
      assert.deepEqual(server.transport.remoteAddress, { host: '', port: 0, path: '' });
      client.transport.setNoDelay(true);
      client.write('hello');
      client.end();
      assert.equal(await server.lost(), null);
      assert.equal(server.text, 'hello');
    },
    cannot,
  );

  check(
    'aborts a unix socket',
    async (rig) => {
      const { client, server } = await rig.pair({ address: { path: somePath() } });
      client.abort();
      assert.equal(await client.lost(), 'ERR_CONNECTION_ABORTED');
      await server.heard('lost');
    },
    cannot,
  );

  check(
    'refuses a path that somebody listens on: ERR_ADDRESS_IN_USE',
    async (rig) => {
      const path = somePath();
      await rig.listen({}, { path });
      await rejectsWith(rig.listen({}, { path }), 'ERR_ADDRESS_IN_USE');
    },
    cannot,
  );

  check(
    'fails to connect to a path where nobody listens: ERR_CONNECTION_REFUSED',
    async (rig) => {
      const client = rig.recorder();
      rig.poller.connect({ path: somePath() }, {}, client);
      assert.equal(await client.lost(), 'ERR_CONNECTION_REFUSED');
    },
    cannot,
  );
}

/** Declares the tests of IPv6; `cannot` is why they are skipped. */
export function testIpv6(check: Check, cannot: string | null): void {
  check(
    'talks over IPv6',
    async (rig) => {
      const { client, server } = await rig.pair({ address: { host: '::1', port: 0 } });
      assert.equal(client.transport.remoteAddress.host, '::1');
      assert.equal(server.transport.remoteAddress.host, '::1');
    },
    cannot,
  );
}

async function rejectsWith(promise: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof TransportError, String(error));
    assert.equal(error.code, code);
    return true;
  });
}
