// Giving the loop one turn.
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';

/** What `moment` is: something of its own. */
export class Moment {
  readonly description = 'one turn of the loop';
}

/** Yielded in a coroutine, it gives the loop one turn: I/O, timers and others' callbacks run before it goes on (GEN-7). */
export const moment: Moment = new Moment();

/** A future that is settled in the loop's next turn. */
export function nextTurn(): Future<null> {
  const future = new Future<null>();
  IOLoop.current().addCallback(() => {
    if (!future.done()) future.setResult(null);
  });
  return future;
}
