// One worker, seen from its pool. Owns: the thread, which tasks it has, what it may be given, taking tasks back.
// Must not know: futures, the queue, other workers.
// HOT: bench/small-tasks.mjs
//
// A worker that does short tasks is sent several ahead, so that a message and a wake-up are shared by many. Two things
// keep that from delaying anybody. It is sent no more than it is expected to do in a millisecond, as its tasks went so far.
// And a task that was sent can be taken back until the moment it begins: its number stands in memory that both threads
// share, and whoever swaps it for 0 first has the task. So a task behind one that takes unexpectedly long goes to another
// worker, a cancelled one never begins, and when the thread dies it is known which tasks it had begun.
import { Worker } from 'node:worker_threads';
import { ExecutorError } from './executor-error.ts';
import { WORKER_TEXT } from './worker-text.ts';
import type { ResourceLimits } from 'node:worker_threads';
import type { FromWorker, Status, TaskDefinition, ToWorker } from './messages.ts';
import type { PoolTask } from './pool-task.ts';

/** How a worker is started; see `ThreadPoolExecutorOptions`. */
export interface WorkerSettings {
  readonly name: string;
  readonly workerData: unknown;
  readonly resourceLimits: ResourceLimits | undefined;
  readonly execArgv: readonly string[] | undefined;
}

/** What a worker tells its crew. */
export interface WorkerOwner {
  /** A task came back, or could not be sent: then `status` is 2 and `value` the reason. */
  taskDone(task: PoolTask, status: Status, value: unknown): void;
  /** Called after the last `taskDone` of a message, and when the worker is ready for tasks. */
  workerReported(): void;
  /** The thread is gone; `error` is what nobody caught in it, if that was why. */
  workerExited(worker: WorkerHandle, exitCode: number, error: unknown): void;
}

/** Tasks a worker can have at a time; a power of two. */
const SLOTS = 512;
const MASK = SLOTS - 1;
const LAST_SEQ = 2 ** 31 - 1;
/** What a worker is given ahead, in milliseconds of expected work. */
const AHEAD_MS = 1;
/** How long a worker that was told to stop may take. */
const STOP_MS = 1000;

/** A worker thread and the tasks it has. */
export class WorkerHandle {
  readonly name: string;
  readonly #owner: WorkerOwner;
  readonly #worker: Worker;
  /** The number of the task in each slot, until someone takes it. */
  readonly #claims = new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT));
  readonly #slots = new Array<PoolTask | null>(SLOTS).fill(null);
  readonly #defined = new Set<number>();
  #staged: PoolTask[] = [];
  #nextSeq = 1;
  /** Tasks it has, and those of them that somebody still waits for. */
  #taskCount = 0;
  #wantedCount = 0;
  #loadMs = 0;
  /** What sending costs this thread, in milliseconds a task: a moving average. */
  #postMs = 0;
  #lastSignMs = 0;
  #isReady = false;
  #isStopping = false;
  #isHolding = true;
  #uncaught: unknown = undefined;
  #stopTimer: NodeJS.Timeout | undefined;

