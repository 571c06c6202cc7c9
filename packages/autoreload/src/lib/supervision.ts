// What a supervisor and the process that it has started know of each other. Owns: the environment variable, and the status that
// asks for a new start.
import cluster from 'node:cluster';

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

/** Set by `forkProcesses` in its children; it takes it out of the environment when it is loaded. */
const TASK_VARIABLE = 'TYPHOON_TASK';
const hasTask = process.env[TASK_VARIABLE] !== undefined;

/** Whether this process is one of several that its parent has started, and will start again (ARL-4). */
export function isForkedChild(): boolean {
  return hasTask || cluster.isWorker;
}
