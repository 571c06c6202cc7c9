// The suite's part on writing, and on back-pressure.
import assert from 'node:assert/strict';
import { turn, withPair } from './rig.ts';
import type { TestFunction } from '@typhoon/ioloop/testing';
import type { CreateStreamPair } from './rig.ts';

const LINE_BYTES = 4 << 20;

/** Declares the tests. */
export function testWriting(createPair: CreateStreamPair, it: TestFunction): void {
  it('sends in order, and says when the kernel has each write (IOS-15)', () =>
    withPair(createPair, {}, async (near, far) => {
      // TLS servers begin with tickets: a client that closes before they come has its connection reset by the kernel.
      await Promise.all([near.write('.'), far.readBytes(1)]);
      const reading = near.readUntilClose();
      const order: string[] = [];
      const big = Buffer.alloc(200_000, 'b');
      const done = [big, 'small', '', big].map((data, at) =>
        far.write(data).then(() => order.push(`write ${at}`)),
      );
      await Promise.all(done);
      assert.deepEqual(order, ['write 0', 'write 1', 'write 2', 'write 3']);
      assert.equal(far.writing(), false);
      far.close();
      assert.ok((await reading).equals(Buffer.concat([big, Buffer.from('small'), big])));
    }));

  it('reads a line of 4 MiB that comes in 1 KiB pieces, in reasonable time (IOS-43)', () =>
    withPair(createPair, {}, async (near, far) => {
      const reading = near.readUntil('\n');
      const piece = Buffer.alloc(1024, 'x');
      for (let sent = 0; sent < LINE_BYTES; sent += piece.length) void far.write(piece);
      void far.write('\n');
      assert.equal((await reading).length, LINE_BYTES + 1);
    }));

  it('takes more in all than it may buffer when the reader keeps up (IOS-14)', () =>
    withPair(createPair, { maxBufferSize: 10_000 }, async (near, far) => {
      const sent = far.write(Buffer.alloc(200_000, 'x'));
      for (let got = 0; got < 200_000; got += 1000) {
        assert.equal((await near.readBytes(1000)).length, 1000);
      }
      await sent;
      assert.equal(near.closed(), false);
    }));

  it('makes a peer wait whose bytes nobody reads (IOS-14)', () =>
    withPair(createPair, {}, async (near, far) => {
      const greeting = near.readBytes(1);
      const huge = Buffer.alloc(16 << 20, 'x');
      const sent = far.write(huge);
      await greeting;
      for (let turns = 0; turns < 100; turns++) await turn();
      assert.equal(sent.done(), false);
      assert.equal(far.writing(), true);
      assert.equal((await near.readBytes(huge.length - 1)).length, huge.length - 1);
      await sent;
    }));

  it('sends an array of larger elements as its bytes, and text as UTF-8 (IOS-19)', () =>
    withPair(createPair, {}, async (near, far) => {
      void far.write(new Uint16Array([0x4142, 0x4344]).subarray(1));
      void far.write('\u00e9');
      assert.equal((await near.readBytes(4)).toString('latin1'), 'DC\xc3\xa9');
    }));
}
