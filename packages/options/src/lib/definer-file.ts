// Which file defines an option (OPT-17): read from the stack, once an option.
import { fileURLToPath } from 'node:url';

/** The file of the code that called the method `name` of `owner`; empty if it cannot be told. */
export function fileOfCaller<T extends object>(owner: T, name: keyof T): string {
  const captured: { stack?: unknown } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  const method: unknown = owner[name];
  try {
    if (typeof method === 'function') Error.captureStackTrace(captured, method);
  } finally {
    Error.stackTraceLimit = limit;
  }
  const place = /at (?:.*\()?(.+?):\d+:\d+\)?$/m.exec(String(captured.stack))?.[1] ?? '';
  return place.startsWith('file:') ? fileURLToPath(place) : place;
}
