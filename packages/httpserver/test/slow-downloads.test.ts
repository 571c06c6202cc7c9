// A large answer, in one piece, to a client that takes it slowly, on the pollers that have real sockets: it is not taken for one
// that takes nothing.
import { VirtualClock } from '@typhoon/ioloop/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { answer, nextTurn, Rig, until, WORLDS, type World } from './worlds.ts';
import type { HTTPServerRequest } from '../src/lib/server-request.ts';
import type { Transport } from '@typhoon/ioloop';

const LARGE = 'x'.repeat(32 << 20);

let rig: Rig | null = null;

afterEach(async () => {
  await rig?.close();
  rig = null;
});

describe.each(WORLDS.filter(({ name }) => name !== 'memory'))('on $name', (world: World) => {
  it('is not cut as long as it goes on reading, and cut when it stops', async () => {
    const clock = new VirtualClock({ autoJump: false });
    const transports: Transport[] = [];
    const app = ({ connection }: HTTPServerRequest): void => {
      transports.push(connection.context.transport);
      answer(connection, LARGE);
    };
    rig = new Rig(world, app, {}, { clock });
    const client = await rig.connect();
    client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.heard('x');
    client.transport.pauseReading();
    const [transport] = transports;
    const unsent = (): number => transport?.bufferedAmount ?? 0;
    await settled(unsent);
    for (let minute = 0; minute < 4; minute++) {
      const before = unsent();
      client.transport.resumeReading();
      await until(() => unsent() < before);
      client.transport.pauseReading();
      await settled(unsent);
      await clock.advance(50_000);
    }
    expect(rig.server.connectionCount).toBe(1);
    expect(unsent()).toBeGreaterThan(0);
    await clock.advance(125_000);
    expect(rig.server.connectionCount).toBe(0);
  });
});

/** Resolves when the kernel takes no more: twenty turns bring nothing new. */
async function settled(unsent: () => number): Promise<void> {
  for (let same = 0, last = -1; same < 20;) {
    const now = unsent();
    same = now === last ? same + 1 : 0;
    last = now;
    await nextTurn();
  }
}
