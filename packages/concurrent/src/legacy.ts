export {
  returnFuture,
  ReturnValueIgnoredError,
  type CalledBackWith,
  type CallbackByName,
  type CallbackOptional,
  type CallbackPosition,
} from './lib/legacy/return-future.ts';
