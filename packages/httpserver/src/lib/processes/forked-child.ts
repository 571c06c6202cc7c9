// A process that `forkProcesses` has made, seen from inside. Owns: which task it has, what it does when it is told to go, and
// that it never outlives its parent. Must not know: what it serves.
import cluster from 'node:cluster';
import { appLog } from '@typhoon/log';
import { ProcessError } from './process-error.ts';

/** Where a child finds its task in the environment, as JSON. */
export const TASK_VARIABLE = 'TYPHOON_TASK';

/** What a child tells its parent. */
export const READY_MESSAGE = { typhoon: 'ready' };

/** The number of a task, and whose it is: the children of a child are nobody's. */
export interface TaskAssignment {
  readonly taskId: number;
  readonly parentPid: number;
}

/** A child that has lost its parent gets so long to go by itself. */
const ORPHAN_MS = 30_000;

const assignedTask = readAssignment();
const hooks: (() => unknown)[] = [];
let isStopping = false;

if (assignedTask !== null) liveWithParent();

/** Which of the processes this one is, from 0; a process started again has the same. Null in any other process (PRC-2). */
export function taskId(): number | null {
  return assignedTask;
}

/**
 * Says that this process does its work: a rolling restart waits for that. `HTTPServer.start` and `TCPServer.start` say it
 * themselves. Harmless in any other process, and twice.
 */
export function processReady(): void {
  if (assignedTask !== null && process.connected) process.send?.(READY_MESSAGE);
}

/**
 * From now on SIGTERM and SIGINT do not end this process at once: the hooks run, the last one first, each waited for, and then the
 * process exits: with 1 if one of them failed, else with 0. Further signals change nothing.
 */
export function addStopHook(hook: () => unknown): void {
  hooks.push(hook);
  if (hooks.length > 1) return;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      void stop();
    });
  }
}

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  let exitCode = 0;
  for (let hook = hooks.pop(); hook !== undefined; hook = hooks.pop()) {
    try {
      await hook();
    } catch (error) {
      exitCode = 1;
      appLog.error('Exception in stop hook', error);
    }
  }
  process.exit(exitCode);
}

/** Taken out of the environment: it is not for the processes that this one starts. */
function readAssignment(): number | null {
  const text = process.env[TASK_VARIABLE];
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the environment is Node.js's object
  delete process.env[TASK_VARIABLE];
  if (text === undefined || process.send === undefined) return null;
  const assignment = JSON.parse(text) as TaskAssignment;
  const isOurs = process.ppid === assignment.parentPid || process.ppid === 1;
  return isOurs ? assignment.taskId : null;
}

function liveWithParent(): void {
  // A terminal that hangs up tells everybody; the parent decides.
  process.on('SIGHUP', () => undefined);
  // A worker of node:cluster would exit at once.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), ORPHAN_MS).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  // A listener for it keeps a process alive; a worker of node:cluster must be, while it waits to listen.
  if (cluster.worker === undefined) process.channel?.unref();
  if (!process.connected) process.kill(process.pid, 'SIGTERM');
}

let isForked = false;

/** A process is forked once (PRC-6). @throws ProcessError `ERR_ALREADY_FORKED` */
export function forkOnce(): void {
  if (isForked) {
    throw new ProcessError('ERR_ALREADY_FORKED', 'forkProcesses was called in this process before');
  }
  isForked = true;
}
