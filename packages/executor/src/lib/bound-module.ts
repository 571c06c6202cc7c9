// A module's functions as functions that an executor does. Must not know: which executor.
import { moduleTasks } from './module-task.ts';
import type { Future } from '@typhoon/concurrent';
import type { Executor, TaskOptions } from './executor.ts';
import type { ModuleTask, TaskName } from './module-task.ts';
import type { Items, StreamingExecutor, StreamOptions, TaskStream } from './task-stream.ts';

/** A function that has an executor do it. */
export interface BoundTask<A extends unknown[], R> {
  (...args: A): Future<R>;
  /** The same function with these options besides. */
  with(options: TaskOptions): BoundTask<A, R>;
}

/** The same where the executor can give items one by one. */
export interface PoolTaskFunction<A extends unknown[], R> extends BoundTask<A, R> {
  with(options: StreamOptions): PoolTaskFunction<A, R>;
  /** The items that it gives; see `PoolExecutor.stream`. */
  stream(...args: A): TaskStream<R extends Items<infer T> ? T : never>;
}

/** The functions that a module exports. */
export type BoundModule<Module> = {
  readonly [Name in TaskName<Module>]: Module[Name] extends (...args: infer A) => infer R
    ? BoundTask<A, Awaited<R>>
    : never;
};

/** The functions that a module exports, where the executor is a pool. */
export type PoolModule<Module> = {
  readonly [Name in TaskName<Module>]: Module[Name] extends (...args: infer A) => infer R
    ? PoolTaskFunction<A, Awaited<R>>
    : never;
};

/** Has `executor` do what a module exports, each call with `options`; see `moduleTasks` for `url`. */
export function bindModule<Module extends object>(
  executor: Executor,
  url: URL | string,
  options: TaskOptions = {},
): BoundModule<Module> {
  const task = moduleTasks<Record<string, (...args: unknown[]) => unknown>>(url);
  const bound = new Map<string, unknown>();
  return new Proxy(Object.create(null) as BoundModule<Module>, {
    get: (_, name) => {
      // It is not to be awaited.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      if (!bound.has(name)) bound.set(name, bindTask(executor, task(name), options));
      return bound.get(name);
    },
  });
}

function bindTask(
  executor: Executor,
  task: ModuleTask<unknown[], unknown>,
  options: TaskOptions,
): unknown {
  const run = (...args: unknown[]): Future<unknown> => executor.run(task, args, options);
  return Object.assign(run, {
    with: (more: TaskOptions) => bindTask(executor, task, { ...options, ...more }),
    stream: (...args: unknown[]) => {
      const { stream } = executor as Partial<StreamingExecutor>;
      if (stream === undefined) throw new TypeError('this executor gives no items one by one');
      return stream.call(executor, task as ModuleTask<unknown[], Items<unknown>>, args, options);
    },
  });
}
