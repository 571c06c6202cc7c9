// What the coroutines of this thread wait for. Owns: gathering the facts, without keeping anything alive.
// Must not know: how they are written (task-tree.ts).
import { HeapInspector } from './heap.ts';
import { reachable } from './reachability.ts';
import { futureKind, taskKind, taskNotes } from './task-kinds.ts';
import { renderTasks } from './task-tree.ts';
import { userFrames } from './user-frames.ts';
import type { TaskFacts } from './task-tree.ts';
import type { TaskView, WaitSource } from './task-kinds.ts';

/** How to look. */
export interface DumpOptions {
  /**
   * Look for futures that nobody can settle any more. It takes a snapshot of the heap: a second for 20 MB, and
   * several on a busy machine. Default: true for a heap of less than 32 MB, which that of a test runner is not.
   */
  readonly findLost?: boolean;
}

const FRAMES_OF_MAKER = 3;
const LARGE_HEAP_BYTES = 32 * 2 ** 20;

/** Facts, and the numbers in the heap that tell whether it is lost. */
interface Found extends Omit<TaskFacts, 'isLost'> {
  /** Of what it waits for, when no coroutine stands behind that. */
  readonly leafId: number | null;
}

/** The coroutines of this thread and what they wait for, as text; `mark` is the loop's `waitMark` now. */
export function dumpTasks(mark: number, options: DumpOptions): string {
  const kind = taskKind();
  if (kind === null) return 'No coroutine is waiting: there are none.';
  const inspector = new HeapInspector();
  try {
    const isLarge = process.memoryUsage().heapUsed > LARGE_HEAP_BYTES;
    const findsLost = options.findLost ?? !isLarge;
    const opaque = new Set<number>();
    if (findsLost) inspector.beginNumbers();
    const found = findTasks(inspector, mark, findsLost ? opaque : null);
    const reached = findsLost && found.length > 0 ? reachable(inspector.snapshot(), opaque) : null;
    const isLost = ({ leafId }: Found): boolean =>
      reached !== null && leafId !== null && !reached.has(leafId);
    const facts = found.map((task) => ({ ...task, isLost: isLost(task) }));
    return [title(found.length, findsLost), ...renderTasks(facts)].join('\n');
  } finally {
    inspector.close();
  }
}

function title(count: number, findsLost: boolean): string {
  const tasks = count === 1 ? '1 coroutine' : `${count} coroutines`;
  const note = findsLost ? '' : '; which of their futures nobody can settle was not looked for';
  return `${tasks} on this thread${note}`;
}

/**
 * All that live. No object is kept, so that the snapshot that follows finds each only where the program has it.
 * @param opaque Gets the numbers of those that wait: what is reached through them alone is waited for, not settled.
 */
function findTasks(inspector: HeapInspector, mark: number, opaque: Set<number> | null): Found[] {
  const kind = taskKind();
  if (kind === null) return [];
  const views = new Map<object, TaskView>();
  for (const task of inspector.instancesOf(kind.prototype)) {
    if (typeof task !== 'object' || task === null || task === kind.prototype) continue;
    const view = kind.view(task);
    if (view !== null) views.set(task, view);
  }
  const idOfFuture = new Map([...views.values()].map(({ future }, at) => [future, at + 1]));
  if (opaque !== null) opaque.add(inspector.idOf(taskNotes));
  return Array.from(views, ([task, view], at): Found => {
    const behind = view.awaited === null ? NOTHING : lookBehind(view.awaited, idOfFuture);
    if (opaque !== null) {
      for (const one of [task, view.generator, ...behind.sources]) opaque.add(inspector.idOf(one));
    }
    const isLeaf = view.awaited !== null && behind.tasks.size === 0;
    const { name, at: place } = inspector.placeOf(view.generator);
    return {
      id: at + 1,
      name: name === '' ? '(anonymous)' : name,
      at: view.awaited === null ? null : (place ?? 'an unknown place'),
      what: behind.what,
      waitedMs: (mark - view.waitMark) | 0,
      madeBy: userFrames(taskNotes.stackOf(task) ?? '').slice(0, FRAMES_OF_MAKER),
      waitsFor: [...behind.tasks],
      leafId: isLeaf && opaque !== null ? inspector.idOf(view.awaited) : null,
    };
  });
}

interface Behind {
  readonly what: string;
  readonly tasks: Set<number>;
  /** What waits itself: a gathering, a timeout. */
  readonly sources: object[];
}

const NOTHING: Behind = { what: '', tasks: new Set(), sources: [] };

/** Which coroutines stand behind a future, through whatever gathers several or adds a timeout. */
function lookBehind(awaited: object, idOfFuture: ReadonlyMap<object, number>): Behind {
  const view = futureKind()?.view;
  const tasks = new Set<number>();
  const sources: object[] = [];
  let what = '';
  const seen = new Set<object>();
  const left = [awaited];
  for (let future = left.pop(); future !== undefined; future = left.pop()) {
    if (seen.has(future)) continue;
    seen.add(future);
    const id = idOfFuture.get(future);
    const source: WaitSource | undefined = id === undefined ? view?.(future) : { what: `#${id}` };
    if (id !== undefined) tasks.add(id);
    if (what === '') what = source?.what ?? 'a future';
    if (source?.waitsFor === undefined) continue;
    sources.push(source);
    left.push(...source.waitsFor());
  }
  return { what, tasks, sources };
}
