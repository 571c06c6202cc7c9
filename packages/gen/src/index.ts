export { coroutine, isCoroutineFunction, type CoroutineFunction } from './lib/coroutine.ts';
export { BadYieldError, Return, type GenErrorCode } from './lib/gen-error.ts';
export { maybeFuture } from './lib/maybe-future.ts';
export { moment } from './lib/moment.ts';
export {
  convertYielded,
  multi,
  multiFuture,
  type MultiOptions,
  type Yielded,
} from './lib/multi.ts';
export { Runner } from './lib/runner.ts';
export { sleep } from './lib/sleep.ts';
export { registerYieldable } from './lib/yieldable.ts';
