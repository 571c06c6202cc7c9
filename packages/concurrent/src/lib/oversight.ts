// Failures that nobody ever looked at: logged when the future is collected (CON-5), in debug mode with who made the future.
// Must not know: futures.
import { isUserFrame, taskNotes } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';

/** What is kept of a future after it is gone. */
export interface Failure {
  /** Set by whoever sees it. */
  isLookedAt: boolean;
  readonly error: unknown;
  /** The user's frames when the future was made, or how to have them. */
  readonly origin: string;
}

const UNKNOWN_ORIGIN = ' (IOLoop.setDebug(true) tells where it was made)';

const registry = new FinalizationRegistry<Failure>(({ isLookedAt, error, origin }) => {
  if (isLookedAt) return;
  appLog.error('Future exception was never retrieved%s', origin, error);
});

/** Logs `error` once when `owner` is collected, unless the answer's `isLookedAt` has been set by then. */
export function watchForOversight(owner: object, error: unknown): Failure {
  writeOutStack(error);
  const failure: Failure = { isLookedAt: false, error, origin: originOf(owner) };
  registry.register(owner, failure);
  return failure;
}

function originOf(owner: object): string {
  const frames = taskNotes.originOf(owner)?.split('\n').filter(isUserFrame) ?? [];
  return frames.length === 0 ? UNKNOWN_ORIGIN : `; it was made\n${frames.join('\n')}`;
}

/**
 * Until its text is asked for, a stack holds the `this` of each of its frames: what made the error, and through that the
 * future, which would then never be collected.
 */
function writeOutStack(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
