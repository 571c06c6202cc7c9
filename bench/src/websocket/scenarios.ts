// What the WebSocket benchmark looks at, one scenario after another. Each runs one server and answers one figure or more.
import { setTimeout as delay } from 'node:timers/promises';
import { IdleConnections } from '../poller/idle-connections.ts';
import { settledRss } from '../poller/idle-memory.ts';
import { ServerProcess } from '../server-process.ts';
import { slope } from '../spread.ts';
import { NAMES, type Contestant, type Setup } from './contestants.ts';
import { RawClients } from './raw-clients.ts';

/** Figures by name; the name says the unit. */
export type Figures = Readonly<Record<string, number>>;

/** One thing to measure. */
export interface Scenario {
  readonly name: string;
  readonly setup: Setup;
  /** Whether nothing but memory is looked at: all of these are measured at once, for they wait most of the time. */
  readonly canOverlap: boolean;
  /** Measures one running server. */
  measure(server: ServerProcess, seconds: number, system: string): Promise<Figures>;
}

const SIZES = { '16 B': 16, '1 KiB': 1024, '64 KiB': 65_536 };
/** What is compiled on the way is compiled then. */
const WARM_UP_MS = 1_200;
const SUBSCRIBERS = 10_000;
const BROADCAST_BYTES = 100;
const BROADCASTS = 10;

/** CPU time of the server for each of so many things that `run` has it do. */
async function cpuUs(server: ServerProcess, run: () => Promise<number>): Promise<number> {
  const before = server.usage();
  const count = await run();
  const after = server.usage();
  const ms = after.userMs - before.userMs + after.systemMs - before.systemMs;
  return (ms * 1000) / count;
}

function echo(connections: number): Scenario {
  return {
    name: `echo over ${connections} connections`,
    setup: 'plain',
    canOverlap: false,
    measure: async (server, seconds) => {
      const figures: Record<string, number> = {};
      const clients = new RawClients();
      await clients.open(server.port, connections, '/alone');
      for (const [name, size] of Object.entries(SIZES)) {
        await clients.echo(size, WARM_UP_MS);
        const run = async (): Promise<number> => (await clients.echo(size, seconds * 1000)).length;
        figures[`${name}, ${connections} connections: CPU µs a message`] = await cpuUs(server, run);
      }
      clients.close();
      return figures;
    },
  };
}

const broadcast: Scenario = {
  name: `broadcast to ${SUBSCRIBERS} subscribers`,
  setup: 'plain',
  canOverlap: false,
  measure: async (server) => {
    const clients = new RawClients();
    await clients.open(server.port, SUBSCRIBERS);
    await clients.broadcast(BROADCAST_BYTES, 3);
    const us = await cpuUs(server, async () => {
      await clients.broadcast(BROADCAST_BYTES, BROADCASTS);
      return BROADCASTS * SUBSCRIBERS;
    });
    clients.close();
    return { [`${BROADCAST_BYTES} B to ${SUBSCRIBERS}: CPU µs a subscriber`]: us };
  },
};

const CROWD = 18_000;
const DEFLATE_CROWD = 4_500;
/** So many crowds, of a third each. */
const STEPS = 3;
/** A few: what is made only once is there before anything is measured. */
const FIRST_FEW = 200;
const WEBSOCKETS = new URL('./idle-clients.js', import.meta.url);

/**
 * Opens so many, a third after the other; each says and hears a message, and rests. As in the poller benchmark the slope of RSS
 * counts; but all stay open, for who keeps the memory of those that are gone has none to ask for when others come.
 */
async function bytesEach(server: ServerProcess, count: number, setup: Setup): Promise<number> {
  const points: (readonly [count: number, rss: number])[] = [];
  const crowds: IdleConnections[] = [];
  for (let step = 1; step <= STEPS; step++) {
    crowds.push(await IdleConnections.open(server.port, count / STEPS, WEBSOCKETS, [setup]));
    points.push([(step * count) / STEPS, await settledRss(server)]);
  }
  await Promise.all(crowds.map((crowd) => crowd.close()));
  return slope(points);
}

