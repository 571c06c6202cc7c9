export { runInExecutor, setDefaultExecutor } from './lib/default-executor.ts';
export {
  bindModule,
  type BoundModule,
  type BoundTask,
  type PoolModule,
  type PoolTaskFunction,
} from './lib/bound-module.ts';
export { currentTask } from './lib/current-task.ts';
export { DummyExecutor, dummyExecutor } from './lib/dummy-executor.ts';
export { ExecutorError, type ExecutorErrorCode } from './lib/executor-error.ts';
export { ModuleTask, moduleTasks, type TaskName, type TaskOf } from './lib/module-task.ts';
export {
  runOnExecutor,
  type ExecutorDecorator,
  type ExecutorFunction,
  type RunOnExecutorOptions,
} from './lib/run-on-executor.ts';
export { PoolExecutor, type PoolOptions } from './lib/pool-executor.ts';
export {
  ProcessPoolExecutor,
  type ProcessPoolExecutorOptions,
} from './lib/process-pool-executor.ts';
export {
  TaskStream,
  type Items,
  type StreamableTask,
  type StreamingExecutor,
  type StreamOptions,
} from './lib/task-stream.ts';
export { ThreadPoolExecutor, type ThreadPoolExecutorOptions } from './lib/thread-pool-executor.ts';
export { transfer } from './lib/transfer.ts';
export type {
  Executor,
  Movable,
  ShutdownOptions,
  Task,
  TaskContext,
  TaskFunction,
  TaskOptions,
} from './lib/executor.ts';
