// What the poller benchmark's servers answer, the same for each of them:
// `/` Hello, world; `/bytes/N` N bytes; `/spin/N` after N microseconds of work; `/wait/N` after N milliseconds without any.

/** What a path asks for. */
export type Task =
  | { readonly kind: 'hello' }
  | { readonly kind: 'bytes'; readonly body: Buffer }
  | { readonly kind: 'spin'; readonly forUs: number }
  | { readonly kind: 'wait'; readonly forMs: number };

const HELLO: Task = { kind: 'hello' };
const tasks = new Map<string, Task>();

/** The task of a path, made once for each. */
export function taskOf(path: string): Task {
  if (path === '/') return HELLO;
  let task = tasks.get(path);
  if (task === undefined) {
    task = newTask(path);
    tasks.set(path, task);
  }
  return task;
}

function newTask(path: string): Task {
  const [, kind, text] = path.split('/');
  const amount = Number(text);
  if (kind === 'bytes') return { kind, body: Buffer.alloc(amount, 'typhoon ') };
  if (kind === 'spin') return { kind, forUs: amount };
  if (kind === 'wait') return { kind, forMs: amount };
  throw new Error(`no such path: ${path}`);
}

/** Works, or pretends to. */
export function spin(forUs: number): void {
  const end = performance.now() + forUs / 1000;
  while (performance.now() < end);
}
