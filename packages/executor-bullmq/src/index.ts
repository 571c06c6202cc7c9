export {
  BullExecutor,
  type BullExecutorOptions,
  type BullTaskOptions,
} from './lib/bull-executor.ts';
export { BullTaskWorker, type BullTaskWorkerOptions } from './lib/bull-task-worker.ts';
export type { QueuePlace } from './lib/queue-place.ts';
