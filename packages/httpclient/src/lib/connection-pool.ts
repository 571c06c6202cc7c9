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

/** What the pool asks of a request. */
export interface PoolJob {
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

interface Route<J, C> {
  /** Requests that run or are ready to. */
  claimed: number;
  /** Those beyond the limit, in order. */
  readonly waiting: Set<J>;
  /** Newest last. */
  readonly idle: C[];
}

/** The book-keeping of a client's connections. */
export class ConnectionPool<J extends PoolJob, C extends PoolConnection> {
  readonly #limits: PoolLimits;
  readonly #routes = new Map<string, Route<J, C>>();
  /** Requests that only wait for the limit in all, in order. */
  readonly #ready = new Set<J>();
  /** Idle connections of all routes, oldest first. */
  readonly #idle = new Set<C>();
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
    return this.#ready.size + this.#waiting;
  }

  /** Connections that are kept for later. */
  get idle(): number {
    return this.#idle.size;
  }

  /** A request comes to the end of the queue. */
  enqueue(job: J): void {
    const route = this.#routeOf(job.key);
    if (route.claimed < this.#limits.maxClientsPerHost) {
      route.claimed++;
      this.#ready.add(job);
    } else {
      route.waiting.add(job);
      this.#waiting++;
    }
  }

  /** A request waits no more; whether it did. */
  withdraw(job: J): boolean {
    if (this.#ready.delete(job)) {
      this.#unclaim(job.key);
      return true;
    }
    if (this.#routes.get(job.key)?.waiting.delete(job) !== true) return false;
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
    const grants: Grant<J, C>[] = [];
    const evicted: C[] = [];
    const { maxClients, maxIdleConnections } = this.#limits;
    for (const job of this.#ready) {
      if (this.#running >= maxClients) break;
      this.#ready.delete(job);
      this.#running++;
      const connection = this.#routeOf(job.key).idle.pop() ?? null;
      if (connection !== null) this.#idle.delete(connection);
      else if (this.#running + this.#idle.size > maxClients) this.#evictOldest(evicted);
      grants.push({ job, connection });
    }
    while (this.#idle.size > maxIdleConnections) this.#evictOldest(evicted);
    return { grants, evicted };
  }

  /** A request that runs needs a second connection, and is about to release the first: it does not queue again. */
  claim(key: string): void {
    this.#routeOf(key).claimed++;
    this.#running++;
  }

  /** A request with this route runs no more; its connection is free for the next, or gone (null). */
  release(key: string, connection: C | null): void {
    if (connection !== null) {
      this.#routeOf(key).idle.push(connection);
      this.#idle.add(connection);
    }
    this.#running--;
    this.#unclaim(key);
  }

  /** An idle connection is gone; whether it was one. */
  remove(connection: C): boolean {
    if (!this.#idle.delete(connection)) return false;
    const idle = this.#routes.get(connection.key)?.idle ?? [];
    const at = idle.indexOf(connection);
    if (at >= 0) idle.splice(at, 1);
    this.#forget(connection.key);
    return true;
  }

  /** Forgets everything that waits or is idle, and answers with it. */
  clear(): { readonly jobs: readonly J[]; readonly connections: readonly C[] } {
    const jobs = [...this.#ready];
    for (const route of this.#routes.values()) jobs.push(...route.waiting);
    const connections = [...this.#idle];
    for (const job of jobs) this.withdraw(job);
    for (const connection of connections) this.remove(connection);
    return { jobs, connections };
  }

  #evictOldest(evicted: C[]): void {
    for (const oldest of this.#idle) {
      this.remove(oldest);
      evicted.push(oldest);
      return;
    }
  }

  /** Less runs there: the first that stood aside moves up, behind those that are ready. */
  #unclaim(key: string): void {
    const route = this.#routeOf(key);
    route.claimed--;
    if (route.claimed < this.#limits.maxClientsPerHost) {
      for (const job of route.waiting) {
        route.waiting.delete(job);
        this.#waiting--;
        route.claimed++;
        this.#ready.add(job);
        return;
      }
    }
    this.#forget(key);
  }

  #routeOf(key: string): Route<J, C> {
    let route = this.#routes.get(key);
    if (route === undefined) {
      route = { claimed: 0, waiting: new Set(), idle: [] };
      this.#routes.set(key, route);
    }
    return route;
  }

  /** A route that nobody uses is not kept. */
  #forget(key: string): void {
    const route = this.#routes.get(key);
    if (route?.claimed === 0 && route.waiting.size === 0 && route.idle.length === 0)
      this.#routes.delete(key);
  }
}
