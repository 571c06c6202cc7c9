// What a pool needs of a worker, whichever kind it is: a thread or a process. The seam between the two.
import type { Movable } from './executor.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** What happens to a worker. */
export interface LinkEvents {
  /** It says something. */
  readonly received: (results: FromWorker) => void;
  /** It is gone; `error` is what nobody caught in it, if that was why. */
  readonly exited: (exitCode: number, error: unknown) => void;
}

/** One worker that was started. */
export interface WorkerLink {
  /** Whether `claims` can be shared with it. */
  readonly sharesMemory: boolean;
  /** Sends. Throws for what cannot be copied to it. */
  post(message: ToWorker, moved: readonly Movable[] | null): void;
  /** Whether it keeps the process alive; at first it does. */
  hold(isNeeded: boolean): void;
  /** Ends it, whatever it does. */
  kill(): void;
}

/** Starts a worker. Throws for settings that it cannot be started with. */
export type StartWorker = (name: string, events: LinkEvents) => WorkerLink;
