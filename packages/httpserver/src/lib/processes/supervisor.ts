// The life of a family of processes, as a state machine. Owns: which child is started, told to go or killed, and when; what is
// logged of it. Must not know: processes, signals' delivery, sockets. Those are the host's (fork-processes.ts).
//
//          spawn               ready             told to go            exits
//   [ - ] -------> [ starting ] ----> [ up ] ----------------> [ leaving ] ----> [ - ]
//                       |               |                          killed when it takes too long
//                       '---------------'-- exits: 0 is an end, anything else a crash: started again after a while
//
// A rolling restart takes one task after another: its new child must be up before the old one is told to go.
import { waitMs } from './back-off.ts';
import type { Clock, ClockTimer } from '@typhoon/ioloop';
import type { BackOff } from './back-off.ts';

/** How a child ended. */
export type Exit =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'unstarted'; readonly reason: string };

/** What the supervisor decides on; nothing of it may call back at once. */
export interface SupervisorHost {
  /** Starts child number `child` for a task; answers its process id, or 0 when that failed (`childExited` says so later). */
  spawn(child: number, taskId: number): number;
  /** Sends a signal to a child, if it is still there. */
  kill(child: number, signal: NodeJS.Signals): void;
  log(level: 'info' | 'warning' | 'error', message: string, ...args: unknown[]): void;
  /** All is over, with this exit status; it is called once. */
  finish(exitCode: number): void;
  /** All is over since children crash again and again; it is called instead of `finish`. */
  giveUp(): void;
}

/** How patient a supervisor is. Times are in milliseconds. */
export interface SupervisorPolicy {
  readonly tasks: number;
  readonly maxRestarts: number;
  readonly backOff: BackOff;
  /** Who has lived so long was healthy: its next crash is its first. */
  readonly healthyMs: number;
  /** For a child that was told to go. */
  readonly stopTimeoutMs: number;
  /** For the new child in a rolling restart to be up. */
  readonly readyTimeoutMs: number;
}

interface Child {
  readonly id: number;
  readonly task: Task;
  pid: number;
  state: 'starting' | 'up' | 'leaving';
  readonly sinceMs: number;
  timer: ClockTimer | null;
}

interface Task {
  readonly id: number;
  /** Who does the work; null: nobody yet, or nobody any more. */
  child: Child | null;
  failures: number;
  restart: ClockTimer | null;
}

/** A rolling restart under way: the tasks that are left, and the child that is to be up next or has to go first. */
interface Roll {
  readonly left: Task[];
  fresh: Child | null;
  old: Child | null;
}

type Ending =
  { readonly kind: 'stop'; readonly signal: NodeJS.Signals } | { readonly kind: 'giveUp' };

/** One ^C comes twice: from the terminal, and handed on by what started us (npm, timeout). */
const ECHO_MS = 1_000;

/** Watches over children: starts them again, replaces them one by one, and ends them. */
export class Supervisor {
  readonly #host: SupervisorHost;
  readonly #policy: SupervisorPolicy;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #tasks: readonly Task[];
  readonly #children = new Map<number, Child>();
  #spawned = 0;
  #restarts = 0;
  #roll: Roll | null = null;
  #isRollDue = false;
  #ending: Ending | null = null;
  #endingSinceMs = 0;
  #killTimer: ClockTimer | null = null;
  #exitCode = 0;

