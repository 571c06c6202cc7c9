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

/** The frames of a call, with the one that matters last. Their text is made when {@link readCaller} asks. */
export interface CapturedCaller {
  readonly stack?: unknown;
  readonly depth: number;
}

/** Remembers who called the function `above` levels above the one that calls this. */
export function captureCaller(above: number): CapturedCaller {
  const captured: CapturedCaller = { depth: above + 2 };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = captured.depth;
  try {
    Error.captureStackTrace(captured, captureCaller);
  } finally {
    Error.stackTraceLimit = limit;
  }
  return captured;
}

const FRAMES = /^\s+at (?:(.*) \()?(?:file:\/\/)?(.+?):(\d+):\d+\)?$/gm;

/** Reads what {@link captureCaller} took; nothing taken is nothing known. */
export function readCaller(captured: CapturedCaller | null): Caller {
  const frame = captured && [...String(captured.stack).matchAll(FRAMES)][captured.depth - 1];
  if (!frame) return UNKNOWN;
  const [, functionName = '', path = '?', line] = frame;
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const dot = file.lastIndexOf('.');
  const module = dot > 0 ? file.slice(0, dot) : file;
  return { module, path, line: Number(line), functionName };
}
