// Whether this process is one of several that its parent has started, and would start again (ARL-4).
import cluster from 'node:cluster';
import { readSupervision } from './supervision.ts';

/** True in the children of `forkProcesses`, and in workers of `node:cluster`. */
export async function isForkedChild(): Promise<boolean> {
  // A child of our own supervisor is nobody else's.
  if (readSupervision() !== null) return false;
  if (cluster.isWorker) return true;
  // Loaded by every program that forks, so this costs nothing there; the others pay it once, in debug mode, when they have started.
  const { taskId } = await import('@typhoon/httpserver');
  return taskId() !== null;
}
