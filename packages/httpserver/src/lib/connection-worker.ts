// What a connection and whoever works on it know of each other, so that neither imports the other.
import type { DeadlineHolder } from './connection-deadlines.ts';
import type { SocketContext } from './context.ts';
import type { DetachedConnection, Drainable } from './drain.ts';
import type { Transport, TransportError } from '@typhoon/ioloop';

/** Reads what comes on one connection after another, and answers it. */
export interface ConnectionWorker extends Pick<
  Drainable,
  'exchange' | 'phase' | 'closeInOrder' | 'giveUp'
> {
  /** Something has come on a connection that nobody worked on. */
  workOn(connection: WorkedConnection): void;
  /** As of `Protocol`, as all that follows. */
  dataReceived(buffer: Buffer, start: number, end: number): void;
  eofReceived(): boolean;
  pauseWriting(): void;
  resumeWriting(): void;
  connectionLost(error: TransportError | null): void;
  /** As of `Expirable`. */
  onDeadline(): void;
  /** As of `Connection`. */
  shut(): Promise<void>;
}

/** A connection that is worked on. */
export interface WorkedConnection extends DeadlineHolder {
  readonly transport: Transport;
  readonly context: SocketContext;
  readonly isDraining: boolean;
  /** Whether there was no request yet. */
  isFresh: boolean;
  /** As of `Drainable`. */
  sinceMs: number;
  /** Everything that came is answered. */
  settled(worker: ConnectionWorker): void;
  /** It has ended, or was given away. */
  gone(detached: DetachedConnection | null): void;
}
