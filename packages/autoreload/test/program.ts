// A program that a test starts, and waits for what it prints.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const built = (name: string): string => new URL(`../dist/${name}`, import.meta.url).href;

/** What scripts import. */
export const AUTORELOAD: string = built('index.js');
const COMMAND = fileURLToPath(built('main.js'));

/** What is not printed by then is not printed. */
const LIMIT_MS = 10_000;

/** A running `node`, killed with its children when the test is over. */
export class Program {
  readonly child: ChildProcess;
  output = '';
  #seen = 0;
  #onOutput: (() => void) | null = null;

  constructor(args: readonly string[], stdio: readonly 'ipc'[] = []) {
    this.child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe', ...stdio],
      detached: true, // a group of its own, to be killed as a whole
      env: { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.#onOutput?.();
      });
    }
    this.child.on('close', () => this.#onOutput?.());
    onTestFinished(() => {
      try {
        process.kill(-Number(this.child.pid), 'SIGKILL');
      } catch {
        // All of it has ended.
      }
    });
  }

  /** Waits until something more is printed that matches; gives the match. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output.slice(this.#seen));
      if (match !== null) {
        this.#seen += match.index + match[0].length;
        return match;
      }
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => {
          reject(new Error(`${String(pattern)} is not printed:\n${this.output}`));
        }, LIMIT_MS);
        this.#onOutput = () => {
          clearTimeout(late);
          resolve();
        };
        if (this.child.exitCode === null) return;
        reject(
          new Error(
            `it has ended with ${this.child.exitCode} without ${String(pattern)}:\n${this.output}`,
          ),
        );
      });
    }
  }

  /** Waits for the end: the exit status, or the signal. */
  async ends(): Promise<unknown> {
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) return exitCode ?? signalCode;
    const [status, signal] = (await once(this.child, 'exit')) as unknown[];
    return status ?? signal;
  }
}

/** The command `typhoon-autoreload`. */
export function command(...args: readonly string[]): Program {
  return new Program([COMMAND, ...args]);
}
