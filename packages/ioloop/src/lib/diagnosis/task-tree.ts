// The live coroutines as a tree: who waits for whom. Owns: its shape, and how it reads. Must not know: where the facts come from.

/** One coroutine, as facts that hold no object alive. */
export interface TaskFacts {
  readonly id: number;
  readonly name: string;
  /** Where it waits, `file:line:column`; null while it runs or is about to. */
  readonly at: string | null;
  /** What it waits for, in words. */
  readonly what: string;
  /** For how long it has waited, in milliseconds. */
  readonly waitedMs: number;
  /** Who made it: frames of a stack. */
  readonly madeBy: readonly string[];
  /** The coroutines that it waits for. */
  readonly waitsFor: readonly number[];
  /** Whether nobody can settle what it waits for any more. */
  readonly isLost: boolean;
}

/** How many are written out. */
const MAX_TASKS = 1000;
const MAX_INDENT = 60;

interface Visit {
  readonly id: number;
  readonly depth: number;
  /** The way from the root to here, as a list. */
  readonly path: Path | null;
}

interface Path {
  readonly id: number;
  readonly above: Path | null;
}

/** Every coroutine once, those that others wait for under the first of them, with a line for each mark. */
export function renderTasks(all: readonly TaskFacts[]): string[] {
  const byId = new Map(all.map((task) => [task.id, task]));
  const awaited = new Set(all.flatMap((task) => task.waitsFor));
  const lines: string[] = [];
  const seen = new Set<number>();
  const roots = all.filter(({ id }) => !awaited.has(id));
  // What is left after the roots waits in circles.
  for (const { id } of [...roots, ...all]) {
    if (seen.has(id)) continue;
    const left: Visit[] = [{ id, depth: 0, path: null }];
    for (let visit = left.pop(); visit !== undefined; visit = left.pop()) {
      const task = byId.get(visit.id);
      if (task !== undefined && seen.size < MAX_TASKS) visitTask(task, visit, seen, left, lines);
    }
  }
  if (seen.size < all.length) lines.push(`... and ${all.length - seen.size} more`);
  return lines;
}

function visitTask(
  task: TaskFacts,
  { depth, path }: Visit,
  seen: Set<number>,
  left: Visit[],
  lines: string[],
): void {
  const indent = ' '.repeat(Math.min(depth * 2, MAX_INDENT));
  if (seen.has(task.id)) {
    lines.push(`${indent}#${task.id} ${task.name}, ${seenBefore(task.id, path)}`);
    return;
  }
  seen.add(task.id);
  lines.push(`${indent}#${task.id} ${describe(task)}`);
  for (const frame of task.madeBy) lines.push(`${indent}   made ${frame.trim()}`);
  if (task.isLost) lines.push(`${indent}   !! nobody can settle what it waits for any more`);
  const below: Path = { id: task.id, above: path };
  for (const id of [...task.waitsFor].reverse()) left.push({ id, depth: depth + 1, path: below });
}

function describe({ name, at, what, waitedMs }: TaskFacts): string {
  if (at === null) return `${name}, running or about to`;
  return `${name}, waiting at ${at} for ${(waitedMs / 1000).toFixed(1)} s, on ${what}`;
}

/** A way that comes back to where it has been is a cycle. */
function seenBefore(id: number, path: Path | null): string {
  const way: number[] = [id];
  for (let step = path; step !== null; step = step.above) {
    way.push(step.id);
    if (step.id !== id) continue;
    const cycle = way.reverse().map((one) => `#${one}`);
    return `!! a cycle of waiters: ${cycle.join(' -> ')}`;
  }
  return 'see above';
}
