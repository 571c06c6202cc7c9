// Which request gets which connection. Owns: the queue, the limits, which connections are idle.
// Must not know: sockets, timers, promises: `decide` says what to do, and whoever calls it does that.
//
//                 limit per route            limit in all
//   enqueue -> [ waiting, by route ] -> [ ready ] -> granted -> (released)
//
//   a connection:   in use -> (released) idle -> in use ... -> closed
//
// Sockets never outnumber `maxClients`: those in use and the idle ones together. A request whose route is at its limit
// stands aside, so that it does not hold up those behind it that go elsewhere.
// HOT: `pnpm bench client`
import { WaitingLine } from './waiting-line.ts';
import type { Waiting } from './waiting-line.ts';

/** What the pool asks of a request. */
export interface PoolJob extends Waiting {
  /** Where it goes; see `routeKey`. */
  readonly key: string;
}

/** What the pool asks of a connection. */
export interface PoolConnection {
  /** Where it leads. */
  readonly key: string;
}

/** How many at once. */
export interface PoolLimits {
  /** Requests that run at once. */
  readonly maxClients: number;
  /** Requests that run at once with one route. */
  readonly maxClientsPerHost: number;
  /** Idle connections that are kept. */
  readonly maxIdleConnections: number;
}

/** A request may start. */
export interface Grant<J, C> {
  readonly job: J;
  /** An idle connection to use; null: open one. */
  readonly connection: C | null;
}

/** What is to be done now. */
export interface Decision<J, C> {
  /** Requests to start, in order. */
  readonly grants: readonly Grant<J, C>[];
  /** Idle connections to close; the pool has forgotten them. */
  readonly evicted: readonly C[];
}

interface Route<J extends PoolJob, C> {
  /** Requests that run or are ready to. */
  claimed: number;
  /** Those beyond the limit, in order. */
  readonly waiting: WaitingLine<J>;
  /** Newest last. */
  readonly idle: C[];
  /** Since when each of them is idle, in the order of all releases. */
  readonly idleSince: number[];
}

const NOTHING: Decision<never, never> = { grants: [], evicted: [] };

/** The book-keeping of a client's connections. */
export class ConnectionPool<J extends PoolJob, C extends PoolConnection> {
  readonly #limits: PoolLimits;
  readonly #routes = new Map<string, Route<J, C>>();
  /** Requests that only wait for the limit in all, in order. */
  readonly #ready = new WaitingLine<J>();
  #idle = 0;
  #releases = 0;
  #waiting = 0;
  #running = 0;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  /** Requests that run. */
  get running(): number {
    return this.#running;
  }

  /** Requests that wait. */
  get queued(): number {
    return this.#ready.length + this.#waiting;
  }

  /** Connections that are kept for later. */
  get idle(): number {
    return this.#idle;
  }

  /** A request comes to the end of the queue. */
  enqueue(job: J): void {
    const route = this.#routeOf(job.key);
    if (route.claimed < this.#limits.maxClientsPerHost) {
      route.claimed++;
      this.#ready.push(job);
    } else {
      route.waiting.push(job);
      this.#waiting++;
    }
  }

  /** A request waits no more; whether it did. */
  withdraw(job: J): boolean {
    if (this.#ready.remove(job)) {
      this.#unclaim(job.key);
      return true;
    }
    if (this.#routes.get(job.key)?.waiting.remove(job) !== true) return false;
    this.#waiting--;
    this.#forget(job.key);
    return true;
  }

  /**
   * Says which requests start, on which connections, and which connections to close. The first that applies:
   *
   * 1. As many requests run as may: the rest waits.
   * 2. An idle connection leads there: the newest is taken, so that those not needed grow old and are closed.
   * 3. There is room for another socket: one is opened.
   * 4. Idle connections take the room: the oldest of them is closed for it.
   */
  decide(): Decision<J, C> {
    const { maxClients, maxIdleConnections } = this.#limits;
    if (this.#ready.length === 0 && this.#idle <= maxIdleConnections) return NOTHING;
    const grants: Grant<J, C>[] = [];
    const evicted: C[] = [];
    while (this.#running < maxClients) {
      const job = this.#ready.shift();
      if (job === null) break;
      this.#running++;
      const connection = this.#takeNewest(this.#routeOf(job.key));
      if (connection === null && this.#running + this.#idle > maxClients)
        this.#evictOldest(evicted);
      grants.push({ job, connection });
    }
    while (this.#idle > maxIdleConnections) this.#evictOldest(evicted);
    return { grants, evicted };
  }

  /** A request that runs needs a second connection, and is about to release the first: it does not queue again. */
  claim(key: string): void {
    this.#routeOf(key).claimed++;
    this.#running++;
  }

  /** A request with this route runs no more; its connection is free for the next, or gone (null). */
  release(key: string, connection: C | null): void {
    const route = this.#routeOf(key);
    if (connection !== null) {
      route.idle.push(connection);
      route.idleSince.push(++this.#releases);
      this.#idle++;
    }
    this.#running--;
    this.#unclaim(key);
  }

  /** An idle connection is gone; whether it was one. */
  remove(connection: C): boolean {
    const route = this.#routes.get(connection.key);
    const at = route?.idle.indexOf(connection) ?? -1;
    if (route === undefined || at < 0) return false;
    route.idle.splice(at, 1);
    route.idleSince.splice(at, 1);
    this.#idle--;
    this.#forget(connection.key);
    return true;
  }

  /** Forgets everything that waits or is idle, and answers with it. */
  clear(): { readonly jobs: readonly J[]; readonly connections: readonly C[] } {
    const jobs = [...this.#ready];
    const connections: C[] = [];
    for (const { waiting, idle } of this.#routes.values()) {
      jobs.push(...waiting);
      connections.push(...idle);
    }
    for (const job of jobs) this.withdraw(job);
    for (const connection of connections) this.remove(connection);
    return { jobs, connections };
  }

  #takeNewest({ idle, idleSince }: Route<J, C>): C | null {
    const newest = idle.pop() ?? null;
    if (newest === null) return null;
    idleSince.pop();
    this.#idle--;
    return newest;
  }

  /** Seldom, and there are no more routes than sockets and hosts that are waited for. */
  #evictOldest(evicted: C[]): void {
    let oldest: C | undefined;
    let since = Infinity;
    for (const { idle, idleSince } of this.#routes.values()) {
      const [first = Infinity] = idleSince;
      if (first >= since) continue;
      since = first;
      [oldest] = idle;
    }
    if (oldest === undefined) return;
    this.remove(oldest);
    evicted.push(oldest);
  }

  /** Less runs there: the first that stood aside moves up, behind those that are ready. */
  #unclaim(key: string): void {
    const route = this.#routeOf(key);
    route.claimed--;
    if (route.claimed < this.#limits.maxClientsPerHost) {
      const job = route.waiting.shift();
      if (job !== null) {
        this.#waiting--;
        route.claimed++;
        this.#ready.push(job);
        return;
      }
    }
    this.#forget(key);
  }

  #routeOf(key: string): Route<J, C> {
    let route = this.#routes.get(key);
    if (route === undefined) {
      route = { claimed: 0, waiting: new WaitingLine<J>(), idle: [], idleSince: [] };
      this.#routes.set(key, route);
    }
    return route;
  }

  /** A route that nobody uses is not kept. */
  #forget(key: string): void {
    const route = this.#routes.get(key);
    if (route?.claimed === 0 && route.waiting.length === 0 && route.idle.length === 0)
      this.#routes.delete(key);
  }
}
