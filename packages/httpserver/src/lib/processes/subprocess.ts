// Another program, with streams of ours on its pipes. Owns: its pipes, who hears of its end.
// Must not know: what the program is.
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { Socket } from 'node:net';
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { PipeIOStream } from '@typhoon/iostream';
import { CalledProcessError, ProcessError } from './process-error.ts';
import type { Readable, Writable } from 'node:stream';

/** Asks for a `PipeIOStream` in place of a pipe. */
const STREAM = 'stream';
/** Sends what the program writes to stderr where its stdout goes. */
const STDOUT = 'stdout';

/** What becomes of one of the program's three descriptors: as in node:child_process, or `Subprocess.STREAM` (PRC-8). */
export type SubprocessPipe =
  typeof STREAM | 'pipe' | 'inherit' | 'ignore' | number | Readable | Writable;

/** How to start a program. */
export interface SubprocessOptions {
  /** Default `inherit`, as for the others. */
  readonly stdin?: SubprocessPipe;
  readonly stdout?: SubprocessPipe;
  /** `Subprocess.STDOUT`: into stdout. That takes a shell on the way, which makes a program that is missing exit with 127. */
  readonly stderr?: SubprocessPipe | typeof STDOUT;
  /** The folder it runs in. Default: this process's. */
  readonly cwd?: string;
  /** Its environment. Default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
}

type NodePipe = Exclude<SubprocessPipe, typeof STREAM>;

/**
 * A program that runs beside this one, under its name with its arguments.
 *
 * ```ts no-run
 * const sort = new Subprocess(['sort'], { stdin: Subprocess.STREAM, stdout: Subprocess.STREAM });
 * ```
 */
export class Subprocess {
  static readonly STREAM: typeof STREAM = STREAM;
  static readonly STDOUT: typeof STDOUT = STDOUT;

  /** What node:child_process knows of it; pipes that were asked for as `pipe` are there. */
  readonly proc: ChildProcess;
  readonly pid: number;
  /** Its standard input when that is a STREAM, else null. Closing it ends the program's input (PRC-11). */
  readonly stdin: PipeIOStream | null;
  /** Its standard output when that is a STREAM, else null; it closes when nobody holds the other end any more. */
  readonly stdout: PipeIOStream | null;
  /** Its standard error when that is a STREAM, else null. */
  readonly stderr: PipeIOStream | null;
  readonly #args: readonly string[];
  readonly #loop: IOLoop;
  readonly #exited = new Future<number>();
  #returncode: number | null = null;
  #onExit: ((returncode: number) => unknown) | null = null;

  /**
   * Starts it. @throws ProcessError `ERR_SPAWN_FAILED`, with all pipes closed, when there is no such program or folder, or it may not be run
   * (PRC-10).
   */
  constructor(args: readonly string[], options: SubprocessOptions = {}) {
    this.#args = args;
    this.#loop = IOLoop.current();
    this.proc = start(args, options);
    this.pid = this.proc.pid ?? 0;
    this.proc.once('exit', (code, signal) => {
      this.#ended(signal === null ? (code ?? 0) : -constants.signals[signal]);
    });
    this.stdin = streamOf(options.stdin, this.proc.stdin);
    this.stdout = streamOf(options.stdout, this.proc.stdout);
    this.stderr = streamOf(options.stderr, this.proc.stderr);
  }

  /** Nothing: Node.js always hears of its children's ends. Kept for those who call it. */
  static initialize(): void {
    // see above
  }

  /** Nothing, likewise. */
  static uninitialize(): void {
    // see above
  }

  /** The exit status; negative: the number of the signal that killed it; null while it runs (PRC-9). */
  get returncode(): number | null {
    return this.#returncode;
  }

  /** Calls back on the loop when the program has ended, or soon when it has already. A second callback replaces the first (PRC-12). */
  setExitCallback(callback: (returncode: number) => unknown): void {
    this.#onExit = callback;
    if (this.#returncode !== null) this.#loop.addCallback(this.#tell);
  }

  /**
   * The exit status, when it has ended. Fails with CalledProcessError when that is not 0, unless `raiseError` is false (PRC-9).
   */
  waitForExit(options: { readonly raiseError?: boolean } = {}): Future<number> {
    const { raiseError = true } = options;
    const result = new Future<number>();
    this.#exited.addDoneCallback((exited) => {
      if (result.done()) return;
      const returncode = exited.result();
      if (returncode === 0 || !raiseError) result.setResult(returncode);
      else result.setException(new CalledProcessError(returncode, this.#args));
    });
    return result;
  }

  #ended(returncode: number): void {
    this.#returncode = returncode;
    this.#exited.setResult(returncode);
    this.#loop.addCallback(this.#tell);
  }

  readonly #tell = (): void => {
    const callback = this.#onExit;
    this.#onExit = null;
    if (this.#returncode !== null) callback?.(this.#returncode);
  };
}

function start(args: readonly string[], options: SubprocessOptions): ChildProcess {
  const { stdin = 'inherit', stdout = 'inherit', stderr = 'inherit', cwd, env } = options;
  const isMerged = stderr === STDOUT;
  const [program = '', ...rest] = isMerged
    ? ['/bin/sh', '-c', 'exec "$0" "$@" 2>&1', ...args]
    : args;
  const proc = spawn(program, rest, {
    stdio: [nodePipe(stdin), nodePipe(stdout), isMerged ? 'ignore' : nodePipe(stderr)],
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  });
  if (proc.pid !== undefined) return proc;
  proc.once('error', () => undefined); // comes later, and says no more
  for (const pipe of [proc.stdin, proc.stdout, proc.stderr]) pipe?.destroy();
  const message = `cannot start '${args.join(' ')}': no such program or folder, or it may not be run`;
  throw new ProcessError('ERR_SPAWN_FAILED', message);
}

function nodePipe(pipe: SubprocessPipe): NodePipe {
  return pipe === STREAM ? 'pipe' : pipe;
}

function streamOf(
  asked: SubprocessPipe | typeof STDOUT | undefined,
  pipe: Readable | Writable | null,
): PipeIOStream | null {
  return asked === STREAM && pipe instanceof Socket ? new PipeIOStream(pipe) : null;
}
