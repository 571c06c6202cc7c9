// What a worker measures in its own process: CPU time and heap. Run Node.js with --expose-gc.

const WARM_UP_MS = 500; // of CPU time, like all here: on a busy machine the clock on the wall says little

/** CPU time of the whole process, user and system, in nanoseconds an operation; `run` does `batch` of them. */
export async function cpuEach(
  run: (count: number) => PromiseLike<unknown>,
  batch: number,
  milliseconds: number,
): Promise<number> {
  const warmUpEnd = cpuMs() + WARM_UP_MS;
  do await run(batch);
  while (cpuMs() < warmUpEnd);
  globalThis.gc?.();
  let operations = 0;
  const before = cpuMs();
  do {
    await run(batch);
    operations += batch;
  } while (cpuMs() < before + milliseconds);
  return ((cpuMs() - before) * 1e6) / operations;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What the heap holds when all garbage is collected. */
export function usedBytes(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
