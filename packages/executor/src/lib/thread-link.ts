// A worker that is a thread.
import { Worker } from 'node:worker_threads';
import { WORKER_TEXT } from './worker-text.ts';
import type { ResourceLimits } from 'node:worker_threads';
import type { FromWorker } from './messages.ts';
import type { LinkEvents, WorkerLink } from './worker-link.ts';

/** What a thread is started with; see `ThreadPoolExecutorOptions`. */
export interface ThreadSettings {
  readonly workerData: unknown;
  readonly resourceLimits: ResourceLimits | undefined;
  readonly execArgv: readonly string[] | undefined;
}

/** Starts a thread. Throws what node:worker_threads throws for settings that it does not take. */
export function startThread(
  name: string,
  events: LinkEvents,
  { workerData, resourceLimits, execArgv }: ThreadSettings,
): WorkerLink {
  const worker = new Worker(WORKER_TEXT, {
    eval: true,
    name,
    workerData,
    ...(resourceLimits === undefined ? {} : { resourceLimits }),
    ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
  });
  let uncaught: unknown;
  worker.on('message', (message: unknown) => {
    // A task's own module may use the port, too; what it says is none of ours.
    if (Array.isArray(message)) events.received(message as FromWorker);
  });
  worker.on('messageerror', () => void worker.terminate());
  worker.on('error', (error: unknown) => {
    uncaught = error;
  });
  worker.on('exit', (exitCode) => {
    events.exited(exitCode, uncaught);
  });
  return {
    sharesMemory: true,
    post: (message, moved) => {
      if (moved === null) worker.postMessage(message);
      else worker.postMessage(message, moved as never[]);
    },
    hold: (isNeeded) => {
      if (isNeeded) worker.ref();
      else worker.unref();
    },
    kill: () => void worker.terminate(),
  };
}
