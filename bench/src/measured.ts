// What a worker measures in its own process: CPU time and heap. Run Node.js with --expose-gc.

const WARM_UP_MS = 400;

/** CPU time of the whole process, user and system, in nanoseconds an operation; `run` does `batch` of them. */
export async function cpuEach(
  run: (count: number) => PromiseLike<unknown>,
  batch: number,
  milliseconds: number,
): Promise<number> {
  const warmUpEnd = performance.now() + WARM_UP_MS;
  do await run(batch);
  while (performance.now() < warmUpEnd);
  globalThis.gc?.();
  let operations = 0;
  const before = process.cpuUsage();
  const end = performance.now() + milliseconds;
  do {
    await run(batch);
    operations += batch;
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / operations;
}

/** What the heap holds when all garbage is collected. */
export function usedBytes(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
