// One task for each item. Must not know: which executor.
import { Future } from '@typhoon/concurrent';

/**
 * A future of all results in the order of the items. It fails with the first error there is, and then the tasks that
 * have not begun are cancelled; cancelling it cancels them, too.
 */
export function mapTasks<T, R>(submit: (item: T) => Future<R>, items: Iterable<T>): Future<R[]> {
  const futures: Future<R>[] = [];
  const cancelAll = (): undefined => {
    for (const future of futures) future.cancel();
  };
  const all = new Future<R[]>({ onCancel: cancelAll });
  for (const item of items) futures.push(submit(item));
  let left = futures.length;
  if (left === 0) all.setResult([]);
  const whenDone = (future: Future<R>): void => {
    left--;
    if (all.done()) return;
    try {
      future.result();
    } catch (error) {
      if (future.cancelled()) all.setCancelled();
      else all.setException(error);
      cancelAll();
      return;
    }
    if (left === 0) all.setResult(futures.map((one) => one.result()));
  };
  for (const future of futures) future.addDoneCallback(whenDone);
  return all;
}
