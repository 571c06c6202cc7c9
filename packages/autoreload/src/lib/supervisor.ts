// Starts the program as a child, again and again while it asks for it. Owns: the child, and handing signals on.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { RELOAD_STATUS, SUPERVISION_VARIABLE, type Supervision } from './supervision.ts';

/** How a run of the program ended. */
export interface Ending {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const;
const DEADLY: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs one command line of Node.js under its own eyes, with its own terminal and files. */
export class Supervisor {
  readonly #args: readonly string[];
  readonly #report: string | null;
  #child: ChildProcess | null = null;
  #isToldToStop = false;
  #onStop: (() => void) | null = null;

  /**
   * Takes over the process's signals.
   *
   * @param args What stands behind `node`.
   * @param report Where runs report their files.
   */
  constructor(args: readonly string[], report: string | null = null) {
    this.#args = args;
    this.#report = report;
    for (const signal of SIGNALS) {
      process.removeAllListeners(signal);
      process.on(signal, () => {
        this.#pass(signal);
      });
    }
  }

  /** Whether somebody has told the program to stop. */
  get isToldToStop(): boolean {
    return this.#isToldToStop;
  }

  /** Has `callback` called when somebody tells the program to stop while it does not run. */
  onStop(callback: () => void): void {
    this.#onStop = callback;
  }

  /** Starts the program, and again whenever it asks for it. Rejects if there is no starting it. */
  async run(): Promise<Ending> {
    for (;;) {
      const ending = await this.#runOnce();
      if (ending.status !== RELOAD_STATUS || this.#isToldToStop) return ending;
    }
  }

  #runOnce(): Promise<Ending> {
    const supervision: Supervision = { supervisorPid: process.pid, report: this.#report };
    const child = spawn(process.execPath, [...this.#args], {
      stdio: 'inherit',
      env: { ...process.env, [SUPERVISION_VARIABLE]: JSON.stringify(supervision) },
    });
    this.#child = child;
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (status, signal) => {
        this.#child = null;
        resolve({ status, signal });
      });
    });
  }

  #pass(signal: NodeJS.Signals): void {
    if (DEADLY.includes(signal)) this.#isToldToStop = true;
    if (this.#child === null) this.#onStop?.();
    // Ctrl-C comes to all of the terminal's processes at once; twice, it would mean something else to many programs.
    else if (signal !== 'SIGINT' || !isInForeground()) this.#child.kill(signal);
  }
}

/** Ends this process as the program has ended. */
export function endAs({ status, signal }: Ending): void {
  if (signal === null) process.exit(status ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Whether this process is among those that its terminal sends Ctrl-C to. */
function isInForeground(): boolean {
  if (process.platform !== 'linux') return process.stdin.isTTY;
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group === foreground;
}
