import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionPool } from './connection-pool.ts';
import type { PoolLimits } from './connection-pool.ts';

interface Thing {
  place: number;
  readonly key: string;
  readonly name: string;
}

type Pool = ConnectionPool<Thing, Thing>;

const WIDE: PoolLimits = { maxClients: 100, maxClientsPerHost: 100, maxIdleConnections: 100 };

function pool(limits: Partial<PoolLimits> = {}): Pool {
  return new ConnectionPool({ ...WIDE, ...limits });
}

function thing(key: string, name = key): Thing {
  return { place: -1, key, name };
}

/** What the pool decides, in names: the connection that is used, or `new`. */
function decide(one: Pool): { grants: string[]; evicted: string[] } {
  const { grants, evicted } = one.decide();
  return {
    grants: grants.map(({ job, connection }) => `${job.name}:${connection?.name ?? 'new'}`),
    evicted: evicted.map(({ name }) => name),
  };
}

/** A pool in which these connections are idle, oldest first. */
function withIdle(names: readonly string[], limits: Partial<PoolLimits> = {}): Pool {
  const one = pool(limits);
  for (const name of names) one.enqueue(thing(name.slice(0, 1), name));
  one.decide();
  for (const name of names) one.release(name.slice(0, 1), thing(name.slice(0, 1), name));
  return one;
}

