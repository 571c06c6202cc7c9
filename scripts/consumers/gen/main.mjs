// Uses the packed package from plain JavaScript.
import assert from 'node:assert/strict';
import { coroutine, multi, sleep } from '@typhoon/gen';

const add = coroutine(function* (a, b) {
  yield* sleep(5);
  const [left, right] = yield* multi([double(a), double(b)]);
  return left + right;
});
const double = coroutine(function* (n) {
  yield sleep(1);
  return 2 * n;
});

assert.equal(await add(20, 1), 42);
