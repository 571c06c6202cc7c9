// The contract's part on what one connection may do to another: nothing.
import assert from 'node:assert/strict';
import { DEAF, ECHO, pattern, turn } from './rig.ts';
import type { Check } from './check.ts';
import type { Recorder, Script } from './recorder.ts';
import type { Pair, Rig } from './rig.ts';

const BOMB = new Error('thrown by the test');

function explode(): never {
  throw BOMB;
}

/** Declares the tests. */
export function testIsolation(check: Check): void {
  testThrowing(check);
  testNeighbours(check);
}

function testThrowing(check: Check): void {
  const cases: { readonly method: string; readonly server: Script }[] = [
    { method: 'connectionMade', server: { made: explode } },
    { method: 'dataReceived', server: { data: explode } },
    { method: 'eofReceived', server: { eof: explode } },
  ];
  for (const { method, server } of cases) {
    check(`ends the connection whose ${method} throws, and no other`, async (rig) => {
      const other = await rig.pair({ server: ECHO });
      const throwers: Recorder[] = [];
      const listener = await rig.listen(server, undefined, undefined, (one) => throwers.push(one));
      const client = rig.connect(listener, {
        made: (transport) => {
          transport.write('x');
          transport.end();
        },
      });
      await client.heard('lost');
      while (throwers.length === 0) await turn();
      const [thrower] = throwers;
      assert.equal(await thrower?.lost(), 'ERR_CONNECTION_ABORTED');
      assert.equal(thrower?.error?.cause, BOMB);
      assert.deepEqual(rig.takeExceptions(), [BOMB]);
      await echoes(other);
    });
  }

  check('goes on when a connectionLost throws', async (rig) => {
    const other = await rig.pair({ server: ECHO });
    const thrower = await rig.pair({ server: { lost: explode } });
    thrower.client.close();
    await thrower.server.heard('lost');
    await turn();
    assert.deepEqual(rig.takeExceptions(), [BOMB]);
    await echoes(other);
  });
}

function testNeighbours(check: Check): void {
  check('serves the others while one connection floods it', async (rig) => {
    const flood = await rig.pair();
    const other = await rig.pair({ server: ECHO });
    const stop = keepWriting(rig, flood.client);
    for (let round = 1; round <= 50; round++) {
      other.client.write('x');
      await other.client.until(() => other.client.size === round);
    }
    stop();
    assert.ok(flood.server.size > 0);
  });

  check('serves the others while one does not read', async (rig) => {
    const deaf = await rig.pair({ server: DEAF });
    const other = await rig.pair({ server: ECHO });
    deaf.client.write(pattern(1 << 24));
    await echoes(other);
  });
}

async function echoes({ client }: Pair): Promise<void> {
  client.write('still there?');
  await client.until(() => client.text === 'still there?');
}

/** Writes in every turn, as long as the peer keeps up; until the answer is called. */
function keepWriting(rig: Rig, end: Recorder): () => void {
  let isStopped = false;
  const bytes = pattern(65_536);
  const write = (): void => {
    if (isStopped) return;
    if (!end.isWritingPaused) end.transport.write(bytes);
    rig.loop.addCallback(write);
  };
  write();
  return () => {
    isStopped = true;
  };
}
