// What a supervisor and the process that it has started know of each other. Owns: the environment variable, and the status that
// asks for a new start.

/** Where a process finds its supervisor, as JSON. */
export const SUPERVISION_VARIABLE = 'TYPHOON_AUTORELOAD';

/** The exit status that asks a supervisor to start the program again. */
export const RELOAD_STATUS = 221;

/** Who supervises this process. */
export interface Supervision {
  readonly supervisorPid: number;
  /** Where the files are to be reported that were loaded; null if nobody asks. */
  readonly report: string | null;
}

/** What a process reports about its run. */
export interface RunReport {
  readonly files: readonly string[];
  /** Files that an error names, be they there or not. */
  readonly named: readonly string[];
  readonly isUncaught: boolean;
}

/** The supervision of this process; null for one without, and for the children of one that has. */
export function readSupervision(): Supervision | null {
  const text = process.env[SUPERVISION_VARIABLE];
  if (text === undefined) return null;
  const supervision = JSON.parse(text) as Supervision;
  return supervision.supervisorPid === process.ppid ? supervision : null;
}

/** How often a supervised process makes sure that its supervisor is there. */
const PARENT_CHECK_MS = 500;

/** Stops this process as SIGTERM would, should its supervisor be killed outright. */
export function endWithSupervisor(): void {
  const supervision = readSupervision();
  if (supervision === null) return;
  const timer = setInterval(() => {
    if (process.ppid === supervision.supervisorPid) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_CHECK_MS).unref();
}
