// How a process starts anew (ARL-3, 7, 8). Owns: the three ways.
import { IOLoop } from '@typhoon/ioloop';
import { RELOAD_STATUS, readSupervision } from './supervision.ts';
import { endAs, Supervisor } from './supervisor.ts';

/** Node.js 22.15 and later has it, where the system does. */
interface ExecutingProcess {
  execve?(file: string, args: readonly string[], env: NodeJS.ProcessEnv): never;
}

/**
 * Starts the program anew, with the same command line. Under a supervisor, by leaving that to it; else by `execve`, which makes
 * a new program of this very process: nothing stays open, and who waits for the process notices nothing. Where there is no
 * `execve`, or a channel to the parent that would be lost, this process becomes the supervisor of the new one.
 */
export async function restart(): Promise<void> {
  if (readSupervision() !== null) process.exit(RELOAD_STATUS);
  const program: NodeJS.Process & ExecutingProcess = process;
  const args = [...process.execArgv, ...process.argv.slice(1)];
  const isReplaceable = process.platform !== 'win32' && process.channel === undefined;
  if (program.execve !== undefined && isReplaceable) {
    program.execve(process.execPath, [process.execPath, ...args], process.env);
  }
  // What this program has on its loop ends here; it is freed before the new one asks for it.
  IOLoop.current().close({ allFds: true });
  endAs(await new Supervisor(args).run());
}
