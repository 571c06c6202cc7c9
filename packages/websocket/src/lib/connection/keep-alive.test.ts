// Pings and the time that closing may take, on a virtual clock and in memory.
import { IOLoop } from '@typhoon/ioloop';
import { memoryTransportPair, VirtualClock } from '@typhoon/ioloop/testing';
import { describe, expect, it } from 'vitest';
import { profileOf } from './connection-profile.ts';
import { WebSocketConnection } from './websocket-connection.ts';
import type { Protocol } from '@typhoon/ioloop';

/** A server's connection, and what its peer has heard, in hexadecimal. */
function rig(options: { pingIntervalMs?: number; pingTimeoutMs?: number; isHeldBack?: boolean }) {
  const clock = new VirtualClock({ autoJump: false });
  const loop = new IOLoop({ clock, makeCurrent: false });
  const heard: string[] = [];
  const ends: unknown[] = [];
  const peer: Protocol = {
    connectionMade: () => undefined,
    dataReceived: (buffer, start, end) => heard.push(buffer.toString('hex', start, end)),
    connectionLost: () => heard.push('end'),
  };
  const idle: Protocol = {
    connectionMade: () => undefined,
    dataReceived: () => undefined,
    connectionLost: () => undefined,
  };
  const [ours, theirs] = memoryTransportPair(loop, idle, peer);
  const connection = new WebSocketConnection(
    ours,
    {
      onMessage: () => (options.isHeldBack === true ? new Promise(() => undefined) : undefined),
      onPing: () => undefined,
      onPong: () => undefined,
      onFailure: () => undefined,
      onConnectionEnd: (...end) => ends.push(end),
    },
    profileOf(false, options, null),
    loop,
  );
  connection.start(null);
  return { clock, loop, heard, ends, connection, theirs };
}

const PONG = Buffer.from('8a8000000000', 'hex');
const HELLO = Buffer.from('818100000000ff'.replace('ff', '61'), 'hex');
const PING_HEX = '8900';
const TIMED_OUT = `881003e8${Buffer.from('ping timed out').toString('hex')}`;

describe('pings', () => {
  it('come after one interval, and go on while they are answered (WSK-17)', async () => {
    const { clock, heard, theirs, connection } = rig({ pingIntervalMs: 10_000 });
    await clock.advance(9_500);
    expect(heard).toEqual([]);
    for (let n = 1; n <= 5; n++) {
      await clock.advance(n === 1 ? 1_000 : 10_000);
      expect(heard).toEqual(Array(n).fill(PING_HEX));
      theirs.write(PONG);
      await clock.advance(250);
    }
    expect(connection.state).toBe('open');
  });

  it('that nobody answers end the connection, in two intervals and what closing takes (WSK-17)', async () => {
    const { clock, heard, ends } = rig({ pingIntervalMs: 10_000 });
    await clock.advance(20_500);
    expect(heard).toEqual([PING_HEX, TIMED_OUT]);
    await clock.advance(5_500);
    expect(ends).toEqual([[null, null]]);
  });

  it('are waited for as long as was asked, but no longer than the interval (WSK-17)', async () => {
    const soon = rig({ pingIntervalMs: 10_000, pingTimeoutMs: 2_000 });
    await soon.clock.advance(12_500);
    expect(soon.heard).toEqual([PING_HEX, TIMED_OUT]);
    const late = rig({ pingIntervalMs: 10_000, pingTimeoutMs: 90_000 });
    await late.clock.advance(20_500);
    expect(late.heard).toEqual([PING_HEX, TIMED_OUT]);
  });

  it('need no answer where the time for it is 0, and there are none where the interval is (WSK-17)', async () => {
    const patient = rig({ pingIntervalMs: 10_000, pingTimeoutMs: 0 });
    await patient.clock.advance(50_500);
    expect(patient.heard).toEqual(Array(5).fill(PING_HEX));
    const silent = rig({ pingIntervalMs: 0 });
    await silent.clock.advance(500_000);
    expect(silent.heard).toEqual([]);
  });

  it('are answered by anything that the peer says', async () => {
    const { clock, connection, theirs } = rig({ pingIntervalMs: 10_000 });
    for (let n = 0; n < 8; n++) {
      await clock.advance(8_000);
      theirs.write(HELLO);
    }
    await clock.advance(1_000);
    expect(connection.state).toBe('open');
  });

  it('blame nobody while a message is dealt with', async () => {
    const { clock, connection, theirs } = rig({ pingIntervalMs: 10_000, isHeldBack: true });
    theirs.write(HELLO);
    await clock.advance(100_000);
    expect(connection.state).toBe('open');
  });

  it('stop when the connection closes (WSK-18)', async () => {
    const { clock, heard, theirs, connection } = rig({ pingIntervalMs: 1_000 });
    connection.close();
    theirs.write(Buffer.from('888000000000', 'hex'));
    await clock.advance(60_000);
    expect(heard).toEqual(['8800', 'end']);
    expect(clock.pendingTimers).toBe(0);
  });
});

it('a close frame that nobody answers is waited for five seconds (WSK-11)', async () => {
  const { clock, heard, ends, connection } = rig({});
  connection.close(4000, 'x');
  await clock.advance(4_500);
  expect([heard, ends]).toEqual([['88030fa078'], []]);
  await clock.advance(1_000);
  expect(ends).toEqual([[null, null]]);
});
