// A worker that is a process.
import { spawn } from 'node:child_process';
import { WORKER_TEXT } from './worker-text.ts';
import type { FromWorker } from './messages.ts';
import type { LinkEvents, WorkerLink } from './worker-link.ts';

/** What a process is started with; see `ProcessPoolExecutorOptions`. */
export interface ProcessSettings {
  readonly env: NodeJS.ProcessEnv | undefined;
  readonly cwd: string | undefined;
  readonly execArgv: readonly string[] | undefined;
}

/** Starts a process of this Node.js. It ends when this one does. */
export function startProcess(
  name: string,
  events: LinkEvents,
  { env, cwd, execArgv = inheritedArgv() }: ProcessSettings,
): WorkerLink {
  const child = spawn(process.execPath, [...execArgv, `--title=${name}`, '-e', WORKER_TEXT], {
    // What it says about itself when it dies stands beside what this process says.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Structured clone, as between threads.
    serialization: 'advanced',
    ...(env === undefined ? {} : { env }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  let reason: unknown;
  let isGone = false;
  const leave = (exitCode: number): void => {
    if (isGone) return;
    isGone = true;
    events.exited(exitCode, reason);
  };
  child.on('message', (message: unknown) => {
    if (Array.isArray(message)) events.received(message as FromWorker);
  });
  child.on('error', (error) => {
    reason = error;
    // One that never started does not exit.
    if (child.pid === undefined) setImmediate(leave, 1);
  });
  child.on('exit', (exitCode, signal) => {
    if (signal !== null) reason ??= new Error(`killed by ${signal}`);
    // What it said before is still to be read.
    if (child.connected) child.once('disconnect', () => setImmediate(leave, exitCode ?? 1));
    else setImmediate(leave, exitCode ?? 1);
  });
  return {
    sharesMemory: false,
    post: (message) => {
      // Who writes to one that is gone hears of that by its exit.
      if (child.connected) child.send(message, () => undefined);
    },
    hold: (isNeeded) => {
      for (const part of [child, child.channel]) {
        if (isNeeded) part?.ref();
        else part?.unref();
      }
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

/** The options of this process, but for what it runs, and a debugger's port, which only one can have. */
function inheritedArgv(): string[] {
  const kept: string[] = [];
  const { execArgv } = process;
  for (let at = 0; at < execArgv.length; at++) {
    const option = execArgv[at] ?? '';
    if (/^(?:-e|-p|-pe|--eval|--print)$/.test(option)) at++;
    else if (!/^--(?:eval|print|input-type|inspect|test|watch)/.test(option)) kept.push(option);
  }
  return kept;
}
