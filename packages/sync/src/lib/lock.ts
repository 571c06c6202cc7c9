// One at a time.
import { Semaphore } from './semaphore.ts';
import { SyncError } from './sync-error.ts';

/**
 * Lets one in at a time; the others wait, first come, first served. It is not re-entrant: who holds it and acquires it
 * again waits for itself (LCK-10).
 */
export class Lock extends Semaphore {
  constructor() {
    super(1);
  }

  /** Gives it to who has waited longest (LCK-10). @throws SyncError `ERR_NOT_ACQUIRED` when nobody holds it (LCK-9). */
  override release(): void {
    if (this.value > 0) throw new SyncError('ERR_NOT_ACQUIRED', 'release unlocked lock');
    super.release();
  }
}