  /** Throws what node:worker_threads throws for settings that it does not take. */
  constructor(owner: WorkerOwner, settings: WorkerSettings) {
    this.#owner = owner;
    this.name = settings.name;
    const { resourceLimits, execArgv } = settings;
    this.#worker = new Worker(WORKER_TEXT, {
      eval: true,
      name: settings.name,
      workerData: settings.workerData,
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
    this.#worker.on('message', (message: unknown) => {
      // A task's own module may use the port, too; what it says is none of ours.
      if (Array.isArray(message)) this.#receive(message);
    });
    this.#worker.on('messageerror', () => void this.#worker.terminate());
    this.#worker.on('error', (error: unknown) => {
      this.#uncaught = error;
    });
    this.#worker.on('exit', (exitCode) => {
      clearTimeout(this.#stopTimer);
      owner.workerExited(this, exitCode, this.#uncaught);
    });
    this.#send({ kind: 'start', claims: this.#claims });
  }

  /** Whether it has started. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether it was told to end. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Tasks it has that somebody waits for. */
  get wantedCount(): number {
    return this.#wantedCount;
  }

  /** Whether it would begin a task at once. */
  get isIdle(): boolean {
    return this.#isReady && !this.#isStopping && this.#taskCount === 0;
  }

  /** Tasks it has; when there are several, all but one may not have begun. */
  get taskCount(): number {
    return this.#taskCount;
  }

  /** When it was last given something or gave something back, on `performance.now()`. */
  get lastSignMs(): number {
    return this.#lastSignMs;
  }

  /** Whether `task` may be sent now: to begin at once, or behind others that are expected to be short. */
  canTake(task: PoolTask): boolean {
    if (this.#taskCount === 0) return this.isIdle;
    if (this.#isStopping || task.transfers !== null || task.entry.runs === 0) return false;
    if (this.#slots[this.#nextSeq & MASK] !== null) return false;
    return this.#loadMs + this.#costOf(task) <= AHEAD_MS;
  }

  /** Takes a task; `post` sends it. */
  assign(task: PoolTask): void {
    const seq = this.#nextSeq;
    this.#nextSeq = seq === LAST_SEQ ? 1 : seq + 1;
    task.worker = this;
    task.seq = seq;
    task.loadMs = this.#costOf(task);
    this.#slots[seq & MASK] = task;
    this.#taskCount++;
    this.#wantedCount++;
    this.#loadMs += task.loadMs;
    this.#staged.push(task);
  }

  /** Sends what was assigned, in one message. */
  post(): void {
    const staged = this.#staged;
    if (staged.length === 0) return;
    this.#staged = [];
    const define: TaskDefinition[] = [];
    const tasks: unknown[] = [];
    for (const task of staged) {
      const { definition } = task.entry;
      if (!this.#defined.has(definition.id)) {
        this.#defined.add(definition.id);
        define.push(definition);
      }
      tasks.push(task.seq, definition.id, task.args);
      Atomics.store(this.#claims, task.seq & MASK, task.seq);
    }
    const beganMs = performance.now();
    try {
      // Only the first can have something to move: see `canTake`.
      this.#send({ kind: 'batch', define, tasks }, staged[0]?.transfers ?? undefined);
    } catch {
      this.#postOneByOne(staged, define);
    }
    this.#lastSignMs = performance.now();
    const tookMs = (this.#lastSignMs - beganMs) / staged.length;
    this.#postMs += (tookMs - this.#postMs) / 8;
    this.#updateHold();
  }

  /** Takes a task back unless it has begun; answers whether it was in time. */
  recall(task: PoolTask): boolean {
    const slot = task.seq & MASK;
    if (Atomics.compareExchange(this.#claims, slot, task.seq, 0) !== task.seq) return false;
    this.#release(task);
    this.#updateHold();
    return true;
  }

  /** Takes back all tasks that have not begun, or the later half of them; in order. */
  recallWaiting(which: 'all' | 'laterHalf'): PoolTask[] {
    const waiting = this.#tasks().filter((task) => !this.#hasBegun(task));
    const kept = which === 'all' ? 0 : waiting.length >> 1;
    return waiting.slice(kept).filter((task) => this.recall(task));
  }

  /** Nobody waits any more for a task that has begun. */
  drop(): void {
    this.#wantedCount--;
    this.#updateHold();
  }

  /** Ends the thread: once it has nothing to do, or at once if all that it does is unwanted. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#updateHold();
    if (this.#taskCount > 0) {
      void this.#worker.terminate();
      return;
    }
    this.#send({ kind: 'stop' });
    // Something that a task has left behind may keep it from reading that.
    this.#stopTimer = setTimeout(() => void this.#worker.terminate(), STOP_MS);
  }

  /** Gives up all tasks of a thread that is gone, in order. */
  abandon(): { readonly begun: readonly PoolTask[]; readonly waiting: readonly PoolTask[] } {
    const begun: PoolTask[] = [];
    const waiting: PoolTask[] = [];
    for (const task of this.#tasks()) {
      if (!task.isEnded) (this.#hasBegun(task) ? begun : waiting).push(task);
      this.#release(task);
    }
    return { begun, waiting };
  }

  #receive(results: FromWorker): void {
    this.#isReady = true;
    this.#lastSignMs = performance.now();
    for (let at = 0; at < results.length; at += 4) {
      const seq = results[at] as number;
      const task = this.#slots[seq & MASK] ?? null;
      if (task?.seq !== seq) continue;
      this.#release(task);
      const { entry } = task;
      const tookMs = results[at + 3] as number;
      entry.averageMs += entry.runs === 0 ? tookMs : (tookMs - entry.averageMs) / 8;
      entry.runs++;
      this.#owner.taskDone(task, results[at + 1] as Status, results[at + 2]);
    }
    this.#updateHold();
    this.#owner.workerReported();
  }

  /** One task that cannot be cloned fails alone. */
  #postOneByOne(staged: readonly PoolTask[], define: readonly TaskDefinition[]): void {
    this.#send({ kind: 'batch', define, tasks: [] });
    for (const task of staged) {
      const tasks = [task.seq, task.entry.definition.id, task.args];
      try {
        this.#send({ kind: 'batch', define: [], tasks }, task.transfers ?? undefined);
      } catch (error) {
        this.recall(task);
        const reason = error instanceof Error ? error.message : String(error);
        const message = `the arguments of ${task.entry.definition.name} cannot be copied to a worker: ${reason}`;
        const failure = new ExecutorError('ERR_TASK_NOT_CLONEABLE', message, { cause: error });
        this.#owner.taskDone(task, 2, failure);
      }
    }
  }

  #send(message: ToWorker, transfers?: readonly object[]): void {
    if (transfers === undefined) this.#worker.postMessage(message);
    else this.#worker.postMessage(message, transfers as never[]);
  }

  #costOf(task: PoolTask): number {
    // Nothing is sent behind what nobody knows.
    if (task.entry.runs === 0) return 2 * AHEAD_MS;
    return task.entry.averageMs + 2 * this.#postMs;
  }

  /** A task with something moved counts as begun: it cannot be sent twice. */
  #hasBegun(task: PoolTask): boolean {
    if (task.transfers !== null) return true;
    return Atomics.load(this.#claims, task.seq & MASK) !== task.seq;
  }

  #tasks(): PoolTask[] {
    const tasks = this.#slots.filter((task) => task !== null);
    return tasks.sort((a, b) => a.seq - b.seq);
  }

  #release(task: PoolTask): void {
    this.#slots[task.seq & MASK] = null;
    task.worker = null;
    this.#taskCount--;
    if (!task.isEnded) this.#wantedCount--;
    this.#loadMs = this.#taskCount === 0 ? 0 : this.#loadMs - task.loadMs;
  }

  /** The thread keeps the process alive while it starts, while somebody waits for it, and while it ends. */
  #updateHold(): void {
    const isNeeded = !this.#isReady || this.#isStopping || this.#wantedCount > 0;
    if (isNeeded === this.#isHolding) return;
    this.#isHolding = isNeeded;
    if (isNeeded) this.#worker.ref();
    else this.#worker.unref();
  }
}
