// One worker, seen from its pool. Owns: which tasks it has, what it may be given, taking tasks back.
// Must not know: futures, the queue, other workers.
// HOT: `pnpm bench executor`
//
// A worker that does short tasks is sent several ahead, so that a message and a wake-up are shared by many. Two things
// keep that from delaying anybody. It is sent no more than it is expected to do in a millisecond, as its tasks went so far.
// And a task that was sent to a thread can be taken back until the moment it begins: its number stands in memory that both threads
// share, and whoever swaps it for 0 first has the task. So a task behind one that takes unexpectedly long goes to another
// worker, a cancelled one never begins, and when the thread dies it is known which tasks it had begun.
import { ExecutorError } from './executor-error.ts';
import type { Movable } from './executor.ts';
import type { FromWorker, ModuleDefinition, Status, TaskDefinition, ToWorker } from './messages.ts';
import type { PoolTask, TaskHolder } from './pool-task.ts';
import type { StartWorker, WorkerLink } from './worker-link.ts';

/** A module with hooks for workers; see `PoolOptions.workerModule`. */
export type WorkerModule = Pick<ModuleDefinition, 'url' | 'preload'>;

/** What a worker tells its crew. */
export interface WorkerOwner {
  /** A task came back, or could not be sent: then `status` is 2 and `value` the reason. */
  taskDone(task: PoolTask, status: Status, value: unknown): void;
  /** A task that goes on gave an item, or says how far it has come. */
  taskSaid(task: PoolTask, status: Status, value: unknown): void;
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

/** A worker and the tasks it has. */
export class WorkerHandle implements TaskHolder {
  readonly name: string;
  readonly #owner: WorkerOwner;
  readonly #link: WorkerLink;
  /** The number of the task in each slot, until someone takes it; negative when nobody waits any more for one that was taken. */
  readonly #claims: Int32Array | null;
  readonly #slots = new Array<PoolTask | null>(SLOTS).fill(null);
  readonly #defined = new Set<number>();
  #staged: PoolTask[] = [];
  #nextSeq = 1;
  #taskCount = 0;
  #loadMs = 0;
  #workMs = 0;
  /** What sending costs this thread, in milliseconds a task: a moving average. */
  #postMs = 0;
  #lastSignMs = 0;
  #isReady = false;
  #isStopping = false;
  #isHolding = true;
  #stopTimer: NodeJS.Timeout | undefined;

