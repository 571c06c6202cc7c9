import { expectTypeOf, test } from 'vitest';
import { abortable } from './abortable.ts';
import { chainFuture } from './chain-future.ts';
import { Future } from './future.ts';
import { shield } from './shield.ts';
import { withSignal } from './with-signal.ts';
import { withTimeout } from './with-timeout.ts';

declare const number: Future<number>;
declare const text: Promise<string>;
declare const signal: AbortSignal;

test('a future is one of a wider type, not of another', () => {
  expectTypeOf<Future<number>>().toExtend<Future<unknown>>();
  expectTypeOf<Future<number>>().toExtend<PromiseLike<number>>();
  expectTypeOf<Future<number>>().not.toExtend<Future<string>>();
  expectTypeOf<Awaited<Future<number>>>().toEqualTypeOf<number>();
  // @ts-expect-error -- a number settles it
  number.setResult('x');
  new Future<void>().setResult();
});

test('what follows another has its type', () => {
  expectTypeOf(withTimeout(5, number)).toEqualTypeOf<Future<number>>();
  expectTypeOf(withTimeout({ at: 5 }, text)).toEqualTypeOf<Future<string>>();
  expectTypeOf(shield(text)).toEqualTypeOf<Future<string>>();
  expectTypeOf(withSignal(signal, number)).toEqualTypeOf<Future<number>>();
  expectTypeOf(withSignal(null, () => text)).toEqualTypeOf<Future<string>>();
  expectTypeOf(abortable((inner) => (inner.aborted ? text : number.then(String)))).toEqualTypeOf<
    Future<string>
  >();
  expectTypeOf(Future.from(text)).toEqualTypeOf<Future<string>>();
});

test('wrong uses do not compile', () => {
  // @ts-expect-error -- an instant is an object, a duration a number
  withTimeout(new Date(), number);
  // @ts-expect-error -- only what can be waited for
  withSignal(signal, 5);
  // @ts-expect-error -- a number does not go into a future of text
  chainFuture(number, new Future<string>());
  // @ts-expect-error -- the function has to promise something
  abortable(() => 5);
});
