// A dump whenever the process is asked for one. Must not know: what is in it.

/** All that this asks of a loop. */
interface Dumping {
  dump(): string;
}

/** Where a dump goes, and when. */
export interface DumpOnSignalOptions {
  /** Default `SIGUSR2`. */
  readonly signal?: NodeJS.Signals;
  /** Default: to standard error. */
  readonly write?: (text: string) => void;
}

/**
 * Writes `loop.dump()` whenever the process gets the signal, `kill -USR2 PID` for one. Answers how to turn that off.
 * The signal comes in an event of its own: a loop that is blocked does not answer (see `setBlockingLogThreshold`).
 */
export function dumpOnSignal(loop: Dumping, options: DumpOnSignalOptions = {}): () => void {
  const { signal = 'SIGUSR2', write = writeToStderr } = options;
  const listener = (): void => {
    write(`${loop.dump()}\n`);
  };
  process.on(signal, listener);
  return () => {
    process.off(signal, listener);
  };
}

function writeToStderr(text: string): void {
  process.stderr.write(text);
}
