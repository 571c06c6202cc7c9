// What goes wrong with processes.

/** Which case a `ProcessError` is. */
export type ProcessErrorCode =
  | 'ERR_TOO_MANY_RESTARTS'
  | 'ERR_ALREADY_FORKED'
  | 'ERR_ALREADY_SERVING'
  | 'ERR_NO_MAIN_SCRIPT'
  | 'ERR_SPAWN_FAILED'
  | 'ERR_PROCESS_FAILED'
  | 'ERR_UNSUPPORTED';

/** Thrown by what makes and watches processes; `code` says which case. */
export class ProcessError extends Error {
  override readonly name: string = 'ProcessError';
  /** Callers test this, never the message. */
  readonly code: ProcessErrorCode;

  constructor(code: ProcessErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A process has ended with something other than 0; its `code` is `ERR_PROCESS_FAILED` (PRC-9). */
export class CalledProcessError extends ProcessError {
  override readonly name: string = 'CalledProcessError';
  /** The exit status; negative: the number of the signal that killed it. */
  readonly returncode: number;
  /** The command with its arguments. */
  readonly cmd: readonly string[];

  constructor(returncode: number, cmd: readonly string[]) {
    const how =
      returncode < 0
        ? `died of signal ${-returncode}`
        : `returned non-zero exit status ${returncode}`;
    super('ERR_PROCESS_FAILED', `Command '${cmd.join(' ')}' ${how}`);
    this.returncode = returncode;
    this.cmd = cmd;
  }
}
