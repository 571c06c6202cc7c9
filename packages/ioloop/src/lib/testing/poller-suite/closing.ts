// The contract's part on the ways a connection ends.
import assert from 'node:assert/strict';
import { TransportError } from '../../transport-error.ts';
import { DEAF, fill, HALF_OPEN, pattern, turn } from './rig.ts';
import type { Transport } from '../../poller.ts';
import type { Check } from './check.ts';

const LARGE_BYTES = 4 << 20;

/** Declares the tests. */
export function testClosing(check: Check): void {
  testHalfClose(check);
  testClose(check);
  testEarlyClose(check);
  testAbort(check);
  testAbortInTheMiddle(check);

  check('refuses to write after the end: ERR_TRANSPORT_CLOSED', async (rig) => {
    const enders: ((transport: Transport) => void)[] = [
      (transport) => {
        transport.end();
      },
      (transport) => {
        transport.close();
      },
      (transport) => {
        transport.abort();
      },
    ];
    for (const end of enders) {
      const { client } = await rig.pair();
      client.act((transport) => {
        assert.equal(transport.isClosing, false);
        end(transport);
        assert.equal(transport.isClosing, true);
        refusesToWrite(transport);
      });
      await client.heard('lost');
      refusesToWrite(client.transport);
    }
  });
}

function testHalfClose(check: Check): void {
  check('ends our half and goes on reading', async (rig) => {
    const { client, server } = await rig.pair({
      server: {
        eof: (transport) => {
          transport.write('answer');
          return true;
        },
      },
    });
    client.write('question');
    client.end();
    client.end();
    await client.until(() => client.text === 'answer');
    assert.equal(server.text, 'question');
    server.end();
    assert.deepEqual([await client.lost(), await server.lost()], [null, null]);
    assert.deepEqual(client.events, ['made', 'data', 'eof', 'lost']);
    assert.deepEqual(server.events, ['made', 'data', 'eof', 'lost']);
  });

  check('closes at the end of the other half unless told to keep ours', async (rig) => {
    const { client, server } = await rig.pair({
      server: {
        eof: (transport) => {
          transport.write('good bye');
          return undefined;
        },
      },
    });
    client.end();
    assert.deepEqual([await client.lost(), await server.lost()], [null, null]);
    assert.equal(client.text, 'good bye');
  });

  check('sends all that is buffered before it ends its half', async (rig) => {
    const { client, server } = await rig.pair();
    const bytes = pattern(LARGE_BYTES);
    client.write(bytes);
    client.end();
    await server.heard('eof');
    assert.ok(server.bytes.equals(bytes));
  });

  check('lets both ends end their halves at the same time', async (rig) => {
    const { client, server } = await rig.pair({ client: HALF_OPEN, server: HALF_OPEN });
    client.end();
    server.end();
    assert.deepEqual([await client.lost(), await server.lost()], [null, null]);
    assert.deepEqual(client.events, ['made', 'eof', 'lost']);
  });
}

function testClose(check: Check): void {
  check('closes: connectionLost(null) for both, later', async (rig) => {
    const { client, server } = await rig.pair();
    client.close();
    client.close();
    assert.deepEqual(client.events, ['made']);
    assert.deepEqual([await client.lost(), await server.lost()], [null, null]);
    assert.deepEqual(server.events, ['made', 'eof', 'lost']);
  });

  check('sends all that is buffered before it closes', async (rig) => {
    const { client, server } = await rig.pair();
    const bytes = pattern(LARGE_BYTES);
    client.write(bytes);
    client.writeLatin1('end');
    client.close();
    assert.deepEqual([await client.lost(), await server.lost()], [null, null]);
    assert.ok(server.bytes.equals(Buffer.concat([bytes, Buffer.from('end')])));
  });
}

