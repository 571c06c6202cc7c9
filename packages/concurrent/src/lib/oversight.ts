// Failures that nobody ever looked at: logged when the future is collected (CON-5).
import { appLog } from '@typhoon/log';

/** What is kept of a future after it is gone. */
export interface Failure {
  /** Set by whoever sees it. */
  isLookedAt: boolean;
  readonly error: unknown;
}

const registry = new FinalizationRegistry<Failure>(({ isLookedAt, error }) => {
  if (isLookedAt) return;
  appLog.error('Future exception was never retrieved', error);
});

/** Logs `error` once when `owner` is collected, unless the answer's `isLookedAt` has been set by then. */
export function watchForOversight(owner: object, error: unknown): Failure {
  writeOutStack(error);
  const failure: Failure = { isLookedAt: false, error };
  registry.register(owner, failure);
  return failure;
}

/**
 * Until its text is asked for, a stack holds the `this` of each of its frames: what made the error, and through that the
 * future, which would then never be collected.
 */
function writeOutStack(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
