// Tasks that are exports of modules: how they are named and typed. Must not know: who loads them.
import { pathToFileURL } from 'node:url';

/** The export of a module as a task; made by `moduleTasks`. */
export class ModuleTask<in A extends unknown[], out R> {
  /** Where the module is: an absolute URL. */
  readonly url: string;
  /** Which of its exports to call. */
  readonly exportName: string;
  /** Never there: it only ties the types of arguments and result to the task. */
  declare protected readonly signature?: (...args: A) => R;

  constructor(url: string, exportName: string) {
    this.url = url;
    this.exportName = exportName;
  }
}

/** The names of the functions that a module exports. */
export type TaskName<Module> = {
  [Name in keyof Module & string]: Module[Name] extends (...args: never[]) => unknown
    ? Name
    : never;
}[keyof Module & string];

/** The task that an exported function is. */
export type TaskOf<Fn> = Fn extends (...args: infer A) => infer R
  ? ModuleTask<A, Awaited<R>>
  : never;

/**
 * The exported functions of a module as tasks, typed by the module's type:
 *
 * ```ts no-run
 * const work = moduleTasks<typeof import('./work.js')>(new URL('./work.js', import.meta.url))
 * const thumbnail = await pool.submit(work('resize'), image, 200)
 * ```
 *
 * Workers load the module by themselves, with `import()`. It may be TypeScript: `./work.js` is `./work.ts` where only that is
 * there, and so it is for what the module imports. Node.js before 22.13 needs the package `amaro` for it.
 *
 * @param url An absolute URL, or an absolute path.
 * @throws TypeError for a relative one: write `new URL('./work.js', import.meta.url)`.
 */
export function moduleTasks<Module extends object>(
  url: URL | string,
): <Name extends TaskName<Module>>(exportName: Name) => TaskOf<Module[Name]> {
  const href = absoluteUrl(url);
  // The name and its type are both `Module`'s, so the task is what the type says.
  return <Name extends TaskName<Module>>(exportName: Name) =>
    new ModuleTask(href, exportName) as unknown as TaskOf<Module[Name]>;
}

/** The URL of a task's module. @throws TypeError for a relative one. */
export function absoluteUrl(url: URL | string): string {
  if (typeof url !== 'string') return url.href;
  if (URL.canParse(url)) return new URL(url).href;
  if (/^[/\\]/.test(url)) return pathToFileURL(url).href;
  const advice = `write new URL(${JSON.stringify(url)}, import.meta.url)`;
  throw new TypeError(`a worker cannot know what ${JSON.stringify(url)} is relative to: ${advice}`);
}
