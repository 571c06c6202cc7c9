// One task for each item. Must not know: which executor.
import { Future } from '@typhoon/concurrent';

/**
 * A future of all results in the order of the items. It fails with the first error there is, and then the
 * others are cancelled; cancelling it cancels all, and it ends when they have.
 */
export function mapTasks<T, R>(submit: (item: T) => Future<R>, items: Iterable<T>): Future<R[]> {
  const futures: Future<R>[] = [];
  let left = 0;
  let isCancelled = false;
  const cancelAll = (): void => {
    for (const future of futures) future.cancel();
  };
  const onCancel = (): boolean => {
    isCancelled = true;
    cancelAll();
    return futures.some((future) => !future.done());
  };
  const all = new Future<R[]>({ onCancel });
  for (const item of items) futures.push(submit(item));
  left = futures.length;
  if (left === 0) all.setResult([]);
  const whenDone = (future: Future<R>): void => {
    left--;
    if (all.done()) return;
    if (isCancelled) {
      if (left === 0) all.setCancelled();
      return;
    }
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
