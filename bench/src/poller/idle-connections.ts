// Connections that do nothing, held by a process of their own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pinned } from '../server-process.ts';

/** One request each. */
const REQUESTS = new URL('./idle-clients.js', import.meta.url);

/** A crowd of connections, each used once and idle from then on. */
export class IdleConnections {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Opens `count` connections to a port of this machine, by a program that takes both as its first arguments. */
  static async open(
    port: number,
    count: number,
    program = REQUESTS,
    rest: readonly string[] = [],
  ): Promise<IdleConnections> {
    const script = fileURLToPath(program);
    return IdleConnections.#start(count, [script, String(port), String(count), ...rest]);
  }

  static async #start(count: number, command: readonly string[]): Promise<IdleConnections> {
    const [program = '', ...args] = pinned(1, [process.execPath, ...command]);
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const heard = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
    if (heard[0] !== 'port 0') throw new Error(`could not open ${count} connections`);
    return new IdleConnections(child);
  }

  /** Closes them. */
  async close(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exit;
  }
}
