// Uses the packed package from TypeScript: what is inferred is what happens.
import assert from 'node:assert/strict';
import { coroutine, multi, sleep } from '@typhoon/gen';

const length = coroutine(function* (text: string) {
  yield* sleep(1);
  return text.length;
});
const both = coroutine(function* () {
  const [count, half]: [number, number] = yield* multi([length('eleven'), length('abc')]);
  return `${count.toFixed(0)} ${half.toFixed(0)}`;
});

class Greeter {
  readonly name: string = 'world';

  @coroutine
  *greet(greeting: string) {
    yield* sleep(1);
    return `${greeting} ${this.name}`;
  }
}

const result: string = await both();
assert.equal(result, '6 3');
assert.equal(await new Greeter().greet('hello'), 'hello world');
// @ts-expect-error a number is not a string
void length(1);