async function openAndClose(server: ServerProcess, count: number, setup: Setup): Promise<number> {
  await (await IdleConnections.open(server.port, count, WEBSOCKETS, [setup])).close();
  return settledRss(server);
}

const idle: Scenario = {
  name: 'memory of idle connections',
  setup: 'plain',
  canOverlap: true,
  measure: async (server) => {
    const before = await openAndClose(server, FIRST_FEW, 'plain');
    const each = await bytesEach(server, CROWD, 'plain');
    const after = await settledRss(server);
    const again = await openAndClose(server, CROWD, 'plain');
    return {
      'idle: RSS bytes each': each,
      'RSS MiB before any': before / 2 ** 20,
      'RSS MiB after 18,000 were opened, used, closed': after / 2 ** 20,
      'RSS MiB after 18,000 more': again / 2 ** 20,
      'RSS after 18,000, over before any': after / before,
      'RSS after 18,000 more, over after the first': again / after,
    };
  },
};

const idleDeflate: Scenario = {
  name: 'memory of idle connections with deflate',
  setup: 'deflate',
  canOverlap: true,
  measure: async (server, _seconds, system) => {
    await openAndClose(server, FIRST_FEW, 'deflate');
    // So many of ws' would take a gigabyte.
    const count = system === NAMES.ws ? DEFLATE_CROWD / 3 : DEFLATE_CROWD;
    return { 'idle with deflate: RSS bytes each': await bytesEach(server, count, 'deflate') };
  },
};

const STALLED = 50;
const HEALTHY = 16;
const PUBLISHED_BYTES = 65_000;
const PUBLISH_EVERY_MS = 20;
const FILL_MS = 4_000;

/** Healthy ones talk while messages are published: first to nobody, then to subscribers who do not read. */
const stalled: Scenario = {
  name: `${STALLED} stalled readers beside ${HEALTHY} healthy ones`,
  setup: 'limited',
  canOverlap: false,
  measure: async (server, seconds) => {
    const healthy = new RawClients();
    const publisher = new RawClients();
    const stuck = new RawClients();
    await healthy.open(server.port, HEALTHY, '/alone');
    await publisher.open(server.port, 1, '/alone');
    const stop = publisher.publishEvery(PUBLISHED_BYTES, PUBLISH_EVERY_MS);
    await healthy.echo(16, WARM_UP_MS);
    const alone = await healthy.echo(16, seconds * 1000);
    const rssBefore = await settledRss(server, 0);
    await stuck.open(server.port, STALLED);
    stuck.stall();
    await delay(FILL_MS);
    const beside = await healthy.echo(16, seconds * 1000);
    stop();
    const rssAfter = await settledRss(server, 0);
    for (const clients of [healthy, publisher, stuck]) clients.close();
    return {
      'healthy: p50 ms, published to nobody': quantile(alone, 0.5),
      'healthy: p50 ms, beside stalled readers': quantile(beside, 0.5),
      'healthy: p99 ms, published to nobody': quantile(alone, 0.99),
      'healthy: p99 ms, beside stalled readers': quantile(beside, 0.99),
      'RSS KiB a stalled reader': (rssAfter - rssBefore) / STALLED / 1024,
    };
  },
};

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(part * sorted.length)] ?? Number.NaN;
}

/** All that is looked at. */
export const SCENARIOS: readonly Scenario[] = [
  echo(64),
  echo(1000),
  broadcast,
  idle,
  idleDeflate,
  stalled,
];

/** Runs a scenario on a server of its own. */
export async function runScenario(
  scenario: Scenario,
  contestant: Contestant,
  seconds: number,
): Promise<Figures> {
  const server = await ServerProcess.start(contestant.command(scenario.setup));
  try {
    return await scenario.measure(server, seconds, contestant.name);
  } finally {
    await server.stop();
  }
}
