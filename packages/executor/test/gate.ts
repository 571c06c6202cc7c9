/// <reference lib="es2024.sharedmemory" />
// A gate that tasks wait at, in whichever thread. For tests: what a thread does stays where it is until they say so.

/** How a gate is known to tasks: the first value is 1 when it is open, the second counts who has come to it. */
export type Gate = Int32Array<SharedArrayBuffer>;

/** A closed gate. */
export function makeGate(): Gate {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** Lets all through. */
export function openGate(gate: Gate): void {
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
}

/** The task: comes, blocks its thread until the gate is open, and gives back `value`. */
export function passGate<T>(gate: Gate, value: T): T {
  Atomics.add(gate, 1, 1);
  Atomics.notify(gate, 1);
  Atomics.wait(gate, 0, 0);
  return value;
}

/** Resolves when `count` tasks have come to the gate. */
export async function comeTo(gate: Gate, count = 1): Promise<void> {
  for (;;) {
    const seen = Atomics.load(gate, 1);
    if (seen >= count) return;
    await Atomics.waitAsync(gate, 1, seen).value;
  }
}
