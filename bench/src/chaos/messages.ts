// What the processes of the chaos run tell each other.

/** Bytes of the server's large answer: more than any socket's buffer takes. */
export const LARGE_BYTES = 4_000_000;

/** The server's first message. */
export interface ServerIsUp {
  readonly port: number;
  readonly poller: string;
}

/** How the server is. */
export interface ServerState {
  readonly connections: number;
  /** Open descriptors of the process. */
  readonly descriptors: number;
  readonly rssBytes: number;
  /** Warnings and worse in its log. */
  readonly errors: number;
}

/** What a client process did: connections by kind; `wrong` are well-behaved ones that got no right answer. */
export type Tally = Readonly<Record<string, number>>;
