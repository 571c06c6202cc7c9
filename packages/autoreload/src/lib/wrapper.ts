// The command `typhoon-autoreload`: runs a script again whenever its files change, even while it does not run (ARL-5, 6).
// Owns: what is logged of a run, what is watched between runs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { genLog } from '@typhoon/log';
import { FileTimes } from './file-times.ts';
import { endAs, Supervisor, type Ending } from './supervisor.ts';
import type { RunReport } from './supervision.ts';

/** What the command is told. */
export interface WrapperOptions {
  /** What stands behind `node`: flags, script, arguments. */
  readonly args: readonly string[];
  readonly script: string;
  /** Whether an exit with 0 ends the command, too. */
  readonly untilSuccess: boolean;
  /** How often files are looked at between runs. Default 500. */
  readonly checkTimeMs?: number;
}

const NO_REPORT: RunReport = { files: [], named: [], isUncaught: false };

/** Runs the script until somebody stops it, or it succeeds. Never settles but for a failure to start. */
export async function wrap(options: WrapperOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'typhoon-autoreload-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const report = join(folder, 'report.json');
  const supervisor = new Supervisor(options.args, report);
  const files = new Set([resolve(options.script)]);
  const times = new FileTimes();
  for (;;) {
    times.changed(files);
    const ending = await supervisor.run();
    const run = readReport(report);
    if (supervisor.isToldToStop) {
      endAs(ending);
      return;
    }
    for (const file of [...run.files, ...run.named]) files.add(file);
    run.named.forEach((file) => {
      times.expect(file);
    });
    const [changed] = times.changed(files);
    logEnding(ending, run);
    if (options.untilSuccess && ending.status === 0) process.exit(0);
    if (changed !== undefined) logChange(changed);
    else await changeOf(files, times, supervisor, options.checkTimeMs ?? 500);
  }
}

/** Settles when one of the files has changed; ends the process if it is told to stop before. */
function changeOf(
  files: ReadonlySet<string>,
  times: FileTimes,
  supervisor: Supervisor,
  checkTimeMs: number,
): Promise<void> {
  return new Promise((done) => {
    const look = (): void => {
      const [changed] = times.changed(files);
      if (changed === undefined) return;
      clearInterval(timer);
      logChange(changed);
      done();
    };
    const timer = setInterval(look, checkTimeMs);
    supervisor.onStop(() => process.exit(0));
  });
}

function logChange(file: string): void {
  genLog.info('%s modified; restarting server', file);
}

function logEnding({ status, signal }: Ending, { isUncaught }: RunReport): void {
  if (isUncaught) genLog.warning('Script exited with uncaught exception');
  else if (signal !== null) genLog.warning('Script was killed by signal %s', signal);
  else if (status === 0) genLog.info('Script exited normally');
  else genLog.info('Script exited with status %s', status);
}

function readReport(path: string): RunReport {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunReport;
  } catch {
    return NO_REPORT; // killed before it could tell
  } finally {
    rmSync(path, { force: true });
  }
}
