// The parent of several processes that run the same script. Owns: real processes and real signals.
// Must not know: when to start whom again (supervisor.ts), how one is started (launch.ts).
import { IOLoop, systemClock } from '@typhoon/ioloop';
import { closeHandedOver, handOverSockets, isServingSockets } from '@typhoon/iostream';
import { genLog } from '@typhoon/log';
import { cpuCount } from './cpu-count.ts';
import { forkOnce, READY_MESSAGE, taskId } from './forked-child.ts';
import { listeningServers } from './listening-servers.ts';
import { makeLaunch } from './launch.ts';
import { ProcessError } from './process-error.ts';
import { Supervisor } from './supervisor.ts';
import type { ChildProcess } from 'node:child_process';
import type { Launch } from './launch.ts';
import type { Exit, SupervisorHost, SupervisorPolicy } from './supervisor.ts';

/** How patient the parent is with its processes. */
export interface ForkOptions {
  /** So many restarts of all together, and the parent gives up. Default 100 (PRC-4). */
  readonly maxRestarts?: number;
  /** Wait before the second restart in a row, in milliseconds; doubled with each that follows. Default 100. */
  readonly restartDelayMs?: number;
  /** Never wait longer than that for a restart, in milliseconds. Default 30000. */
  readonly maxRestartDelayMs?: number;
  /** A process that has lived so long, in milliseconds, is restarted at once when it crashes. Default 10000. */
  readonly healthyMs?: number;
  /** A process that was told to go is killed after so many milliseconds. Default 30000. */
  readonly stopTimeoutMs?: number;
  /** In a rolling restart a new process must be ready within so many milliseconds. Default 30000. */
  readonly readyTimeoutMs?: number;
}

/**
 * Makes processes that each run this script again from its start: there it resolves at once, with the number of the process. In this
 * one, the parent, it never resolves. The parent starts those again that crash, hands SIGTERM and SIGINT on (the second one kills),
 * replaces them one by one on SIGHUP, and exits when all have ended (PRC-1 to 4). Sockets that are bound and not served are
 * handed over: who binds the same in a child gets them (PRC-7).
 *
 * Rejects with ProcessError `ERR_TOO_MANY_RESTARTS`, in the parent, when no process is left; `ERR_ALREADY_FORKED` the second time
 * in a process (PRC-6); `ERR_ALREADY_SERVING` when the parent itself serves (PRC-5); `ERR_NO_MAIN_SCRIPT`; `ERR_UNSUPPORTED` on
 * Windows.
 *
 * @param numProcesses Null, 0 or less: one for each CPU.
 */
export async function forkProcesses(
  numProcesses: number | null,
  options: ForkOptions = {},
): Promise<number> {
  forkOnce();
  const task = taskId();
  if (task !== null) return task;
  if (process.platform === 'win32') {
    throw new ProcessError('ERR_UNSUPPORTED', 'forkProcesses is not available on Windows');
  }
  if (listeningServers.size > 0 || isServingSockets()) {
    const message = 'this process serves already: fork first, or bind, fork, and then serve';
    throw new ProcessError('ERR_ALREADY_SERVING', message);
  }
  const hasDescriptors = IOLoop.current().poller.name !== 'net';
  const launch = makeLaunch(await handOverSockets(), hasDescriptors);
  return new Promise((_, reject) => {
    new Family(launch, policyOf(countOf(numProcesses), options), reject).begin();
  });
}

/** How many processes are meant: null, 0 or less is one for each CPU (PRC-1). */
export function countOf(numProcesses: number | null): number {
  return numProcesses === null || numProcesses <= 0 ? cpuCount() : numProcesses;
}

function policyOf(tasks: number, options: ForkOptions): SupervisorPolicy {
  return {
    tasks,
    maxRestarts: options.maxRestarts ?? 100,
    backOff: {
      firstMs: options.restartDelayMs ?? 100,
      maxMs: options.maxRestartDelayMs ?? 30_000,
    },
    healthyMs: options.healthyMs ?? 10_000,
    stopTimeoutMs: options.stopTimeoutMs ?? 30_000,
    readyTimeoutMs: options.readyTimeoutMs ?? 30_000,
  };
}

class Family implements SupervisorHost {
  readonly #launch: Launch;
  readonly #supervisor: Supervisor;
  readonly #onGivenUp: (error: ProcessError) => void;
  readonly #children = new Map<number, ChildProcess>();

  constructor(launch: Launch, policy: SupervisorPolicy, onGivenUp: (error: ProcessError) => void) {
    this.#launch = launch;
    this.#supervisor = new Supervisor(this, policy, systemClock);
    this.#onGivenUp = onGivenUp;
  }

  begin(): void {
    process.on('SIGTERM', this.#onStop);
    process.on('SIGINT', this.#onStop);
    process.on('SIGHUP', this.#onHangUp);
    this.#supervisor.begin();
  }

  spawn(child: number, task: number): number {
    const made = this.#tryLaunch(child, task);
    if (made === null) return 0;
    this.#children.set(child, made);
    const exited = (exit: Exit): void => {
      if (this.#children.delete(child)) this.#supervisor.childExited(child, exit);
    };
    made.on('error', ({ message }) => {
      if (made.pid === undefined) exited({ kind: 'unstarted', reason: message });
    });
    made.on('exit', (code, signal) => {
      exited(signal === null ? { kind: 'code', code: code ?? 1 } : { kind: 'signal', signal });
    });
    made.on('message', (message) => {
      if (isReady(message)) this.#supervisor.childReady(child);
    });
    return made.pid ?? 0;
  }

  /** The system refuses more processes, for one; the supervisor is told later. */
  #tryLaunch(child: number, task: number): ChildProcess | null {
    try {
      return this.#launch(task);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      setImmediate(() => {
        this.#supervisor.childExited(child, { kind: 'unstarted', reason });
      });
      return null;
    }
  }

  kill(child: number, signal: NodeJS.Signals): void {
    this.#children.get(child)?.kill(signal);
  }

  log(level: 'info' | 'warning' | 'error', message: string, ...args: unknown[]): void {
    genLog[level](message, ...args);
  }

  finish(exitCode: number): void {
    void closeHandedOver().finally(() => process.exit(exitCode));
  }

  giveUp(): void {
    process.off('SIGTERM', this.#onStop);
    process.off('SIGINT', this.#onStop);
    process.off('SIGHUP', this.#onHangUp);
    const message = 'Too many child restarts, giving up';
    void closeHandedOver().finally(() => {
      this.#onGivenUp(new ProcessError('ERR_TOO_MANY_RESTARTS', message));
    });
  }

  readonly #onStop = (signal: NodeJS.Signals): void => {
    this.#supervisor.stop(signal);
  };

  /** From a terminal it is the end of the session. */
  readonly #onHangUp = (): void => {
    if (process.stdin.isTTY) this.#supervisor.stop('SIGTERM');
    else this.#supervisor.roll();
  };
}

function isReady(message: unknown): boolean {
  return (
    typeof message === 'object' &&
    message !== null &&
    'typhoon' in message &&
    message.typhoon === READY_MESSAGE.typhoon
  );
}
