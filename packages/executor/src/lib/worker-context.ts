// What a task knows of itself: its signal, its deadline, what the caller's context gave it.
// A part of the worker's program, which is sent as text: it refers to its arguments, to globals and to functions of `PARTS` in
// worker-main.ts alone.
import { executorError } from './worker-errors.ts';
import type { TaskContext } from './executor.ts';
import type { TaskExtra } from './messages.ts';
import type { TransferMarks } from './transfer.ts';

/** The task that runs. One object for all that a worker does: a task alone needs nothing of it. */
export interface Current {
  /** 0 between tasks. */
  seq: number;
  extra: TaskExtra | null;
  isCancelled: boolean;
  /** What its signal aborts with. */
  reason: unknown;
  /** Made when it asks for its signal. */
  controller: AbortController | null;
  /** How many items it may send. */
  credits: number;
  /** Has it look again, where it waits for credits. */
  wake: (() => void) | null;
}

/** Between tasks. */
export function createCurrent(): Current {
  return {
    seq: 0,
    extra: null,
    isCancelled: false,
    reason: undefined,
    controller: null,
    credits: 0,
    wake: null,
  };
}

/** What `this` is in a task: there is nothing of where the function was written. */
export function createContext(
  marks: TransferMarks,
  current: Current,
  say: (progress: unknown) => void,
  claims: () => Int32Array | null,
): TaskContext {
  const context: TaskContext = {
    get signal() {
      return watchedSignal(current, claims());
    },
    get deadlineMs() {
      return current.extra?.deadlineMs ?? null;
    },
    get carried() {
      return current.extra?.carried ?? {};
    },
    progress: say,
    transfer(value, list) {
      marks.set(value, list);
      return value;
    },
  };
  function refuse(_target: TaskContext, key: string | symbol): never {
    const message = `this.${String(key)}: a task runs in another thread and has no \`this\` of its own; pass what it needs as arguments`;
    throw executorError('ERR_TASK_NOT_SELF_CONTAINED', message, undefined);
  }
  return new Proxy<TaskContext>(context, {
    get: (target, key): unknown => (key in target ? Reflect.get(target, key) : refuse(target, key)),
    set: refuse,
    has: refuse,
    deleteProperty: refuse,
    defineProperty: refuse,
  });
}

/** A task that never lets go of its thread gets no message, so its signal looks for itself, each time that it is asked. */
export function watchedSignal(current: Current, claims: Int32Array | null): AbortSignal {
  if (current.controller !== null) return current.controller.signal;
  const controller = new AbortController();
  current.controller = controller;
  if (current.isCancelled) controller.abort(current.reason);
  const { seq } = current;
  const deadlineMs = (current.extra?.deadlineMs ?? Infinity) - performance.timeOrigin;
  const { signal } = controller;
  let isAborted = signal.aborted;
  signal.addEventListener('abort', () => {
    isAborted = true;
  });
  Object.defineProperties(signal, {
    aborted: {
      get: () => {
        if (isAborted || current.seq !== seq) return isAborted;
        const isFlagged = claims !== null && Atomics.load(claims, seq & (claims.length - 1)) < 0;
        if (isFlagged || performance.now() >= deadlineMs) cancelCurrent(current);
        return isAborted;
      },
    },
    throwIfAborted: {
      value: () => {
        if (signal.aborted) throw signal.reason;
      },
    },
  });
  return signal;
}

/** Tells the task that nobody waits for it any more. */
export function cancelCurrent(current: Current): void {
  if (current.isCancelled) return;
  const deadlineMs = current.extra?.deadlineMs ?? Infinity;
  const isLate = performance.timeOrigin + performance.now() >= deadlineMs;
  const error = new Error(isLate ? 'the deadline of the task is over' : 'the task was cancelled');
  current.reason = Object.assign(
    error,
    isLate
      ? { name: 'TimeoutError', code: 'ERR_TIMEOUT' }
      : { name: 'CancelledError', code: 'ERR_CANCELLED' },
  );
  current.isCancelled = true;
  current.controller?.abort(current.reason);
  current.wake?.();
}

/** Whether a cancelled task has ended because of that. */
export function isCancelOver(current: Current, error: unknown): boolean {
  if (!current.isCancelled) return false;
  return error === current.reason || (error instanceof Error && error.name === 'AbortError');
}
