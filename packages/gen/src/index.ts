export { coroutine, isCoroutineFunction, type CoroutineFunction } from './lib/coroutine.ts';
export { BadYieldError, GenError, Return, type GenErrorCode } from './lib/gen-error.ts';
export { maybeFuture } from './lib/maybe-future.ts';
export { moment, type Moment } from './lib/moment.ts';
export {
  convertYielded,
  multi,
  multiFuture,
  type MultiOptions,
  type Yielded,
} from './lib/multi.ts';
export { Runner } from './lib/runner.ts';
export { scope, type Scope, type ScopeWork } from './lib/scope.ts';
export { sleep } from './lib/sleep.ts';
export { registerYieldable } from './lib/yieldable.ts';
export { workOf } from './lib/work-of.ts';
export { WaitIterator, type WaitIndex, type WaitResult } from './lib/wait-iterator.ts';
