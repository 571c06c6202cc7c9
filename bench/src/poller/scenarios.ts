// What the poller benchmark looks at, one scenario after another. Each runs one server and answers one number or more.
import { load, loadBy, type LoadResult } from '../load.ts';
import { ServerProcess } from '../server-process.ts';
import { slope } from '../spread.ts';
import { IdleConnections } from './idle-connections.ts';
import { settledRss } from './idle-memory.ts';
import type { Contestant } from './contestants.ts';

/** Figures by name; the name says the unit. */
export type Figures = Readonly<Record<string, number>>;

/** One thing to measure. */
export interface Scenario {
  readonly name: string;
  /** The figure that the ratio to the first system is made of. */
  readonly ratioOf: string;
  /** Measures one running server for about `seconds`. */
  measure(server: ServerProcess, seconds: number): Promise<Figures>;
}

const PIPELINED = `
init = function(args)
  local all = {}
  for i = 1, 16 do all[i] = wrk.format() end
  request16 = table.concat(all)
end
request = function() return request16 end
`;

/** Every hundredth request asks for something else, which is left out of nothing: it is beyond the median. */
const oneInAHundred = (path: string): string => `
local count = 0
request = function()
  count = count + 1
  if count % 100 == 0 then return wrk.format('GET', '${path}') end
  return wrk.format('GET', '/')
end
`;

function urlOf(server: ServerProcess, path = '/'): string {
  return `http://127.0.0.1:${server.port}${path}`;
}

/** Loads, and adds the server's CPU time for each request. */
async function cost(server: ServerProcess, run: () => Promise<LoadResult>): Promise<Figures> {
  const before = server.usage();
  const result = await run();
  const after = server.usage();
  if (result.errors > 0) throw new Error(`${result.errors} errors under load`);
  const userUs = ((after.userMs - before.userMs) * 1000) / result.requests;
  const systemUs = ((after.systemMs - before.systemMs) * 1000) / result.requests;
  return {
    'user µs': userUs,
    'system µs': systemUs,
    'CPU µs': userUs + systemUs,
    'rate/s': result.requests / result.seconds,
    'p50 ms': result.p50Ms,
    'p99 ms': result.p99Ms,
  };
}

function keepAlive(connections: number): Scenario {
  return {
    name: `${connections} connections, all active`,
    ratioOf: 'CPU µs',
    measure: (server, seconds) => cost(server, () => load(urlOf(server), connections, seconds)),
  };
}

const pipelined: Scenario = {
  name: '64 connections, 16 requests pipelined',
  ratioOf: 'user µs',
  measure: (server, seconds) => cost(server, () => loadBy(PIPELINED, urlOf(server), 64, seconds)),
};

function besideIdle(idle: number): Scenario {
  return {
    name: `64 active beside ${idle} idle`,
    ratioOf: 'p99 beside/alone',
    measure: async (server, seconds) => {
      const alone = await cost(server, () => load(urlOf(server), 64, seconds));
      const crowd = await IdleConnections.open(server.port, idle);
      const beside = await cost(server, () => load(urlOf(server), 64, seconds));
      await crowd.close();
      const ratio = (beside['p99 ms'] ?? NaN) / (alone['p99 ms'] ?? NaN);
      return { ...beside, 'p99 alone ms': alone['p99 ms'] ?? NaN, 'p99 beside/alone': ratio };
    },
  };
}

const IDLE_COUNTS = [5_000, 10_000, 19_000];

/** Each number of connections twice, idle for ten seconds, after a first crowd that grows what only grows once. */
const idleMemory: Scenario = {
  name: `memory of ${IDLE_COUNTS.join(', ')} idle connections`,
  ratioOf: 'bytes each',
  measure: async (server) => {
    await (await IdleConnections.open(server.port, Math.max(...IDLE_COUNTS))).close();
    const before = await settledRss(server);
    const points: (readonly [count: number, rss: number])[] = [];
    for (const count of [...IDLE_COUNTS, ...IDLE_COUNTS]) {
      const crowd = await IdleConnections.open(server.port, count);
      points.push([count, await settledRss(server)]);
      await crowd.close();
    }
    const after = await settledRss(server);
    return {
      'bytes each': slope(points),
      'RSS before MiB': before / 2 ** 20,
      'RSS after MiB': after / 2 ** 20,
      'after/before': after / before,
    };
  },
};

function body(bytes: number): Scenario {
  return {
    name: `bodies of ${bytes} bytes, 64 connections`,
    ratioOf: 'MB per CPU second',
    measure: async (server, seconds) => {
      const url = urlOf(server, `/bytes/${bytes}`);
      const figures = await cost(server, () => load(url, 64, seconds));
      return { ...figures, 'MB per CPU second': bytes / (figures['CPU µs'] ?? NaN) };
    },
  };
}

/** Does a slow handler on one request of a hundred hold up the others? */
function slowHandler(path: string, what: string): Scenario {
  return {
    name: `${what} on 1 % of the requests`,
    ratioOf: 'p50 with/without',
    measure: async (server, seconds) => {
      const without = await cost(server, () =>
        loadBy(oneInAHundred('/'), urlOf(server), 16, seconds),
      );
      const figures = await cost(server, () =>
        loadBy(oneInAHundred(path), urlOf(server), 16, seconds),
      );
      const ratio = (figures['p50 ms'] ?? NaN) / (without['p50 ms'] ?? NaN);
      return { ...figures, 'p50 without ms': without['p50 ms'] ?? NaN, 'p50 with/without': ratio };
    },
  };
}

/** All that is looked at. */
export const SCENARIOS: readonly Scenario[] = [
  keepAlive(64),
  pipelined,
  keepAlive(512),
  keepAlive(10_000),
  besideIdle(10_000),
  idleMemory,
  slowHandler('/wait/5', 'a handler that waits 5 ms'),
  slowHandler('/spin/5000', 'a handler that works 5 ms'),
  body(65_536),
  body(1_048_576),
];

/** Runs a scenario on a server of its own. */
export async function runScenario(
  scenario: Scenario,
  { command }: Contestant,
  seconds: number,
): Promise<Figures> {
  const server = await ServerProcess.start(command);
  try {
    await load(urlOf(server), 64, 1);
    return await scenario.measure(server, seconds);
  } finally {
    await server.stop();
  }
}
