// A client under test in a process of its own, pinned to a core. Owns: starting it, asking it for a figure, ending it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { pinned } from '../server-process.ts';

/** What a client did in one go. */
export interface Measured {
  readonly requests: number;
  readonly bytes: number;
  readonly seconds: number;
  /** CPU time of the whole process a request, microseconds. */
  readonly userUs: number;
  readonly systemUs: number;
  readonly rssBytes: number;
  /** The heap when all garbage is collected. */
  readonly heapBytes: number;
}

/** One client, warm. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  private constructor(child: ChildProcess, lines: Interface) {
    this.#child = child;
    this.#lines = lines;
  }

  /** Starts it on core 0, and waits until it is warm. */
  static async start(
    worker: string,
    args: readonly string[],
    poller: string,
  ): Promise<WorkerProcess> {
    const command = [process.execPath, '--expose-gc', worker, ...args];
    const [program = '', ...rest] = pinned(0, command);
    const child = spawn(program, rest, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TYPHOON_POLLER: poller },
    });
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line');
    return new WorkerProcess(child, lines);
  }

  /** Has it work for its time, or make so many requests. */
  async measure(count = 0): Promise<Measured> {
    const line = once(this.#lines, 'line');
    this.#child.stdin?.write(`${count}\n`);
    return JSON.parse(String((await line)[0])) as Measured;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
