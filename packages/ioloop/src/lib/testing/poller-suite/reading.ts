// The contract's part on what a protocol is told of the bytes that come.
import assert from 'node:assert/strict';
import { pattern, turn } from './rig.ts';
import type { Protocol, Transport } from '../../poller.ts';
import type { Check } from './check.ts';

const LARGE_BYTES = 4 << 20;

/** Declares the tests. */
export function testReading(check: Check): void {
  testDelivery(check);
  testUnread(check);
  testPausing(check);
  testSetProtocol(check);
}

function testDelivery(check: Check): void {
  check('delivers all bytes in order, however many', async (rig) => {
    const { client, server } = await rig.pair();
    const bytes = pattern(LARGE_BYTES);
    client.write(bytes);
    await server.until(() => server.size === LARGE_BYTES);
    assert.ok(server.bytes.equals(bytes));
  });

  check('delivers nothing while reading is paused, and all of it afterwards', async (rig) => {
    const { client, server } = await rig.pair({ server: { made: pauseTwice } });
    client.write('hello');
    for (let n = 0; n < 10; n++) await turn();
    assert.deepEqual(server.events, ['made']);
    server.resumeReading();
    server.resumeReading();
    await server.until(() => server.text === 'hello');
  });

  check('can pause from inside dataReceived, again and again', async (rig) => {
    const { client, server } = await rig.pair({
      server: {
        data: (_, transport) => {
          transport.pauseReading();
          rig.loop.addCallback(() => {
            transport.resumeReading();
          });
        },
      },
    });
    const bytes = pattern(1 << 20);
    client.write(bytes);
    await server.until(() => server.size === bytes.length);
    assert.ok(server.bytes.equals(bytes));
  });
}

function testUnread(check: Check): void {
  check('delivers again, and first, what is given back', async (rig) => {
    let isFirst = true;
    const { client, server } = await rig.pair({
      server: {
        data: (bytes, transport) => {
          if (!isFirst) return;
          isFirst = false;
          transport.pauseReading();
          transport.unread(Buffer.from(bytes.subarray(2)));
          transport.unread(Buffer.from('<'));
          setImmediate(() => {
            transport.resumeReading();
          });
        },
      },
    });
    client.write('hello');
    await server.until(() => server.size > 0);
    client.write(', all');
    client.end();
    await server.heard('lost');
    assert.equal(server.text, 'hello<llo, all');
  });

  check('delivers what is given back though reading was not paused', async (rig) => {
    let isFirst = true;
    const { client, server } = await rig.pair({
      server: {
        data: (bytes, transport) => {
          if (isFirst) transport.unread(Buffer.from(bytes));
          isFirst = false;
        },
      },
    });
    client.write('hello');
    await server.until(() => server.text === 'hellohello');
  });
}

function testPausing(check: Check): void {
  check('does not tell a paused reader of the end before it has the bytes', async (rig) => {
    const { client, server } = await rig.pair({ server: { made: pauseTwice } });
    client.write('the last');
    client.end();
    for (let n = 0; n < 10; n++) await turn();
    assert.deepEqual(server.events, ['made']);
    server.resumeReading();
    await server.heard('lost');
    assert.deepEqual(server.events, ['made', 'data', 'eof', 'lost']);
    assert.equal(server.text, 'the last');
  });

  check('does not mind pausing and resuming when it is over', async (rig) => {
    const { client, server } = await rig.pair();
    client.close();
    client.pauseReading();
    client.resumeReading();
    await Promise.all([client.heard('lost'), server.heard('lost')]);
    client.pauseReading();
    client.resumeReading();
    client.transport.setNoDelay(false);
  });
}

function testSetProtocol(check: Check): void {
  check('tells another protocol from setProtocol on, and the old one nothing more', async (rig) => {
    const { client, server } = await rig.pair();
    client.write('for the old one');
    await server.until(() => server.text === 'for the old one');
    const successor = new Successor();
    server.isDetached = true;
    server.setProtocol(successor);
    client.write('for the new one');
    client.end();
    await successor.isOver;
    assert.equal(successor.text, 'for the new one');
    assert.equal(server.text, 'for the old one');
  });

  check('can change the protocol from inside dataReceived', async (rig) => {
    const successor = new Successor();
    const { client, server } = await rig.pair({
      server: {
        data: (_, transport) => {
          server.isDetached = true;
          transport.setProtocol(successor);
        },
      },
    });
    client.write('a');
    await server.heard('data');
    client.write('b');
    client.end();
    await successor.isOver;
    assert.deepEqual([server.text, successor.text], ['a', 'b']);
  });
}

/** Takes over a connection; without `eofReceived`, whose absence closes. */
class Successor implements Protocol {
  text = '';
  readonly isOver: Promise<void>;
  #end: () => void = () => undefined;

  constructor() {
    this.isOver = new Promise((resolve) => (this.#end = resolve));
  }

  connectionMade(): void {
    assert.fail('connectionMade comes once a connection');
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    this.text += buffer.toString('latin1', start, end);
  }

  connectionLost(): void {
    this.#end();
  }
}

function pauseTwice(transport: Transport): void {
  transport.pauseReading();
  transport.pauseReading();
}
