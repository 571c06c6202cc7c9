export { Arguments } from './lib/legacy/arguments.ts';
export { coroutine, engine, type LegacyCoroutine } from './lib/legacy/engine.ts';
export { MultiYieldPoint, YieldFuture, type PointResult } from './lib/legacy/multi-yield-point.ts';
export { Task, type TaskResult } from './lib/legacy/task.ts';
export {
  KeyReuseError,
  LeakedCallbackError,
  UnknownKeyError,
  YieldPointError,
  type YieldPointErrorCode,
} from './lib/legacy/yield-point-error.ts';
export {
  Callback,
  Wait,
  WaitAll,
  YieldPoint,
  type YieldPointRunner,
} from './lib/legacy/yield-point.ts';
