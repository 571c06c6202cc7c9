// Which queue it is, and how both ends reach it. Owns: connections, names of what is in Redis beside BullMQ's own.
// Must not know: tasks.
import { appLog } from '@typhoon/log';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';

/** Where the queue is; the same at both ends. */
export interface QueuePlace {
  /** A URL, `redis://127.0.0.1:6379`, or options of ioredis. */
  readonly connection: string | RedisOptions;
  /** The queue's name; no colon in it. */
  readonly queue: string;
  /** The modules whose exports are tasks, by a name that both ends know; where they are, each end says for itself. */
  readonly modules: Readonly<Record<string, URL | string>>;
}

/** What is sent for a task. */
export interface JobData {
  readonly module: string;
  readonly args: string;
  /** Milliseconds since the epoch, or null. */
  readonly deadlineMs: number | null;
  /** What it failed with in the end. */
  readonly error?: string;
}

/** A connection that waits as long as Redis is away; what was asked meanwhile is asked again. */
export function connect({ connection }: QueuePlace): Redis {
  const always: RedisOptions = {
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1000),
  };
  const redis =
    typeof connection === 'string'
      ? new Redis(connection, always)
      : new Redis({ ...connection, ...always });
  let isAway = false;
  redis.on('error', (error: Error) => {
    if (!isAway) appLog.warning('Redis is away: %s', error.message);
    isAway = true;
  });
  redis.on('ready', () => {
    isAway = false;
  });
  return redis;
}

/** Where a cancellation is said, for those who listen. */
export function cancelChannel(queue: string): string {
  return `typhoon:${queue}:cancel`;
}

/** Where it stands, for those who come later. */
export function cancelKey(queue: string, id: string): string {
  return `typhoon:${queue}:cancel:${id}`;
}
