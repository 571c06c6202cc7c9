// The executor that has no threads: for tests, and for where a pool may be had but is not worth it.
import { Future } from '@typhoon/concurrent';
import { ExecutorError } from './executor-error.ts';
import { ModuleTask } from './module-task.ts';
import type { Executor, Task, TaskContext } from './executor.ts';

type AnyFunction = (...args: unknown[]) => unknown;

const CONTEXT: TaskContext = { transfer: (value) => value };

/** Does each task at once, in this thread, and gives a future that is settled already, errors included (CON-12). */
export class DummyExecutor implements Executor {
  /** A task that gives a promise, and the export of a module, are settled when they are. Nothing is copied. */
  submit<A extends unknown[], R>(task: Task<A, R>, ...args: A): Future<R> {
    try {
      if (task instanceof ModuleTask) return Future.from(callExport(task, args) as Promise<R>);
      const result = task.apply(CONTEXT, args);
      return isThenable(result) ? Future.from(result) : Future.resolved(result);
    } catch (error) {
      return Future.rejected(error);
    }
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
  if (typeof fn === 'function') return fn.apply(CONTEXT, args);
  const message = `${url} exports no function named ${JSON.stringify(exportName)}`;
  throw new ExecutorError('ERR_TASK_NOT_FOUND', message);
}

function isThenable<R>(value: R | PromiseLike<R>): value is PromiseLike<R> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
