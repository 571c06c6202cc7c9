// What the threads of all contestants do.
import { currentTask } from '@typhoon/executor';

/** As small as a task can be. */
export function increment(n: number): number {
  return n + 1;
}

/** Of bytes that were copied or moved. */
export function size(bytes: Uint8Array): number {
  return bytes.length;
}

/** Ends when it is cancelled. */
export function waitForCancel(begun: Int32Array): Promise<void> {
  const { signal } = currentTask();
  tell(begun);
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

/** Ends with its thread. */
export function waitForEver(begun: Int32Array): Promise<void> {
  tell(begun);
  return new Promise(() => undefined);
}

function tell(begun: Int32Array): void {
  Atomics.store(begun, 0, 1);
  Atomics.notify(begun, 0);
}
