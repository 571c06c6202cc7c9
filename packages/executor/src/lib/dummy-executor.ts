// The executor that has no threads: for tests, and for where a pool may be had but is not worth it.
import { isThenable } from '@typhoon/ioloop';
import { Future, withSignal } from '@typhoon/concurrent';
import { NO_TASK } from './current-task.ts';
import { ExecutorError } from './executor-error.ts';
import { ModuleTask } from './module-task.ts';
import type { Executor, Task, TaskOptions } from './executor.ts';

type AnyFunction = (...args: unknown[]) => unknown;

/** Does each task at once, in this thread, and gives a future that is settled already, errors included (CON-12). */
export class DummyExecutor implements Executor {
  /** A task that gives a promise, and the export of a module, are settled when they are. Nothing is copied. */
  submit<A extends unknown[], R>(task: Task<A, R>, ...args: A): Future<R> {
    try {
      if (task instanceof ModuleTask) return Future.from(callExport(task, args) as Promise<R>);
      const result = task.apply(NO_TASK, args);
      return isThenable(result) ? Future.from(result) : Future.resolved(result);
    } catch (error) {
      return Future.rejected(error);
    }
  }

  /** The same. Of the options only `signal` means something here. */
  run<A extends unknown[], R>(task: Task<A, R>, args: A, options: TaskOptions = {}): Future<R> {
    return withSignal(options.signal, () => this.submit(task, ...args));
  }

  /** Does nothing: there is nothing to give back. */
  shutdown(): Future<void> {
    return Future.resolved(undefined);
  }
}

/** A `DummyExecutor` for everybody. */
export const dummyExecutor: Executor = new DummyExecutor();

async function callExport(
  { url, exportName }: Pick<ModuleTask<never[], unknown>, 'url' | 'exportName'>,
  args: unknown[],
): Promise<unknown> {
  const exported = (await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as Record<
    string,
    AnyFunction
  >;
  const fn = exported[exportName];
  if (typeof fn === 'function') return fn.apply(NO_TASK, args);
  const message = `${url} exports no function named ${JSON.stringify(exportName)}`;
  throw new ExecutorError('ERR_TASK_NOT_FOUND', message);
}
