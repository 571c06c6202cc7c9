// What a client under test is to the benchmark.

/** A client. */
export interface System {
  /** Fetches `url` and reads the whole body; answers its size. `signal` where the case wants one. */
  get(url: string, signal?: AbortSignal): Promise<number>;
  /** Lets its connections go. */
  close(): void;
}

/** What a module in `systems/` exports: makes a client of at most so many connections. */
export type OpenSystem = (connections: number) => System;
