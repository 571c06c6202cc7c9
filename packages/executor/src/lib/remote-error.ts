// Puts an error that a worker took apart together again. Must not know: how it came here.
import { capturedError, ExecutorError, isExecutorErrorCode } from './executor-error.ts';
import type { PackedCause, PackedError, TaskDefinition } from './messages.ts';

type ErrorClass = new (message: string, options?: ErrorOptions) => Error;

/** Those of the worker's program. */
const WORKER_FRAMES = /\n +at [^\n]*\[(?:worker )?eval\][^\n]*/g;

const BUILT_IN = new Map<string, ErrorClass>(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((type) => [
    type.name,
    type,
  ]),
);

/**
 * The error of a task: of its built-in class, else an Error of that name, with the worker's stack, its cause and its own
 * properties. A ReferenceError for a variable of where a function sent as text was written becomes an ExecutorError
 * `ERR_TASK_NOT_SELF_CONTAINED` that says so.
 */
export function unpackError(packed: PackedError, definition: TaskDefinition): Error {
  const error = rebuildError(packed);
  const variable = outerVariable(packed, definition);
  if (variable === null) return error;
  return capturedError(definition.name, [variable], { cause: error });
}

/** The error as it was, of its built-in class or else an Error of its name. */
export function rebuildError(packed: PackedError): Error {
  const { name, message, stack, properties } = packed;
  const error = create(packed);
  if (error.name !== name) define(error, 'name', name);
  if (error.message !== message) define(error, 'message', message);
  define(error, 'stack', stack.replace(WORKER_FRAMES, ''));
  for (const [key, value] of Object.entries(properties)) {
    Object.defineProperty(error, key, { value, ...CHANGEABLE, enumerable: true });
  }
  return error;
}

function create({ name, message, properties, cause, errors }: PackedError): Error {
  const options = cause === undefined ? {} : { cause: unpackCause(cause) };
  if (name === 'ExecutorError' && isExecutorErrorCode(properties['code'])) {
    return new ExecutorError(properties['code'], message, options);
  }
  if (errors !== undefined) return new AggregateError(errors.map(unpackCause), message, options);
  const type = BUILT_IN.get(name) ?? Error;
  return new type(message, options);
}

function unpackCause(cause: PackedCause): unknown {
  return cause.kind === 'error' ? rebuildError(cause.error) : cause.value;
}

const CHANGEABLE = { writable: true, configurable: true } as const;

function define(error: Error, key: string, value: string): void {
  Object.defineProperty(error, key, { value, ...CHANGEABLE });
}

/** The name that the function's own text, and no module that it loaded, looked for in vain; or null. */
function outerVariable(
  { name, message, stack }: PackedError,
  definition: TaskDefinition,
): string | null {
  if (definition.kind !== 'text' || name !== 'ReferenceError') return null;
  const variable = /^(\S+) is not defined$/.exec(message)?.[1];
  const place = /\n\s+at (.*)/.exec(stack)?.[1];
  if (variable === undefined || place?.includes(`task:${definition.name}:`) !== true) return null;
  return variable;
}
