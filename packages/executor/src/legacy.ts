export {
  runOnExecutor,
  type CallbackFunction,
  type LegacyRunOnExecutorOptions,
} from './lib/legacy/run-on-executor.ts';