  constructor(
    host: SupervisorHost,
    policy: SupervisorPolicy,
    clock: Clock,
    random: () => number = Math.random,
  ) {
    this.#host = host;
    this.#policy = policy;
    this.#clock = clock;
    this.#random = random;
    this.#tasks = Array.from({ length: policy.tasks }, (_, id) => ({
      id,
      child: null,
      failures: 0,
      restart: null,
    }));
  }

  /** Starts all children (PRC-1, 2). */
  begin(): void {
    this.#host.log('info', 'Starting %d processes', this.#tasks.length);
    for (const task of this.#tasks) task.child = this.#spawn(task);
  }

  /** A child says that it does its work. */
  childReady(id: number): void {
    const child = this.#children.get(id);
    if (child?.state !== 'starting') return;
    this.#clearTimer(child);
    child.state = 'up';
    if (this.#roll?.fresh === child) this.#handOver(this.#roll, child);
  }

  /** A child is gone (PRC-3, 4). */
  childExited(id: number, exit: Exit): void {
    const child = this.#children.get(id);
    if (child === undefined) return;
    this.#children.delete(id);
    this.#clearTimer(child);
    if (this.#ending !== null) this.#exitedAtEnd(this.#ending, child, exit);
    else if (child.state === 'leaving') this.#exitedAsTold(child, exit);
    else if (this.#roll?.fresh === child && child.task.child !== child)
      this.#abandonRoll(child, exit);
    else this.#exitedByItself(child, exit);
  }

  /** All children are told to go; the second time, unless it is an echo of the first, they are killed. */
  stop(signal: NodeJS.Signals): void {
    if (this.#ending !== null) {
      if (this.#clock.now() - this.#endingSinceMs >= ECHO_MS) this.#killAll();
      return;
    }
    this.#host.log('info', 'Stopping %d processes on %s', this.#children.size, signal);
    this.#end({ kind: 'stop', signal });
  }

  /** Replaces every child by a new one, without a gap; asked for meanwhile, it is done once more afterwards. */
  roll(): void {
    if (this.#ending !== null) return;
    if (this.#roll !== null) {
      this.#isRollDue = true;
      return;
    }
    const left = this.#tasks.filter(({ child }) => child !== null);
    this.#host.log('info', 'Replacing %d processes one by one', left.length);
    this.#roll = { left, fresh: null, old: null };
    this.#rollOn();
  }

  #spawn(task: Task): Child {
    const id = this.#spawned++;
    const sinceMs = this.#clock.now();
    const child: Child = { id, task, pid: 0, state: 'starting', sinceMs, timer: null };
    this.#children.set(id, child);
    child.pid = this.#host.spawn(id, task.id);
    return child;
  }

  #exitedByItself(child: Child, exit: Exit): void {
    const { task } = child;
    const fresh = this.#freshFor(child);
    task.child = fresh;
    if (exit.kind === 'code' && exit.code === 0) {
      this.#host.log('info', 'child %d (pid %d) exited normally', task.id, child.pid);
      this.#finishIfDone();
      return;
    }
    this.#host.log(
      'warning',
      'child %d (pid %d) %s, restarting',
      task.id,
      child.pid,
      inWords(exit),
    );
    if (++this.#restarts > this.#policy.maxRestarts) {
      this.#end({ kind: 'giveUp' });
      return;
    }
    if (this.#clock.now() - child.sinceMs >= this.#policy.healthyMs) task.failures = 0;
    task.failures++;
    if (fresh === null) this.#restartLater(task);
    if (this.#roll?.fresh === child) this.#nextTask(this.#roll);
  }

  /** Who was to take over from a child that is gone now. */
  #freshFor({ id, task }: Child): Child | null {
    const fresh = this.#roll?.fresh ?? null;
    return fresh !== null && fresh.task === task && fresh.id !== id ? fresh : null;
  }

  #restartLater(task: Task): void {
    const delayMs = waitMs(task.failures, this.#policy.backOff, this.#random());
    if (delayMs === 0) {
      task.child = this.#spawn(task);
      return;
    }
    task.restart = this.#clock.setTimer(delayMs, () => {
      task.restart = null;
      task.child = this.#spawn(task);
    });
  }

  // A rolling restart.

  #rollOn(): void {
    const roll = this.#roll;
    if (roll === null) return;
    let task = roll.left.shift();
    while (task?.child === null) task = roll.left.shift();
    if (task === undefined) {
      this.#endRoll();
      return;
    }
    const fresh = this.#spawn(task);
    roll.fresh = fresh;
    roll.old = task.child;
    this.#setTimer(fresh, this.#policy.readyTimeoutMs, () => {
      const { readyTimeoutMs } = this.#policy;
      const message = 'new child %d (pid %d) is not ready after %d ms: the old ones stay';
      this.#host.log('error', message, task.id, fresh.pid, readyTimeoutMs);
      if (task.child !== fresh) this.#tellToGo(fresh, 'SIGKILL');
      this.#endRoll();
    });
  }

  /** The new child is up. */
  #handOver(roll: Roll, fresh: Child): void {
    const { task } = fresh;
    const old = task.child;
    task.child = fresh;
    roll.fresh = null;
    if (old === null || old === fresh) this.#nextTask(roll);
    else this.#tellToGo(old, 'SIGTERM');
  }

  #exitedAsTold(child: Child, exit: Exit): void {
    const { task, pid } = child;
    this.#host.log('info', 'old child %d (pid %d) %s', task.id, pid, inWords(exit));
    if (this.#roll?.old === child) this.#nextTask(this.#roll);
  }

  #abandonRoll(fresh: Child, exit: Exit): void {
    const message = 'new child %d (pid %d) %s before it was ready: the old ones stay';
    this.#host.log('error', message, fresh.task.id, fresh.pid, inWords(exit));
    this.#endRoll();
  }

  #nextTask(roll: Roll): void {
    roll.fresh = null;
    roll.old = null;
    this.#rollOn();
  }

  #endRoll(): void {
    this.#roll = null;
    if (!this.#isRollDue) return;
    this.#isRollDue = false;
    this.roll();
  }

  #tellToGo(child: Child, signal: NodeJS.Signals): void {
    child.state = 'leaving';
    this.#host.kill(child.id, signal);
    this.#setTimer(child, this.#policy.stopTimeoutMs, () => {
      const { stopTimeoutMs } = this.#policy;
      const message = 'child %d (pid %d) is still there after %d ms: it is killed';
      this.#host.log('warning', message, child.task.id, child.pid, stopTimeoutMs);
      this.#host.kill(child.id, 'SIGKILL');
    });
  }

  // The end.

  #end(ending: Ending): void {
    this.#ending = ending;
    this.#endingSinceMs = this.#clock.now();
    this.#roll = null;
    for (const task of this.#tasks) {
      if (task.restart !== null) this.#clock.clearTimer(task.restart);
      task.restart = null;
    }
    const signal = ending.kind === 'stop' ? ending.signal : 'SIGTERM';
    for (const child of this.#children.values()) {
      this.#clearTimer(child);
      if (child.state !== 'leaving') this.#host.kill(child.id, signal);
    }
    this.#killTimer = this.#clock.setTimer(this.#policy.stopTimeoutMs, () => {
      const message = '%d processes are still there after %d ms: they are killed';
      this.#host.log('warning', message, this.#children.size, this.#policy.stopTimeoutMs);
      this.#killAll();
    });
    this.#finishIfDone();
  }

  #exitedAtEnd(ending: Ending, child: Child, exit: Exit): void {
    const asked: readonly string[] = ending.kind === 'stop' ? ['SIGTERM', ending.signal] : [];
    const isClean = exit.kind === 'code' ? exit.code === 0 : asked.includes(signalOf(exit));
    if (!isClean) this.#exitCode = 1;
    const level = isClean ? 'info' : 'warning';
    this.#host.log(level, 'child %d (pid %d) %s', child.task.id, child.pid, inWords(exit));
    this.#finishIfDone();
  }

  #killAll(): void {
    for (const child of this.#children.values()) this.#host.kill(child.id, 'SIGKILL');
  }

  #finishIfDone(): void {
    if (this.#children.size > 0 || this.#tasks.some(({ restart }) => restart !== null)) return;
    if (this.#killTimer !== null) this.#clock.clearTimer(this.#killTimer);
    this.#killTimer = null;
    if (this.#ending?.kind === 'giveUp') this.#host.giveUp();
    else this.#host.finish(this.#exitCode);
  }

  #setTimer(child: Child, delayMs: number, callback: () => void): void {
    this.#clearTimer(child);
    child.timer = this.#clock.setTimer(delayMs, () => {
      child.timer = null;
      callback();
    });
  }

  #clearTimer(child: Child): void {
    if (child.timer !== null) this.#clock.clearTimer(child.timer);
    child.timer = null;
  }
}

function signalOf(exit: Exit): string {
  return exit.kind === 'signal' ? exit.signal : '';
}

function inWords(exit: Exit): string {
  switch (exit.kind) {
    case 'code':
      return exit.code === 0 ? 'exited normally' : `exited with status ${exit.code}`;
    case 'signal':
      return `killed by signal ${exit.signal}`;
    case 'unstarted':
      return `could not be started (${exit.reason})`;
  }
}
