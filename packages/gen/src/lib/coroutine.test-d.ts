import { Future } from '@typhoon/concurrent';
import { expectTypeOf, test } from 'vitest';
import { coroutine, isCoroutineFunction, type CoroutineFunction } from './coroutine.ts';
import { maybeFuture } from './maybe-future.ts';
import { moment } from './moment.ts';
import { convertYielded, multi, type Yielded } from './multi.ts';
import { scope } from './scope.ts';
import { sleep } from './sleep.ts';
import { WaitIterator } from './wait-iterator.ts';

declare const number: Future<number>;
declare const text: Promise<string>;

test('yield* has the type of what is waited for', () => {
  coroutine(function* () {
    expectTypeOf(yield* number).toEqualTypeOf<number>();
    expectTypeOf(yield* Future.from(text)).toEqualTypeOf<string>();
    expectTypeOf(yield* convertYielded(text)).toEqualTypeOf<string>();
    expectTypeOf(yield* convertYielded(moment)).toEqualTypeOf<null>();
    expectTypeOf(yield* convertYielded(null)).toEqualTypeOf<null>();
    expectTypeOf(yield* sleep(1)).toEqualTypeOf<void>();
    expectTypeOf(yield number).toEqualTypeOf<unknown>();
    return 'done' as const;
  });
});

test('lists, tuples and records keep their shape, nested ones too', () => {
  coroutine(function* () {
    expectTypeOf(yield* multi([number, text])).toEqualTypeOf<[number, string]>();
    expectTypeOf(yield* multi([] as Future<number>[])).toEqualTypeOf<number[]>();
    const record = yield* multi({ a: number, b: [text, { c: number }], d: null });
    expectTypeOf(record).toEqualTypeOf<{ a: number; b: [string, { c: number }]; d: null }>();
    expectTypeOf(yield* convertYielded([number, [text]])).toEqualTypeOf<[number, [string]]>();
  });
  expectTypeOf<Yielded<Future<number> | Promise<string>>>().toEqualTypeOf<number | string>();
  expectTypeOf<Yielded<Future<Future<number>>>>().toEqualTypeOf<Future<number>>();
  expectTypeOf<Yielded<5>>().toEqualTypeOf<unknown>();
});

test('coroutine keeps parameters, this and type parameters', () => {
  const made = coroutine(function* (this: { n: number }, a: string, b?: number) {
    yield null;
    return this.n + a.length + (b ?? 0);
  });
  expectTypeOf(made).toEqualTypeOf<
    CoroutineFunction<{ n: number }, [a: string, b?: number], number>
  >();
  made.call({ n: 1 }, 'a', 2);
  // @ts-expect-error -- a is a string
  made.call({ n: 1 }, 2);
  // @ts-expect-error -- there is no this
  made('a');
  // @ts-expect-error -- a is missing
  made.call({ n: 1 });
  const pair = coroutine(function* <T>(value: T): Generator<unknown, [T, T]> {
    yield null;
    return [value, value];
  });
  expectTypeOf(pair('x')).toEqualTypeOf<Future<[string, string]>>();
  expectTypeOf(coroutine((n: number) => String(n))(1)).toEqualTypeOf<Future<string>>();
});

test('results are what the generator returns', () => {
  const union = coroutine(function* (n: number) {
    yield null;
    if (n > 0) return 'more' as const;
    return n === 0 ? null : n;
  });
  expectTypeOf(union(1)).toEqualTypeOf<Future<'more' | number | null>>();
  const nothing = coroutine(function* () {
    yield null;
  });
  expectTypeOf(nothing()).toEqualTypeOf<Future<void>>();
  // @ts-expect-error -- a Future<void> has no number
  const wrong: Future<number> = nothing();
  void wrong;
});

test('the decorator leaves the method its type, and checks it', () => {
  class Handler {
    @coroutine
    *get(id: string): Generator<unknown, number> {
      yield null;
      return id.length;
    }

    @coroutine
    *twice(id: string): Generator<unknown, number> {
      return (yield* this.get(id)) * 2; // a future when it runs
    }

    // @ts-expect-error -- a decorator of methods, not of fields
    @coroutine
    field = 1;
  }
  expectTypeOf<Handler['get']>().parameters.toEqualTypeOf<[id: string]>();
  expectTypeOf(convertYielded(new Handler().get('a'))).toEqualTypeOf<Future<number>>();
  // @ts-expect-error -- id is a string
  new Handler().get(1);
});

test('isCoroutineFunction makes wrapped known', () => {
  const made: unknown = coroutine(() => 1);
  // @ts-expect-error -- not yet
  expectTypeOf(made.wrapped).toBeFunction();
  if (isCoroutineFunction(made)) expectTypeOf(made.wrapped).toBeFunction();
});

test('maybeFuture does not unwrap promises', () => {
  expectTypeOf(maybeFuture(number)).toEqualTypeOf<Future<number>>();
  expectTypeOf(maybeFuture(text)).toEqualTypeOf<Future<Promise<string>>>();
  expectTypeOf(maybeFuture(1)).toEqualTypeOf<Future<number>>();
});

test('a WaitIterator knows its results and its indexes', () => {
  const list = new WaitIterator([number, text]);
  expectTypeOf(list.next()).toEqualTypeOf<Future<number | string>>();
  expectTypeOf(list.currentIndex).toEqualTypeOf<number | null>();
  const record = new WaitIterator({ a: number, b: text });
  expectTypeOf(record.next()).toEqualTypeOf<Future<number | string>>();
  expectTypeOf(record.currentIndex).toEqualTypeOf<'a' | 'b' | null>();
  // @ts-expect-error -- a list or a record
  new WaitIterator(5);
});

test('a scope has its body’s type, its children theirs', () => {
  const work = coroutine(function* (n: number, s: string) {
    yield null;
    return `${n}${s}`;
  });
  const result = scope(function* (s) {
    expectTypeOf(s.start(work, 1, 'a')).toEqualTypeOf<Future<string>>();
    expectTypeOf(s.start(async (n: number) => Promise.resolve(n), 1)).toEqualTypeOf<
      Future<number>
    >();
    const child = s.start(function* () {
      yield null;
      return true as const;
    });
    expectTypeOf(child).toEqualTypeOf<Future<true>>();
    // @ts-expect-error -- the second argument is a string
    s.start(work, 1, 2);
    // @ts-expect-error -- nothing to wait for
    s.start(() => 5);
    return yield* child;
  });
  expectTypeOf(result).toEqualTypeOf<Future<true>>();
});