function testEarlyClose(check: Check): void {
  check('closes from inside connectionMade', async (rig) => {
    const { client, server } = await rig.pair({
      server: {
        made: (transport) => {
          transport.write('no');
          transport.close();
        },
      },
    });
    assert.deepEqual([await client.lost(), await server.lost()], [null, null]);
    assert.equal(client.text, 'no');
  });

  check('tells nothing more of what comes once it closes', async (rig) => {
    const { client, server } = await rig.pair({ client: DEAF });
    await fill(server);
    server.close(); // cannot be done before the client reads
    client.write('too late');
    client.end();
    for (let n = 0; n < 10; n++) await turn();
    assert.deepEqual(server.events, ['made', 'pause']);
    client.resumeReading();
    await Promise.all([client.heard('lost'), server.heard('lost')]);
    assert.equal(server.size, 0);
  });

  check('closes from inside dataReceived', async (rig) => {
    const { client, server } = await rig.pair({
      server: {
        data: (_, transport) => {
          transport.write('enough');
          transport.close();
        },
      },
    });
    client.write('x');
    assert.deepEqual([await client.lost(), await server.lost()], [null, null]);
    assert.equal(client.text, 'enough');
  });

  check('closes after the half-close of our own side', async (rig) => {
    const { client, server } = await rig.pair({ server: HALF_OPEN });
    client.write('x');
    client.end();
    await server.heard('eof');
    client.close();
    assert.equal(await client.lost(), null);
    server.close();
    await server.heard('lost');
  });
}

function testAbort(check: Check): void {
  check('aborts: our end gets the reason, the other ERR_CONNECTION_RESET', async (rig) => {
    const { client, server } = await rig.pair();
    const reason = new TransportError('ERR_CONNECTION_TIMED_OUT', 'enough');
    client.abort(reason);
    client.abort();
    client.close();
    assert.deepEqual(client.events, ['made']);
    await client.heard('lost');
    assert.equal(client.error, reason);
    assert.equal(await server.lost(), 'ERR_CONNECTION_RESET');
  });

  check('aborts without a reason: ERR_CONNECTION_ABORTED', async (rig) => {
    const { client } = await rig.pair();
    client.abort();
    assert.equal(await client.lost(), 'ERR_CONNECTION_ABORTED');
  });

  check('drops what is buffered when it aborts', async (rig) => {
    const { client, server } = await rig.pair({ server: DEAF });
    const total = await fill(client);
    client.act((transport) => {
      transport.abort();
      assert.equal(transport.bufferedAmount, 0);
    });
    server.resumeReading();
    await server.heard('lost');
    assert.ok(server.size < total);
  });
}

function testAbortInTheMiddle(check: Check): void {
  check('aborts a close that nobody reads to its end', async (rig) => {
    const { client, server } = await rig.pair({ server: DEAF });
    await fill(client);
    client.close();
    for (let n = 0; n < 5; n++) await turn();
    assert.equal(client.isLost, false);
    client.abort();
    assert.equal(await client.lost(), 'ERR_CONNECTION_ABORTED');
    server.resumeReading();
    await server.heard('lost');
  });

  for (const method of ['end', 'close'] as const) {
    check(`aborts while what ${method} began is under way`, async (rig) => {
      const { client } = await rig.pair({ server: HALF_OPEN });
      client[method]();
      await Promise.resolve().then(() => undefined); // the flush is over, what it asked of the kernel is not
      client.abort();
      // A close may have been complete by then, where the other end is no kernel away.
      const reasons = ['ERR_CONNECTION_ABORTED', method === 'close' ? null : ''];
      assert.ok(reasons.includes(await client.lost()));
    });
  }

  check('aborts from inside dataReceived', async (rig) => {
    const { client, server } = await rig.pair({
      server: {
        data: (_, transport) => {
          transport.abort();
        },
      },
    });
    client.write('x');
    assert.equal(await server.lost(), 'ERR_CONNECTION_ABORTED');
    assert.equal(await client.lost(), 'ERR_CONNECTION_RESET');
  });

  check('tells a writer that the peer is gone', async (rig) => {
    const { client, server } = await rig.pair({ client: HALF_OPEN });
    server.close();
    await Promise.all([server.heard('lost'), client.heard('eof')]);
    while (!client.isLost) {
      client.act((transport) => {
        if (!transport.isClosing) transport.write('x');
      });
      await turn();
    }
    assert.equal(client.error?.code, 'ERR_CONNECTION_RESET');
  });
}

function refusesToWrite(transport: Transport): void {
  assert.throws(
    () => {
      transport.write('x');
    },
    { name: 'TransportError', code: 'ERR_TRANSPORT_CLOSED' },
  );
  assert.throws(
    () => {
      transport.writeLatin1('x');
    },
    { name: 'TransportError', code: 'ERR_TRANSPORT_CLOSED' },
  );
}
