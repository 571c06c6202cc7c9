// The one error class of this package.

const CODES = [
  'ERR_TASK_NOT_CLONEABLE',
  'ERR_TASK_NOT_SELF_CONTAINED',
  'ERR_TASK_NOT_FOUND',
  'ERR_TASK_NOT_ITERABLE',
  'ERR_WORKER_EXITED',
  'ERR_EXECUTOR_SHUTDOWN',
] as const;

/**
 * `ERR_TASK_NOT_CLONEABLE` arguments, result or what was thrown cannot be copied between threads;
 * `ERR_TASK_NOT_SELF_CONTAINED` the function is not one whose text makes sense elsewhere: native, bound, a class, a
 * generator, or it uses a variable from around it or `this`; `ERR_TASK_NOT_FOUND` a task's module cannot be loaded or has
 * no such export; `ERR_TASK_NOT_ITERABLE` a task that is streamed gives nothing to iterate;
 * `ERR_WORKER_EXITED` the worker ended in the middle of the task; `ERR_EXECUTOR_SHUTDOWN` the executor takes no more tasks.
 */
export type ExecutorErrorCode = (typeof CODES)[number];

/** What an executor fails a task with by itself; what the task threw comes as it is. */
export class ExecutorError extends Error {
  override readonly name: string = 'ExecutorError';
  /** Which case; callers test this, never the message. */
  readonly code: ExecutorErrorCode;

  constructor(code: ExecutorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether `value` is one of the codes. */
export function isExecutorErrorCode(value: unknown): value is ExecutorErrorCode {
  return CODES.some((code) => code === value);
}

/** A function uses variables of where it was written. */
export function capturedError(
  name: string,
  variables: readonly string[],
  options?: ErrorOptions,
): ExecutorError {
  const [what, it] = variables.length === 1 ? ['which is', 'it'] : ['which are', 'them'];
  const message =
    `${name} uses ${variables.join(', ')}, ${what} not defined in a worker: functions are sent there as text and see ` +
    `nothing of what is around them; pass ${it} as an argument, import() ${it} inside, or make the function the export of ` +
    'a module and submit that with moduleTasks()';
  return new ExecutorError('ERR_TASK_NOT_SELF_CONTAINED', message, options);
}
