// Connections that do nothing, held by a process of their own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pinned } from '../server-process.ts';

/** A crowd of connections, each used once and idle from then on. */
export class IdleConnections {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Opens `count` connections to a port of this machine. */
  static async open(port: number, count: number): Promise<IdleConnections> {
    const script = fileURLToPath(new URL('./idle-clients.js', import.meta.url));
    const command = pinned(1, [process.execPath, script, String(port), String(count)]);
    const [program = '', ...args] = command;
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
