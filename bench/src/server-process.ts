// A server under test in a process of its own, pinned to a core. Owns: starting, reading its CPU time, stopping.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** CPU time a process has used, and its memory. */
export interface Usage {
  readonly userMs: number;
  readonly systemMs: number;
  readonly rssBytes: number;
}

const TICK_MS = 10; // the kernel counts in hundredths of a second (USER_HZ)
const PAGE_BYTES = 4096;

/** One running server. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Starts `command` on a core and waits until it prints `port N`, or its address. */
  static async start(command: readonly string[], core = 0): Promise<ServerProcess> {
    const [program = '', ...args] = pinned(core, command);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
    const port = /^(?:port |listening on http:.*:)(\d+)$/.exec(String(first[0]))?.[1];
    if (port === undefined) throw new Error(`${command.join(' ')} did not start`);
    return new ServerProcess(child, Number(port));
  }

  /** What it has used since it started, all threads together. */
  usage(): Usage {
    const stat = readFileSync(`/proc/${this.#child.pid ?? 0}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      userMs: Number(fields[11]) * TICK_MS,
      systemMs: Number(fields[12]) * TICK_MS,
      rssBytes: Number(fields[21]) * PAGE_BYTES,
    };
  }

  /** Has it collect its garbage; a server of ours does within the wait. */
  async collectGarbage(): Promise<void> {
    this.#child.kill('SIGUSR2');
    await delay(1000);
  }

  /** Ends it. */
  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

/** The command pinned to one core, where there are two and `taskset` to do it. */
export function pinned(core: number, command: readonly string[]): readonly string[] {
  const canPin = spawnSync('taskset', ['-c', '1', 'true'], { stdio: 'ignore' }).status === 0;
  return canPin ? ['taskset', '-c', String(core), ...command] : command;
}
