// Where a log call stands in the source. Owns: finding the frame, reading it.
// Costs about 3 µs, so it is done only when a handler or sink that gets the record shows it.

/** The place in the source that logged. */
export interface Caller {
  /** The file's name without directory and ending; `?` if unknown. */
  readonly module: string;
  /** The whole path, without `file://`. */
  readonly path: string;
  readonly line: number;
  /** The function's name; empty at the top of a module. */
  readonly functionName: string;
}

const UNKNOWN: Caller = { module: '?', path: '?', line: 0, functionName: '' };

/** Takes the one frame above `method`; the text of it is made when {@link readCaller} asks. */
export function captureCaller(method: (...args: never[]) => unknown): { readonly stack?: unknown } {
  const holder: { readonly stack?: unknown } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  try {
    Error.captureStackTrace(holder, method);
  } finally {
    Error.stackTraceLimit = limit;
  }
  return holder;
}

const FRAME = /^\s+at (?:(.*) \()?(?:file:\/\/)?(.+?):(\d+):\d+\)?$/m;

/** Reads what {@link captureCaller} took. */
export function readCaller(captured: { readonly stack?: unknown }): Caller {
  const match = FRAME.exec(String(captured.stack));
  if (match === null) return UNKNOWN;
  const [, functionName = '', path = '?', line] = match;
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const dot = file.lastIndexOf('.');
  const module = dot > 0 ? file.slice(0, dot) : file;
  return { module, path, line: Number(line), functionName };
}
