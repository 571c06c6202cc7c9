// The contract's part on what becomes of the bytes that a protocol writes.
import assert from 'node:assert/strict';
import { DEAF, fill, pattern, turn } from './rig.ts';
import type { Check } from './check.ts';

const LARGE_BYTES = 4 << 20;

/** Declares the tests. */
export function testWriting(check: Check): void {
  testOrder(check);
  testOddWrites(check);
  testBackpressure(check);
  testProgress(check);
  testStubbornWriters(check);
}

function testOrder(check: Check): void {
  check(
    'sends text, Latin-1 text and bytes in the order in which they were written',
    async (rig) => {
      const { client, server } = await rig.pair();
      client.writeLatin1('\xe9');
      client.write(Uint8Array.of(1, 2));
      client.writeLatin1('\xff');
      client.writeLatin1('a');
      client.write('é€');
      client.write(Buffer.from('z'));
      const expected = Buffer.from([0xe9, 1, 2, 0xff, 0x61, ...Buffer.from('é€'), 0x7a]);
      await server.until(() => server.size === expected.length);
      assert.ok(server.bytes.equals(expected));
    },
  );

  check('sends what is written from inside connectionMade and dataReceived', async (rig) => {
    const { client } = await rig.pair({
      client: {
        made: (transport) => {
          transport.write('hello');
        },
      },
      server: {
        data: (bytes, transport) => {
          transport.write(`${bytes.toString()} yourself`);
        },
      },
    });
    await client.until(() => client.text === 'hello yourself');
  });

  check('sends what the ready queue writes at the end of an event', async (rig) => {
    const { client } = await rig.pair({
      client: {
        made: (transport) => {
          transport.write('now');
        },
      },
      server: {
        data: (bytes, transport) => {
          transport.write(bytes);
          rig.loop.schedule(() => {
            transport.write(', then');
          }, null);
        },
      },
    });
    await client.until(() => client.text === 'now, then');
  });
}

function testOddWrites(check: Check): void {
  check('sends many small writes as they came', async (rig) => {
    const { client, server } = await rig.pair();
    const bytes = pattern(20_000);
    client.act((transport) => {
      for (let at = 0; at < bytes.length; at += 10) transport.write(bytes.subarray(at, at + 10));
    });
    await server.until(() => server.size === bytes.length);
    assert.ok(server.bytes.equals(bytes));
  });

  check('sends nothing for nothing', async (rig) => {
    const { client, server } = await rig.pair();
    client.act((transport) => {
      transport.write('');
      transport.write(new Uint8Array());
      transport.writeLatin1('');
      assert.equal(transport.bufferedAmount, 0);
      transport.end();
    });
    await server.heard('lost');
    assert.deepEqual(server.events, ['made', 'eof', 'lost']);
  });

  check('refuses to write what is neither bytes nor text: TypeError', async (rig) => {
    const { client } = await rig.pair();
    const noBytes: unknown = 5;
    assert.throws(() => {
      client.transport.write(noBytes as string);
    }, TypeError);
    assert.equal(client.transport.isClosing, false);
  });

  check('counts what is buffered', async (rig) => {
    const { client } = await rig.pair({ server: DEAF });
    client.act((transport) => {
      transport.write('12345');
      transport.writeLatin1('678');
      assert.equal(transport.bufferedAmount, 8);
    });
    await client.until(() => client.transport.bufferedAmount <= 8);
    const total = await fill(client);
    const { bufferedAmount } = client.transport;
    assert.ok(bufferedAmount > 65_536 && bufferedAmount <= total, `buffered: ${bufferedAmount}`);
  });
}

function testBackpressure(check: Check): void {
  check('pauses the writer above the high water mark, and resumes at the low one', async (rig) => {
    const { client, server } = await rig.pair({ server: DEAF });
    const total = await fill(client);
    assert.equal(client.events.at(-1), 'pause');
    client.write(pattern(LARGE_BYTES));
    server.resumeReading();
    await client.heard('resume');
    assert.ok(client.bufferedAtResume <= 16_384, `resumed at ${client.bufferedAtResume}`);
    await server.until(() => server.size === total + LARGE_BYTES);
  });

  check('does not pause a writer whom the peer keeps up with', async (rig) => {
    const { client, server } = await rig.pair();
    for (let round = 1; round <= 20; round++) {
      client.write(pattern(10_000));
      await server.until(() => server.size === round * 10_000);
    }
    assert.deepEqual(client.events, ['made']);
  });

  check('takes other water marks, and refuses impossible ones', async (rig) => {
    const { client } = await rig.pair({ server: DEAF });
    client.act((transport) => {
      assert.throws(() => {
        transport.setWriteLimits(10, 20);
      }, RangeError);
      transport.setWriteLimits(2 ** 28, 0);
      transport.write(Buffer.alloc(2 ** 24));
    });
    for (let n = 0; n < 5; n++) await turn();
    assert.deepEqual(client.events, ['made']);
    client.transport.setWriteLimits(1000, 100);
    client.write('x');
    await client.heard('pause');
  });
}

function testProgress(check: Check): void {
  check('has less to send with all that the peer takes of one large write', async (rig) => {
    const { client, server } = await rig.pair({ server: DEAF });
    const bytes = pattern(4 * LARGE_BYTES);
    client.write(bytes);
    await client.heard('pause');
    const amounts = new Set<number>();
    while (server.size < bytes.length) {
      server.resumeReading();
      const { size } = server;
      await server.until(() => server.size > size);
      server.transport.pauseReading();
      await turn();
      amounts.add(client.transport.bufferedAmount);
    }
    assert.ok(amounts.size >= 4, `${amounts.size} different amounts`);
    assert.ok(server.bytes.equals(bytes));
  });

  check('sends all of a large write before it closes', async (rig) => {
    const { client, server } = await rig.pair();
    const bytes = pattern(LARGE_BYTES);
    client.act((transport) => {
      transport.write(bytes);
      transport.writeLatin1('end');
      transport.close();
    });
    await server.heard('lost');
    assert.equal(server.size, bytes.length + 3);
    assert.ok(server.bytes.subarray(0, -3).equals(bytes));
  });
}

function testStubbornWriters(check: Check): void {
  check('resumes a writer who did not stop when told to', async (rig) => {
    const { client, server } = await rig.pair({ server: DEAF });
    const total = await fill(client);
    client.transport.setWriteLimits(2 ** 28, 0);
    client.write(pattern(LARGE_BYTES));
    server.resumeReading();
    await client.heard('resume');
    await server.until(() => server.size === total + LARGE_BYTES);
  });

  check('keeps the order across a pause', async (rig) => {
    const { client, server } = await rig.pair({ server: DEAF });
    const total = await fill(client);
    client.write('the ');
    client.writeLatin1('end');
    server.resumeReading();
    await server.until(() => server.size === total + 7);
    assert.equal(server.bytes.subarray(total).toString(), 'the end');
  });
}
