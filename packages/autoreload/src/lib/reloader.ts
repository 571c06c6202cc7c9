// Watches the program's files and starts it anew when one has changed. Owns: when to look, the hooks, that it happens once.
// Must not know: how a process starts anew (restart.ts), how loaded files are found (loaded-files.ts).
import { isMainThread } from 'node:worker_threads';
import { IOLoop, type Clock } from '@typhoon/ioloop';
import { genLog } from '@typhoon/log';
import { FileTimes } from './file-times.ts';
import type { FolderHints } from './folder-hints.ts';

/** How files are watched. */
export interface StartOptions {
  /** How often they are looked at, in milliseconds, also where no folder tells of a change. Default 500. */
  readonly checkTime?: number;
}

/** What a {@link Reloader} has of its surroundings. */
export interface ReloaderOptions {
  /** Sets the timers. */
  readonly clock: Pick<Clock, 'setTimer'>;
  loadedFiles(): Iterable<string>;
  /** Calls `tell` when something may have changed; what is given back is told of the files. */
  hints(tell: () => void): Pick<FolderHints, 'follow' | 'close'>;
  /** Starts the program anew. */
  restart(): unknown;
  /** Whether this process leaves that to its parent. */
  isForkedChild(): Promise<boolean>;
}

/** An editor that saves several files, or one in several steps, is given the time: until nothing has changed for so long. */
const SETTLE_MS = 50;
const LONGEST_SETTLE_MS = 2000;

/** Asking what is loaded takes 10 ms and more for a program of 500 files. */
const ASK_AGAIN_MS = 2000;
/** A hint comes when a file begins to change. */
const HINT_MS = 10;

/** A hook that takes longer is not waited for. */
const HOOK_LIMIT_MS = 5000;

/** The watching of one program. */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #times = new FileTimes();
  readonly #watched = new Set<string>();
  readonly #hooks: (() => unknown)[] = [];
  readonly #loops = new WeakSet<IOLoop>();
  /** As when the program was last asked. */
  #loaded: readonly string[] = [];
  #looks = 0;
  #looksPerAsk = 1;
  #hints: Pick<FolderHints, 'follow' | 'close'> | null = null;
  #isHinted = false;
  #isStarted = false;
  #isReloading = false;

  constructor(options: ReloaderOptions) {
    this.#options = options;
  }

  /**
   * Begins to watch: all files that are loaded, now or later, and those given to `watch`. Starting again on the same loop does
   * nothing, on another one it warns (ARL-1). Does not keep the process alive. Nothing is watched in a worker thread, nor in
   * the children of `forkProcesses` (ARL-4).
   */
  start({ checkTime = 500 }: StartOptions = {}): void {
    const loop = IOLoop.current();
    if (this.#loops.has(loop) || !isMainThread) return;
    this.#loops.add(loop);
    if (this.#isStarted) {
      genLog.warning('autoreload started more than once in the same process');
      return;
    }
    this.#isStarted = true;
    this.#ask();
    this.#changed(); // how they are now is how they are to stay
    void this.#options.isForkedChild().then((isForkedChild) => {
      if (isForkedChild) return;
      this.#hints = this.#options.hints(this.#onHint);
      this.#hints.follow([...this.#loaded, ...this.#watched]);
      this.#looksPerAsk = Math.max(1, Math.round(ASK_AGAIN_MS / checkTime));
      this.#lookAfter(checkTime);
    });
  }

  /** Watches one more file from now on, whether it is there or not: a template, a config file. */
  watch(file: string): void {
    this.#watched.add(file);
    this.#times.remember(file);
    this.#hints?.follow([file]);
  }

  /**
   * Has `hook` called before the program starts anew, in the order in which hooks were added; a promise is waited for, five seconds
   * at most. It frees what the next start needs: ports, files, threads.
   */
  addReloadHook(hook: () => unknown): void {
    this.#hooks.push(hook);
  }

  /** Files that are looked at. */
  files(): Set<string> {
    return new Set([...this.#options.loadedFiles(), ...this.#watched]);
  }

  #lookAfter(checkTime: number): void {
    this.#options.clock.setTimer(checkTime, () => {
      if (this.#looks++ % this.#looksPerAsk === 0) this.#ask();
      this.#look();
      if (!this.#isReloading) this.#lookAfter(checkTime);
    });
  }

  /** Which files there are, from the program. */
  #ask(): void {
    this.#loaded = [...this.#options.loadedFiles()];
    this.#hints?.follow(this.#loaded);
  }

  #look(): void {
    const [changed] = this.#changed();
    if (changed !== undefined) void this.#reload(changed);
  }

  #changed(): string[] {
    return this.#times.changed([...this.#loaded, ...this.#watched]);
  }

  /** Of several that come together one is enough. */
  readonly #onHint = (): void => {
    if (this.#isHinted || this.#isReloading) return;
    this.#isHinted = true;
    this.#options.clock.setTimer(HINT_MS, () => {
      this.#isHinted = false;
      if (!this.#isReloading) this.#look();
    });
  };

  /** Once: if it does not work, it is not tried again (ARL-3). */
  async #reload(changed: string): Promise<void> {
    if (this.#isReloading) return;
    this.#isReloading = true;
    this.#hints?.close();
    await this.#settle();
    genLog.info('%s modified; restarting server', changed);
    for (const hook of this.#hooks) await this.#runHook(hook);
    try {
      await this.#options.restart();
    } catch (reason) {
      genLog.error('cannot restart', reason);
    }
  }

  async #settle(): Promise<void> {
    for (let waitedMs = 0; waitedMs < LONGEST_SETTLE_MS; waitedMs += SETTLE_MS) {
      await this.#sleep(SETTLE_MS);
      if (this.#changed().length === 0) return;
    }
  }

  async #runHook(hook: () => unknown): Promise<void> {
    const late = this.#sleep(HOOK_LIMIT_MS).then(() => {
      throw new Error(`it has taken more than ${HOOK_LIMIT_MS} ms`);
    });
    late.catch(() => undefined);
    try {
      await Promise.race([hook(), late]);
    } catch (reason) {
      genLog.error('Exception in reload hook', reason);
    }
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.setTimer(delayMs, resolve));
  }
}
