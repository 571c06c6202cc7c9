export { runInExecutor, setDefaultExecutor } from './lib/default-executor.ts';
export { DummyExecutor, dummyExecutor } from './lib/dummy-executor.ts';
export { ExecutorError, type ExecutorErrorCode } from './lib/executor-error.ts';
export { ModuleTask, moduleTasks, type TaskName, type TaskOf } from './lib/module-task.ts';
export {
  runOnExecutor,
  type ExecutorDecorator,
  type ExecutorFunction,
  type RunOnExecutorOptions,
} from './lib/run-on-executor.ts';
export { ThreadPoolExecutor, type ThreadPoolExecutorOptions } from './lib/thread-pool-executor.ts';
export { transfer } from './lib/transfer.ts';
export type {
  Executor,
  Movable,
  ShutdownOptions,
  Task,
  TaskContext,
  TaskFunction,
} from './lib/executor.ts';
