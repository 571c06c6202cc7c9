// The suite's part on closing, from both sides.
import assert from 'node:assert/strict';
import { StreamClosedError } from '../../stream-error.ts';
import { closed, turn, withPair } from './rig.ts';
import type { TestFunction } from '@typhoon/ioloop/testing';
import type { CreateStreamPair } from './rig.ts';

/** Declares the tests. */
export function testClosing(createPair: CreateStreamPair, it: TestFunction): void {
  it('tells an idle stream that the peer has closed, once (IOS-23)', () =>
    withPair(createPair, {}, async (near, far) => {
      let calls = 0;
      const told = new Promise<void>((resolve) => {
        near.setCloseCallback(() => {
          calls++;
          resolve();
        });
      });
      far.close();
      await told;
      near.close();
      for (let turns = 0; turns < 5; turns++) await turn();
      assert.equal(calls, 1);
      assert.ok(near.closed());
    }));

  it('delivers what a pending read got before it says that it is closed (IOS-23)', () =>
    withPair(createPair, {}, async (near, far) => {
      const order: string[] = [];
      const told = new Promise<void>((resolve) => {
        near.setCloseCallback(() => {
          order.push('closed');
          resolve();
        });
      });
      void near.readUntilClose().then((bytes) => order.push(bytes.toString()));
      await far.write('last words');
      far.close();
      await told;
      assert.deepEqual(order, ['last words', 'closed']);
    }));

  it('sees the end when what is buffered has been read, not before (IOS-23)', () =>
    withPair(createPair, {}, async (near, far) => {
      await Promise.all([near.readBytes(1), far.write('abc')]);
      const told = closed(near);
      far.close();
      for (let turns = 0; turns < 20; turns++) await turn();
      assert.equal(near.closed(), false);
      assert.equal((await near.readBytes(2)).toString(), 'bc');
      await told;
    }));

  testLastWords(createPair, it);
}

function testLastWords(createPair: CreateStreamPair, it: TestFunction): void {
  it('sends a last short message before it closes', () =>
    withPair(createPair, {}, async (near, far) => {
      const reading = near.readUntilClose();
      void far.write('bye');
      far.close();
      assert.equal((await reading).toString(), 'bye');
    }));

  it('has no half-open: the end from the peer closes it, pending writes and all (IOS-36)', () =>
    withPair(createPair, {}, async (near, far) => {
      const told = closed(near);
      far.close();
      await told;
      assert.throws(() => near.write('too late'), StreamClosedError);
    }));

  it('fails the pending read and the pending writes when it is closed (IOS-5)', () =>
    withPair(createPair, {}, async (near) => {
      const reason = new Error('enough');
      const pending = [near.readUntil('\n'), near.write(Buffer.alloc(8 << 20))];
      near.close(reason);
      for (const one of pending) {
        await assert.rejects(
          async () => await one,
          (error: unknown) => error instanceof StreamClosedError && error.realError === reason,
        );
      }
    }));

  it('tells the peer of one that drops what it had to send (IOS-25)', () =>
    withPair(createPair, {}, async (near, far) => {
      const told = closed(far);
      void far.readBytes(1 << 30);
      void near.write(Buffer.alloc(8 << 20));
      near.close();
      await told;
    }));
}
