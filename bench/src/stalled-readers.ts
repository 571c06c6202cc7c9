// What clients that ask for 10 MB and read nothing cost: memory each, and the time of others. Owns: the order of events.
//
// They come in steps, so that what a reader costs can be told from what grows once. The others are measured when all have
// stalled, that is, when the server does nothing for them any more; and once while they come.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { load } from './load.ts';
import { inWords, median, ratioSpread, slope, spread } from './spread.ts';
import type { ServerProcess } from './server-process.ts';

const STEPS = 4;
const STEP_READERS = 250;
const HEALTHY = 1000;
const WRITE_LIMIT_BYTES = 65_536;
const WINDOWS = 5;
const PAGE_BYTES = 4096;
const LOOK_MS = 250;
const IDLE_MS = 10; // of CPU time, in a look: what the kernel's clock can tell
const IDLE_LOOKS = 4;
const STALLED_WITHIN_LOOKS = 240;

/** How long, how often. */
export interface StalledOptions {
  readonly rounds: number;
  readonly seconds: number;
}

interface Round {
  /** Bytes of RSS, by number of readers; the first without any. */
  readonly rss: readonly number[];
  readonly kernelBytes: number;
  readonly aloneMs: number;
  readonly besideMs: number;
  readonly comingMs: number;
  readonly stalledAfterMs: number;
}

/** Measures and prints. */
export async function stalledReaders(
  title: string,
  start: () => Promise<ServerProcess>,
  path: string,
  { rounds, seconds }: StalledOptions,
): Promise<void> {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const server = await start();
    try {
      measured.push(await measure(server, path, seconds));
    } finally {
      await server.stop();
    }
  }
  const of = (figure: (round: Round) => number, digits = 0): string =>
    inWords(spread(measured.map(figure)), digits);
  const ratio = ratioSpread(
    measured.map(({ besideMs }) => besideMs),
    measured.map(({ aloneMs }) => aloneMs),
  );
  const readers = STEPS * STEP_READERS;
  const bar = Math.round(1.1 * WRITE_LIMIT_BYTES);
  console.log(
    `\n### ${readers} readers that stall, of ${title}, beside ${HEALTHY} that ask for /\n`,
  );
  console.log('| figure | | bar |\n|---|---|---|');
  console.log(`| RSS, bytes each, by the slope over steps | ${of(slopeOf)} | ${bar} |`);
  console.log(`| RSS, all growth over their number | ${of(growthOf)} | ${bar} |`);
  console.log(`| kernel, TCP bytes each | ${of((one) => one.kernelBytes / readers)} | |`);
  console.log(`| p99 ms of the others, alone | ${of((one) => one.aloneMs, 1)} | |`);
  console.log(`| beside, once they have stalled | ${of((one) => one.besideMs, 1)} | |`);
  console.log(`| beside over alone | ${inWords(ratio)} | 1.10 |`);
  console.log(`| p99 ms while they come | ${of((one) => one.comingMs, 1)} | |`);
  console.log(`| all have stalled after ms | ${of((one) => one.stalledAfterMs)} | |`);
}

async function measure(server: ServerProcess, path: string, seconds: number): Promise<Round> {
  await others(server, 1);
  const alone = await windows(server, seconds);
  const rss = [await settledRss(server)];
  const kernelBefore = kernelTcpBytes();
  const crowds: ChildProcess[] = [];
  for (let step = 0; step < STEPS; step++) {
    crowds.push(await ask(server.port, STEP_READERS, path));
    await untilIdle(server);
    rss.push(await settledRss(server));
  }
  const kernelBytes = kernelTcpBytes() - kernelBefore;
  const beside = await windows(server, seconds);
  for (const crowd of crowds) await end(crowd);
  await untilIdle(server);
  alone.push(...(await windows(server, seconds)));
  const coming = others(server, seconds);
  const since = performance.now();
  const crowd = await ask(server.port, STEPS * STEP_READERS, path);
  const comingMs = await coming;
  const stalledAfterMs = (await untilIdle(server)) - since;
  await end(crowd);
  const aloneMs = median(alone);
  return { rss, kernelBytes, aloneMs, besideMs: median(beside), comingMs, stalledAfterMs };
}

function slopeOf({ rss }: Round): number {
  return slope(rss.slice(1).map((bytes, at) => [at * STEP_READERS, bytes]));
}

function growthOf({ rss }: Round): number {
  return ((rss[STEPS] ?? Number.NaN) - (rss[0] ?? Number.NaN)) / (STEPS * STEP_READERS);
}

async function windows(server: ServerProcess, seconds: number): Promise<number[]> {
  const all: number[] = [];
  for (let window = 0; window < WINDOWS; window++) all.push(await others(server, seconds));
  return all;
}

/** The p99 of those who do nothing wrong. */
async function others(server: ServerProcess, seconds: number): Promise<number> {
  return (await load(`http://127.0.0.1:${server.port}/`, HEALTHY, seconds)).p99Ms;
}

/** Clients that have asked. */
async function ask(port: number, count: number, path: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('../python/stalled_clients.py', import.meta.url));
  const args = [script, String(port), String(count), path];
  const child = spawn('/usr/bin/python3', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(createInterface({ input: child.stdout }), 'line');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

/** Waits until the server does nothing for a second; answers when that began. */
async function untilIdle(server: ServerProcess): Promise<number> {
  let since = performance.now();
  let idle = 0;
  for (let look = 0; idle < IDLE_LOOKS; look++) {
    if (look === STALLED_WITHIN_LOOKS) throw new Error('the server does not come to rest');
    const before = cpuMs(server);
    await delay(LOOK_MS);
    idle = cpuMs(server) - before <= IDLE_MS ? idle + 1 : 0;
    if (idle === 0) since = performance.now();
  }
  return since;
}

/** RSS without garbage. */
async function settledRss(server: ServerProcess): Promise<number> {
  await server.collectGarbage();
  return server.usage().rssBytes;
}

function cpuMs(server: ServerProcess): number {
  const { userMs, systemMs } = server.usage();
  return userMs + systemMs;
}

/** What the kernel holds for all TCP connections of the machine. */
function kernelTcpBytes(): number {
  const pages = /^TCP:.* mem (\d+)/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))?.[1];
  return Number(pages) * PAGE_BYTES;
}
