// The watching of this program, for all its modules.
import { FolderHints } from './folder-hints.ts';
import { isForkedChild } from './forked-child.ts';
import { loadedFiles } from './loaded-files.ts';
import { Reloader, type StartOptions } from './reloader.ts';
import { restart } from './restart.ts';
import { endWithSupervisor } from './supervision.ts';

/** Timers that keep no process alive. */
const clock = {
  setTimer: (delayMs: number, callback: () => void) => setTimeout(callback, delayMs).unref(),
};

const hints = (tell: () => void): FolderHints => new FolderHints(tell);

const reloader = new Reloader({ clock, loadedFiles, hints, restart, isForkedChild });

/** {@link Reloader.start} of this program. */
export function start(options?: StartOptions): void {
  endWithSupervisor();
  reloader.start(options);
}

/** {@link Reloader.watch} of this program. */
export const watch: Reloader['watch'] = reloader.watch.bind(reloader);

/** {@link Reloader.addReloadHook} of this program. */
export const addReloadHook: Reloader['addReloadHook'] = reloader.addReloadHook.bind(reloader);

/** {@link Reloader.files} of this program. */
export const watchedFiles: Reloader['files'] = reloader.files.bind(reloader);

/**
 * Starts to watch, and keeps the process alive until a file changes and it starts anew: for the end of a script that is to
 * run again then, a test runner for one. Never settles.
 */
export function wait(options: StartOptions = {}): Promise<never> {
  start(options);
  setInterval(() => undefined, 2 ** 31 - 1);
  return new Promise<never>(() => undefined);
}
