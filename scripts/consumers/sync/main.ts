// Uses the packed package from TypeScript: what is inferred is what happens.
import assert from 'node:assert/strict';
import { Lock, PriorityQueue, Semaphore } from '@typhoon/sync';

const queue = new PriorityQueue<[number, string]>();
queue.putNowait([2, 'two']);
queue.putNowait([1, 'one']);
const [priority, text]: [number, string] = await queue.get();
assert.deepEqual([priority, text], [1, 'one']);
for await (const [, rest] of queue) {
  const length: number = rest.length;
  assert.equal(length, 3);
  break;
}

const lock = new Lock();
{
  using held = await lock.acquire();
  assert.equal(String(lock), '<Lock [locked]>');
}
assert.equal(String(lock), '<Lock [unlocked,value:1]>');
const answer: number = await new Semaphore(2).run(async () => 42);
assert.equal(answer, 42);
// @ts-expect-error a text is not a pair
await queue.put('three');