  /** Throws what `start` throws for settings that it does not take. */
  constructor(owner: WorkerOwner, name: string, start: StartWorker, module: WorkerModule | null) {
    this.#owner = owner;
    this.name = name;
    this.#link = start(name, {
      received: (results) => {
        this.#receive(results);
      },
      exited: (exitCode, error) => {
        clearTimeout(this.#stopTimer);
        owner.workerExited(this, exitCode, error);
      },
    });
    this.#claims = this.#link.sharesMemory
      ? new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT))
      : null;
    this.#send({ kind: 'start', claims: this.#claims, module });
  }

  /** Whether it has started. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether it was told to end. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Whether it would begin a task at once. */
  get isIdle(): boolean {
    return this.#isReady && !this.#isStopping && this.#taskCount === 0;
  }

  /** Tasks it has; when there are several, all but one may not have begun. */
  get taskCount(): number {
    return this.#taskCount;
  }

  /** When it last gave something back, or had nothing and was given something, on `performance.now()`. */
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

  /** What its tasks will take, as they went so far, in milliseconds. */
  get workMs(): number {
    return this.#workMs;
  }

  /** Takes a task; `post` sends it. */
  assign(task: PoolTask): void {
    const seq = this.#nextSeq;
    this.#nextSeq = seq === LAST_SEQ ? 1 : seq + 1;
    task.worker = this;
    task.seq = seq;
    task.loadMs = this.#costOf(task);
    task.workMs = task.entry.averageMs;
    if (this.#taskCount === 0) this.#lastSignMs = performance.now();
    this.#slots[seq & MASK] = task;
    this.#taskCount++;
    this.#loadMs += task.loadMs;
    this.#workMs += task.workMs;
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
      tasks.push(task.seq, definition.id, task.args, task.details?.extra ?? null);
      if (this.#claims !== null) Atomics.store(this.#claims, task.seq & MASK, task.seq);
    }
    const beganMs = performance.now();
    try {
      // Only the first can have something to move: see `canTake`.
      this.#send({ kind: 'batch', define, tasks }, staged[0]?.transfers ?? null);
    } catch {
      this.#postOneByOne(staged, define);
    }
    const tookMs = (performance.now() - beganMs) / staged.length;
    this.#postMs += (tookMs - this.#postMs) / 8;
    this.#updateHold();
  }

  /** Takes a task back unless it has begun; answers whether it was in time. Another process lets nobody take tasks back. */
  recall(task: PoolTask): boolean {
    const slot = task.seq & MASK;
    if (this.#claims === null) return false;
    if (Atomics.compareExchange(this.#claims, slot, task.seq, 0) !== task.seq) return false;
    this.#release(task);
    this.#updateHold();
    return true;
  }

  /** Has a task that has begun end by itself; the whole worker, when it has not in `graceMs`. */
  interrupt(task: PoolTask, graceMs: number): void {
    const { seq } = task;
    if (this.#claims !== null) Atomics.store(this.#claims, seq & MASK, -seq);
    this.#send({ kind: 'cancel', seq });
    if (graceMs === Infinity) return;
    setTimeout(() => {
      if (this.#slots[seq & MASK] === task && task.seq === seq) this.#kill();
    }, graceMs).unref();
  }

  /** Says that so many items of a task were read. */
  credit(task: PoolTask, count: number): void {
    this.#send({ kind: 'credit', seq: task.seq, count });
  }

  /** The tasks it has, in order. */
  tasks(): PoolTask[] {
    const tasks = this.#slots.filter((task) => task !== null);
    return tasks.sort((a, b) => a.seq - b.seq);
  }

  /** Takes back all tasks that have not begun, or the later half of them; in order. */
  recallWaiting(which: 'all' | 'laterHalf'): PoolTask[] {
    const waiting = this.tasks().filter((task) => !this.#hasBegun(task));
    const kept = which === 'all' ? 0 : waiting.length >> 1;
    return waiting.slice(kept).filter((task) => this.recall(task));
  }

  /** Ends the worker, once it has nothing to do. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#updateHold();
    this.#send({ kind: 'stop' });
    // Something that a task has left behind may keep it from reading that.
    this.#stopTimer = setTimeout(() => {
      this.#link.kill();
    }, STOP_MS);
  }

  /** Gives up all tasks of a worker that is gone, in order. */
  abandon(): { readonly begun: readonly PoolTask[]; readonly waiting: readonly PoolTask[] } {
    const begun: PoolTask[] = [];
    const waiting: PoolTask[] = [];
    for (const task of this.tasks()) {
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
      const status = results[at + 1] as Status;
      if (status > 3) {
        this.#owner.taskSaid(task, status, results[at + 2]);
        continue;
      }
      this.#release(task);
      const { entry } = task;
      const tookMs = results[at + 3] as number;
      entry.averageMs += entry.runs === 0 ? tookMs : (tookMs - entry.averageMs) / 8;
      entry.runs++;
      this.#owner.taskDone(task, status, results[at + 2]);
    }
    this.#updateHold();
    this.#owner.workerReported();
  }

  /** One task that cannot be cloned fails alone. */
  #postOneByOne(staged: readonly PoolTask[], define: readonly TaskDefinition[]): void {
    this.#send({ kind: 'batch', define, tasks: [] });
    for (const task of staged) {
      const extra = task.details?.extra ?? null;
      const tasks = [task.seq, task.entry.definition.id, task.args, extra];
      try {
        this.#send({ kind: 'batch', define: [], tasks }, task.transfers);
      } catch (error) {
        this.#release(task);
        this.#updateHold();
        const reason = error instanceof Error ? error.message : String(error);
        const message = `the arguments of ${task.entry.definition.name} cannot be copied to a worker: ${reason}`;
        const failure = new ExecutorError('ERR_TASK_NOT_CLONEABLE', message, { cause: error });
        this.#owner.taskDone(task, 2, failure);
      }
    }
  }

  #send(message: ToWorker, moved: readonly Movable[] | null = null): void {
    this.#link.post(message, moved);
  }

  /** It takes no more tasks; those that it has come back when it is gone. */
  #kill(): void {
    this.#isStopping = true;
    this.#updateHold();
    this.#link.kill();
  }

  #costOf(task: PoolTask): number {
    // Nothing is sent behind what nobody knows.
    if (task.entry.runs === 0) return 2 * AHEAD_MS;
    return task.entry.averageMs + 2 * this.#postMs;
  }

  /** A task with something moved counts as begun: it cannot be sent twice. */
  #hasBegun(task: PoolTask): boolean {
    if (task.transfers !== null || this.#claims === null) return true;
    return Atomics.load(this.#claims, task.seq & MASK) !== task.seq;
  }

  #release(task: PoolTask): void {
    this.#slots[task.seq & MASK] = null;
    task.worker = null;
    this.#taskCount--;
    this.#loadMs = this.#taskCount === 0 ? 0 : this.#loadMs - task.loadMs;
    this.#workMs = this.#taskCount === 0 ? 0 : this.#workMs - task.workMs;
  }

  /** It keeps the process alive while it starts, while it has tasks, and while it ends. */
  #updateHold(): void {
    const isNeeded = !this.#isReady || this.#isStopping || this.#taskCount > 0;
    if (isNeeded === this.#isHolding) return;
    this.#isHolding = isNeeded;
    this.#link.hold(isNeeded);
  }
}
