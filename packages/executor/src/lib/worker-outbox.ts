// Gathers what a worker has to say, so that many small tasks cost one message.
// A part of the worker's program, which is sent as text: it refers to its arguments, to globals and to functions of `PARTS` in
// worker-main.ts alone.
// HOT: `pnpm bench executor`
import { cancelCurrent } from './worker-context.ts';
import { executorError, packError } from './worker-errors.ts';
import type { Movable } from './executor.ts';
import type { FromWorker, Status } from './messages.ts';
import type { TransferMarks } from './transfer.ts';
import type { Channel } from './worker-channel.ts';
import type { Current } from './worker-context.ts';

/** Gathers results, so that many small tasks cost one message. */
export interface Outbox {
  /** Takes a result that was there at `nowMs`, and sends all that it has if the oldest has waited for a millisecond. */
  readonly push: (
    seq: number,
    status: Status,
    value: unknown,
    tookMs: number,
    nowMs: number,
  ) => void;
  /** Sends all that it has. */
  readonly flush: () => void;
  /** The same once this event is over. */
  readonly flushSoon: () => void;
}

/** Gathers what is sent to `channel`. */
export function createOutbox(channel: Channel, marks: TransferMarks, current: Current): Outbox {
  let results: unknown[] = [];
  let oldestMs = 0;
  let isFlushComing = false;
  /** What is moved with the value at a place in `results`. */
  const moves = new Map<number, readonly Movable[]>();

  function push(seq: number, status: Status, value: unknown, tookMs: number, nowMs: number): void {
    if (results.length === 0) oldestMs = nowMs;
    const list = typeof value === 'object' && value !== null ? marks.get(value) : undefined;
    if (list !== undefined) {
      moves.set(
        results.length,
        list.filter((item) => !(item instanceof SharedArrayBuffer)),
      );
    }
    results.push(seq, status, value, tookMs);
    if (nowMs - oldestMs > 1) flush();
  }

  function flush(): void {
    if (results.length === 0) return;
    const batch = results;
    results = [];
    try {
      channel.post(batch, moves.size === 0 ? [] : [...moves.values()].flat());
    } catch {
      for (let at = 0; at < batch.length; at += 4) {
        sendAlone(batch.slice(at, at + 4), moves.get(at) ?? []);
      }
    }
    moves.clear();
  }

  function flushSoon(): void {
    if (isFlushComing) return;
    isFlushComing = true;
    setImmediate(() => {
      isFlushComing = false;
      flush();
    });
  }

  /** One result that cannot be cloned fails one task. */
  function sendAlone(result: FromWorker, moved: readonly Movable[]): void {
    const [seq, status, , tookMs] = result;
    try {
      channel.post(result, moved);
    } catch (error) {
      const what = status === 0 ? 'the result' : status === 4 ? 'an item' : 'what the task threw';
      const message = `${what} cannot be copied between threads: ${(error as Error).message}`;
      const failure = executorError('ERR_TASK_NOT_CLONEABLE', message, error);
      if (status === 5) return; // progress that cannot be told
      channel.post([seq, 1, packError(failure, 0), tookMs], []);
      if (seq === current.seq) cancelCurrent(current);
    }
  }

  return { push, flush, flushSoon };
}
