import { Future } from '@typhoon/concurrent';
import { expectTypeOf, test } from 'vitest';
import { coroutine, type CoroutineFunction } from './coroutine.ts';
import { multi } from './multi.ts';

test('yield* has the type of what is waited for', () => {
  coroutine(function* () {
    expectTypeOf(yield* new Future<number>()).toEqualTypeOf<number>();
    const pair = yield* multi([new Future<number>(), Promise.resolve('x')]);
    expectTypeOf(pair).toEqualTypeOf<[number, string]>();
    const record = yield* multi({ a: new Future<number>(), b: [Promise.resolve(true)] as const });
    expectTypeOf(record.a).toEqualTypeOf<number>();
    expectTypeOf(record.b[0]).toEqualTypeOf<boolean>();
    expectTypeOf(yield new Future<number>()).toEqualTypeOf<unknown>();
    return 'done' as const;
  });
});

test('coroutine keeps parameters and this', () => {
  const made = coroutine(function* (this: { n: number }, a: string, b?: number) {
    yield null;
    return this.n + a.length + (b ?? 0);
  });
  expectTypeOf(made).toEqualTypeOf<
    CoroutineFunction<{ n: number }, [a: string, b?: number], number>
  >();
  // @ts-expect-error -- a is a string
  made.call({ n: 1 }, 2);
});

test('the decorator leaves the method its type', () => {
  class Handler {
    @coroutine
    *get(id: string): Generator<unknown, number, unknown> {
      yield null;
      return id.length;
    }
  }
  expectTypeOf<Handler['get']>().parameters.toEqualTypeOf<[id: string]>();
});
