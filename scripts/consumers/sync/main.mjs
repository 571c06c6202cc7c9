// Uses the packed package from plain JavaScript.
import assert from 'node:assert/strict';
import { Lock, Queue, QueueEmpty } from '@typhoon/sync';

const queue = new Queue(1);
const getting = queue.get();
await queue.put('first');
assert.equal(await getting, 'first');
assert.throws(() => queue.getNowait(), QueueEmpty);
await assert.rejects(async () => await queue.get(1), { code: 'ERR_TIMEOUT' });

const lock = new Lock();
const order = [];
await Promise.all(
  [1, 2].map((n) =>
    lock.run(async () => {
      order.push(n);
      await null;
      order.push(n);
    }),
  ),
);
assert.deepEqual(order, [1, 1, 2, 2]);
