export {
  StackContextInconsistentError,
  type ContextBlock,
  type Contexts,
  type Failure,
} from './lib/legacy/contexts.ts';
export {
  ExceptionStackContext,
  NullContext,
  runWithStackContext,
  StackContext,
  state,
  wrap,
  type AnyStackContext,
  type ContextFactory,
  type ContextManager,
  type OpenBlock,
} from './lib/legacy/stack-context.ts';
export {
  clearInstance,
  initialized,
  install,
  instance,
  InstanceExistsError,
} from './lib/legacy/instance.ts';
