// How a process starts another that runs the same script. Owns: the two ways, and what goes along: descriptors, environment,
// flags. Must not know: when, and how often.
import { fork, type ChildProcess } from 'node:child_process';
import cluster from 'node:cluster';
import { SOCKETS_VARIABLE, type HandedOverSocket } from '@typhoon/iostream';
import { TASK_VARIABLE, type TaskAssignment } from './forked-child.ts';
import { ProcessError } from './process-error.ts';

/** Starts a process for a task; it tells of a failure in its event `error`. */
export type Launch = (taskId: number) => ChildProcess;

/** The first descriptor behind stdin, stdout, stderr and the channel. */
const FIRST_FD = 4;

/**
 * With descriptors a child listens on those that it is given. Without, which is the portable way, Node.js's `cluster` does it: the
 * parent accepts, and deals the connections out.
 *
 * @throws ProcessError `ERR_NO_MAIN_SCRIPT`, `ERR_UNSUPPORTED`
 */
export function makeLaunch(sockets: readonly HandedOverSocket[], hasDescriptors: boolean): Launch {
  const script = process.argv[1];
  if (script === undefined) {
    throw new ProcessError('ERR_NO_MAIN_SCRIPT', 'there is no script that the processes could run');
  }
  const args = process.argv.slice(2);
  const execArgv = process.execArgv.filter((flag) => !flag.startsWith('--inspect'));
  const fds = sockets.map(({ fd }) => fd).filter((fd) => fd !== null);
  const toldSockets = sockets.map((socket) =>
    socket.fd === null ? socket : { ...socket, fd: FIRST_FD + fds.indexOf(socket.fd) },
  );
  const environment = (taskId: number): Record<string, string> => ({
    [TASK_VARIABLE]: JSON.stringify({ taskId, parentPid: process.pid } satisfies TaskAssignment),
    [SOCKETS_VARIABLE]: JSON.stringify(toldSockets),
  });
  if (hasDescriptors) {
    return (taskId) =>
      fork(script, args, {
        execArgv,
        env: { ...process.env, ...environment(taskId) },
        stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...fds],
      });
  }
  if (!cluster.isPrimary) {
    const message = 'a worker of node:cluster cannot make processes without the native poller';
    throw new ProcessError('ERR_UNSUPPORTED', message);
  }
  cluster.setupPrimary({ exec: script, args, execArgv });
  return (taskId) => {
    const worker = cluster.fork(environment(taskId));
    worker.on('error', () => undefined); // heard from the process itself
    return worker.process;
  };
}
