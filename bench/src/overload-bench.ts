// `pnpm bench overload`: what a refusal costs, and what clients that read nothing cost the others. Owns: the rounds, the tables.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { load, loadBy, type LoadResult } from './load.ts';
import { ServerProcess } from './server-process.ts';
import { inWords, spread } from './spread.ts';
import { stalledReaders } from './stalled-readers.ts';

/** How long, how often, which pollers. */
export interface OverloadBenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly only: readonly string[];
}

type Poller = 'epoll' | 'net';
type Mode = 'none' | 'requests' | 'connections';

const CLOSING = "wrk.headers['Connection'] = 'close'";

/** Measures and prints. */
export async function overloadBench(options: OverloadBenchOptions): Promise<void> {
  for (const poller of ['epoll', 'net'] as const) {
    if (options.only.length > 0 && !options.only.includes(poller)) continue;
    await refusals(poller, options);
    for (const path of ['/pieces', '/shared']) {
      await stalledReaders(`${path} on ${poller}`, () => start(poller, 'none'), path, options);
    }
  }
}

interface Case {
  readonly name: string;
  readonly mode: Mode;
  readonly run: (url: string, seconds: number) => Promise<LoadResult>;
  /** A request that takes the only place there is. */
  readonly first?: string;
}

const CASES: readonly Case[] = [
  {
    name: '200, connections kept',
    mode: 'none',
    run: (url, seconds) => load(url, 64, seconds),
  },
  {
    name: '200, a connection each',
    mode: 'none',
    run: (url, seconds) => loadBy(CLOSING, url, 64, seconds),
  },
  {
    name: '503 beyond maxRequestsInProgress',
    mode: 'requests',
    first: '/hold',
    run: (url, seconds) => load(url, 64, seconds),
  },
  {
    name: '503 beyond maxConnections',
    mode: 'connections',
    first: '/hold',
    run: (url, seconds) => load(url, 64, seconds),
  },
];

async function refusals(poller: Poller, { rounds, seconds }: OverloadBenchOptions): Promise<void> {
  const costs = CASES.map((): number[] => []);
  const rates = CASES.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, one] of CASES.entries()) {
      const server = await start(poller, one.mode);
      try {
        const holder = one.first === undefined ? null : await hold(server.port, one.first);
        await one.run(urlOf(server), 1);
        const before = cpuMs(server);
        const { requests, seconds: took } = await one.run(urlOf(server), seconds);
        costs[at]?.push(((cpuMs(server) - before) * 1000) / requests);
        rates[at]?.push(requests / took);
        holder?.destroy();
      } finally {
        await server.stop();
      }
    }
  }
  console.log(`\n### a refusal on ${poller}\n`);
  console.log('| answer | CPU µs | rate/s |\n|---|---|---|');
  for (const [at, { name }] of CASES.entries()) {
    console.log(`| ${name} | ${words(costs[at])} | ${words(rates[at])} |`);
  }
}

function words(values: readonly number[] = []): string {
  return inWords(spread(values), (values[0] ?? 0) < 1000 ? 2 : 0);
}

function start(poller: Poller, mode: Mode): Promise<ServerProcess> {
  const script = fileURLToPath(new URL('./servers/overload-typhoon.js', import.meta.url));
  const node = [process.execPath, '--expose-gc', script, mode];
  return ServerProcess.start(['env', `TYPHOON_POLLER=${poller}`, ...node]);
}

async function hold(port: number, path: string): Promise<ReturnType<typeof connect>> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await delay(100);
  return socket;
}

function cpuMs(server: ServerProcess): number {
  const { userMs, systemMs } = server.usage();
  return userMs + systemMs;
}

function urlOf(server: ServerProcess): string {
  return `http://127.0.0.1:${server.port}/`;
}
