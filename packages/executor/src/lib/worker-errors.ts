// How a worker takes errors apart.
// A part of the worker's program, which is sent as text: it refers to its arguments, to globals and to functions of `PARTS` in
// worker-main.ts alone.
import type { ExecutorErrorCode } from './executor-error.ts';
import type { PackedCause, PackedError } from './messages.ts';

/** The error and what caused it, up to eight deep. */
export function packError(error: Error, depth: number): PackedError {
  const properties: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(error)) {
    if (key === 'name' || key === 'message' || key === 'stack' || key === 'cause') continue;
    try {
      properties[key] = structuredClone(value);
    } catch {
      // It stays behind.
    }
  }
  const packed = {
    name: error.name,
    message: error.message,
    stack: String(error.stack),
    properties,
  };
  const cause = error.cause === undefined ? {} : { cause: packCause(error.cause, depth) };
  if (!(error instanceof AggregateError)) return { ...packed, ...cause };
  const errors = error.errors.map((one: unknown) => packCause(one, depth));
  return { ...packed, ...cause, errors };
}

/** What caused an error. */
export function packCause(value: unknown, depth: number): PackedCause {
  // Causes can go round in circles.
  if (value instanceof Error && depth < 8) {
    return { kind: 'error', error: packError(value, depth + 1) };
  }
  try {
    return { kind: 'value', value: structuredClone(value) };
  } catch {
    return { kind: 'value', value: String(value) };
  }
}

/** The pool makes an ExecutorError of it; see `unpackError`. */
export function executorError(code: ExecutorErrorCode, message: string, cause: unknown): Error {
  const error = new Error(message, cause === undefined ? {} : { cause });
  return Object.assign(error, { name: 'ExecutorError', code });
}