describe('ConnectionPool', () => {
  it('runs at most maxClients requests, and starts the next in order (SHC-1, 2)', () => {
    const one = pool({ maxClients: 2 });
    for (const name of ['a', 'b', 'c', 'd']) one.enqueue(thing(name));
    expect(decide(one).grants).toEqual(['a:new', 'b:new']);
    expect([one.running, one.queued]).toEqual([2, 2]);
    expect(decide(one).grants).toEqual([]);
    one.release('a', null);
    expect(decide(one).grants).toEqual(['c:new']);
    one.release('b', null);
    one.release('c', null);
    expect(decide(one).grants).toEqual(['d:new']);
  });

  it('uses the newest idle connection that leads there', () => {
    const one = withIdle(['a1', 'a2', 'b1']);
    one.enqueue(thing('a', 'job'));
    expect(decide(one).grants).toEqual(['job:a2']);
    one.enqueue(thing('a', 'job'));
    one.enqueue(thing('a', 'job'));
    expect(decide(one).grants).toEqual(['job:a1', 'job:new']);
    expect(one.idle).toBe(1);
  });

  it('closes the oldest idle connection when sockets would outnumber maxClients', () => {
    const one = withIdle(['a1', 'b1', 'c1'], { maxClients: 3 });
    one.enqueue(thing('d', 'job'));
    expect(decide(one)).toEqual({ grants: ['job:new'], evicted: ['a1'] });
  });

  it('keeps at most maxIdleConnections', () => {
    expect(decide(withIdle(['a1', 'b1', 'a2'], { maxIdleConnections: 1 })).evicted).toEqual([
      'a1',
      'b1',
    ]);
    expect(decide(withIdle(['a1'], { maxIdleConnections: 0 })).evicted).toEqual(['a1']);
  });

  it('lets a free connection go to who waits before it is closed', () => {
    const one = pool({ maxClients: 1, maxIdleConnections: 0 });
    one.enqueue(thing('a', 'first'));
    one.enqueue(thing('a', 'second'));
    expect(decide(one).grants).toEqual(['first:new']);
    one.release('a', thing('a', 'connection'));
    expect(decide(one)).toEqual({ grants: ['second:connection'], evicted: [] });
  });

  it('lets a request aside whose host is at its limit, and those behind it by', () => {
    const one = pool({ maxClientsPerHost: 1 });
    for (const name of ['a1', 'a2', 'b1', 'a3']) one.enqueue(thing(name.slice(0, 1), name));
    expect(decide(one).grants).toEqual(['a1:new', 'b1:new']);
    one.release('a', null);
    expect(decide(one).grants).toEqual(['a2:new']);
    one.release('a', null);
    expect(decide(one).grants).toEqual(['a3:new']);
  });

  it('forgets a request that waits no more, in either queue', () => {
    const one = pool({ maxClients: 1, maxClientsPerHost: 1 });
    const jobs = ['a1', 'b1', 'a2', 'a3'].map((name) => thing(name.slice(0, 1), name));
    for (const job of jobs) one.enqueue(job);
    expect(decide(one).grants).toEqual(['a1:new']);
    const [running, ready, aside] = jobs;
    if (running === undefined || ready === undefined || aside === undefined) throw new Error();
    expect([one.withdraw(running), one.withdraw(ready), one.withdraw(aside)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(one.queued).toBe(1);
    one.release('a', null);
    expect(decide(one).grants).toEqual(['a3:new']);
  });

  it('forgets an idle connection that has ended', () => {
    const one = pool();
    const connection = thing('a', 'connection');
    one.enqueue(thing('a'));
    one.decide();
    one.release('a', connection);
    expect([one.remove(connection), one.remove(connection)]).toEqual([true, false]);
    one.enqueue(thing('a', 'job'));
    expect(decide(one).grants).toEqual(['job:new']);
  });

  it('keeps a slot for who claims a second connection before releasing the first', () => {
    const one = pool({ maxClients: 1 });
    one.enqueue(thing('a', 'first'));
    one.enqueue(thing('a', 'second'));
    one.decide();
    one.claim('a');
    one.release('a', null);
    expect(decide(one).grants).toEqual([]);
    one.release('a', null);
    expect(decide(one).grants).toEqual(['second:new']);
  });

  it('answers with everything that waits or is idle when it is cleared', () => {
    const one = withIdle(['a1', 'b1'], { maxClients: 2, maxClientsPerHost: 1 });
    for (const name of ['a2', 'a3', 'b2', 'c1']) one.enqueue(thing(name.slice(0, 1), name));
    decide(one);
    const { jobs, connections } = one.clear();
    expect(jobs.map(({ name }) => name).sort()).toEqual(['a3', 'c1']);
    expect(connections.map(({ name }) => name)).toEqual([]);
    expect([one.queued, one.idle]).toEqual([0, 0]);
  });

  it('keeps its limits, its order and its counts, whatever happens', () => {
    const keys = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({ do: fc.constant('enqueue' as const), key: keys }),
      fc.record({ do: fc.constantFrom('finish' as const, 'lose' as const), at: fc.nat(9) }),
      fc.record({ do: fc.constantFrom('withdraw' as const, 'end' as const), at: fc.nat(9) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model = new Model({ maxClients: 4, maxClientsPerHost: 2, maxIdleConnections: 2 });
        for (const one of steps) {
          if (one.do === 'enqueue') model.enqueue(one.key);
          else model.act(one.do, one.at);
          model.check();
        }
      }),
    );
  });
});

/** What a client would see: who waits, runs and is idle, kept beside the pool. */
class Model {
  readonly #limits: PoolLimits;
  readonly #pool: Pool;
  readonly #waiting: Thing[] = [];
  readonly #running: Thing[] = [];
  readonly #idle: Thing[] = [];
  #count = 0;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
    this.#pool = new ConnectionPool(limits);
  }

  enqueue(key: string): void {
    const job = thing(key, String(this.#count++));
    this.#waiting.push(job);
    this.#pool.enqueue(job);
    this.#decide();
  }

  act(what: 'finish' | 'lose' | 'withdraw' | 'end', at: number): void {
    if (what === 'withdraw') {
      const [job] = this.#waiting.splice(at, 1);
      if (job !== undefined) expect(this.#pool.withdraw(job)).toBe(true);
    } else if (what === 'end') {
      const [connection] = this.#idle.splice(at, 1);
      if (connection !== undefined) expect(this.#pool.remove(connection)).toBe(true);
    } else {
      this.#release(what === 'finish', at);
    }
    this.#decide();
  }

  check(): void {
    const { maxClients, maxClientsPerHost, maxIdleConnections } = this.#limits;
    const { running, queued, idle } = this.#pool;
    expect([running, queued, idle]).toEqual([
      this.#running.length,
      this.#waiting.length,
      this.#idle.length,
    ]);
    expect(running + idle).toBeLessThanOrEqual(maxClients);
    expect(idle).toBeLessThanOrEqual(maxIdleConnections);
    const perHost = (key: string): number => this.#running.filter((one) => one.key === key).length;
    for (const key of 'abc') expect(perHost(key)).toBeLessThanOrEqual(maxClientsPerHost);
    // Nobody waits without need.
    if (running < maxClients) {
      for (const { key } of this.#waiting) expect(perHost(key)).toBe(maxClientsPerHost);
    }
  }

  #release(isKept: boolean, at: number): void {
    const [job] = this.#running.splice(at, 1);
    if (job === undefined) return;
    const connection = isKept ? thing(job.key, `c${this.#count++}`) : null;
    if (connection !== null) this.#idle.push(connection);
    this.#pool.release(job.key, connection);
  }

  #decide(): void {
    const { grants, evicted } = this.#pool.decide();
    for (const { job, connection } of grants) {
      const first = this.#waiting.find(({ key }) => key === job.key);
      expect(first).toBe(job);
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      this.#running.push(job);
      if (connection !== null) this.#takeIdle(connection, job.key);
    }
    for (const connection of evicted) this.#takeIdle(connection, connection.key);
  }

  #takeIdle(connection: Thing, key: string): void {
    const at = this.#idle.indexOf(connection);
    expect(at).toBeGreaterThanOrEqual(0);
    expect(connection.key).toBe(key);
    this.#idle.splice(at, 1);
  }
}
