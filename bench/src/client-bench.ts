// `pnpm bench client`: HTTP clients against one server in another process. Owns: who takes part, the cases, the bars.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { WorkerProcess, type Measured } from './client/worker-process.ts';
import { ServerProcess } from './server-process.ts';
import { inWords, median, ratioSpread } from './spread.ts';
import { versionOf } from './version-of.ts';

/** How long, how often, which. */
export interface ClientBenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Run only these systems, by name, and cases. */
  readonly only: readonly string[];
  readonly jsonFile: string | undefined;
}

interface Contestant {
  readonly name: string;
  readonly version: string;
  readonly system: string;
  readonly poller: 'epoll' | 'net';
}

interface Case {
  readonly name: string;
  readonly path: string;
  readonly inFlight: number;
}

interface Rounds {
  readonly contestant: Contestant;
  readonly worker: WorkerProcess;
  readonly figures: Measured[];
}

const CASES: readonly Case[] = [
  { name: 'hello', path: '/', inFlight: 64 },
  { name: 'one', path: '/', inFlight: 1 },
  { name: 'mebibyte', path: '/mebibyte', inFlight: 8 },
];
const SIGNAL: Case = { name: 'signal', path: '/', inFlight: 64 };
const MILLION = 1_000_000;

const node = process.versions.node;
const undici = versionOf('undici');
const ours = versionOf('@typhoon/httpclient');
const CONTESTANTS: readonly Contestant[] = [
  { name: 'AsyncHTTPClient on epoll', version: ours, system: 'typhoon', poller: 'epoll' },
  { name: 'AsyncHTTPClient on net', version: ours, system: 'typhoon', poller: 'net' },
  { name: 'undici.request', version: undici, system: 'undici-request', poller: 'net' },
  { name: 'undici.fetch', version: undici, system: 'undici-fetch', poller: 'net' },
  { name: 'global fetch', version: node, system: 'global-fetch', poller: 'net' },
  { name: 'node:http', version: node, system: 'node-http', poller: 'net' },
];

/** Measures and prints, case by case. */
export async function clientBench(options: ClientBenchOptions): Promise<void> {
  const server = await ServerProcess.start(
    [process.execPath, fileURLToPath(new URL('./client/server.js', import.meta.url))],
    1,
  );
  const all: object[] = [];
  try {
    for (const one of CASES) {
      if (isChosen(options, one.name, CASES)) all.push(...(await runCase(one, server, options)));
    }
    if (options.only.includes(SIGNAL.name)) await runSignal(server);
  } finally {
    await server.stop();
  }
  if (options.jsonFile !== undefined)
    writeFileSync(options.jsonFile, `${JSON.stringify(all, null, 2)}\n`);
}

function isChosen(
  { only }: ClientBenchOptions,
  name: string,
  group: readonly { readonly name: string }[],
): boolean {
  const ofGroup = only.filter((one) => one === SIGNAL.name || group.some((of) => of.name === one));
  return ofGroup.length === 0 || ofGroup.includes(name);
}

async function runCase(
  one: Case,
  server: ServerProcess,
  options: ClientBenchOptions,
): Promise<object[]> {
  const running: Rounds[] = [];
  try {
    for (const contestant of CONTESTANTS) {
      if (!isChosen(options, contestant.name, CONTESTANTS)) continue;
      running.push({
        contestant,
        worker: await start(contestant, one, server, options),
        figures: [],
      });
    }
    for (let round = 0; round < options.rounds; round++)
      for (const { worker, figures } of running) figures.push(await worker.measure());
  } finally {
    for (const { worker } of running) await worker.stop();
  }
  return print(one, running, options);
}

function start(
  { system, poller }: Contestant,
  { name, path, inFlight }: Case,
  server: ServerProcess,
  { seconds }: Pick<ClientBenchOptions, 'seconds'>,
): Promise<WorkerProcess> {
  const worker = fileURLToPath(new URL('./client/worker.js', import.meta.url));
  const url = `http://127.0.0.1:${server.port}${path}`;
  const args = [system, name, url, String(inFlight), String(seconds * 1000)];
  return WorkerProcess.start(worker, args, poller);
}

function print(one: Case, running: readonly Rounds[], options: ClientBenchOptions): object[] {
  const base = (running[0]?.figures ?? []).map(cpuOf);
  const cpu = cpus();
  console.log(
    `\nclient, ${one.name}, ${one.inFlight} at once: ${cpu[0]?.model ?? 'unknown CPU'}, ${cpu.length} cores, ` +
      `Node.js ${process.version}, ${options.rounds} rounds of ${options.seconds} s`,
  );
  console.log(
    'CPU time is that of the client process; medians; ratio = its CPU a request over the first row’s\n',
  );
  console.log(
    '| system | version | requests/s | MiB/s | user µs | system µs | CPU µs | RSS MiB | ratio |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  return running.map(({ contestant: { name, version }, figures }) => {
    const of = (pick: (figure: Measured) => number): number => median(figures.map(pick));
    const cells = [
      name,
      version,
      of((f) => f.requests / f.seconds).toFixed(0),
      of((f) => f.bytes / f.seconds / 2 ** 20).toFixed(0),
      of((f) => f.userUs).toFixed(2),
      of((f) => f.systemUs).toFixed(2),
      of(cpuOf).toFixed(2),
      of((f) => f.rssBytes / 2 ** 20).toFixed(0),
      inWords(ratioSpread(figures.map(cpuOf), base)),
    ];
    console.log(`| ${cells.join(' | ')} |`);
    return { case: one.name, name, version, figures };
  });
}

function cpuOf({ userUs, systemUs }: Measured): number {
  return userUs + systemUs;
}

/** A million requests with one signal: what stays on the heap. */
async function runSignal(server: ServerProcess): Promise<void> {
  console.log(
    '\nclient, heap with one AbortSignal: MiB after the first 1,000 requests, and after a million\n',
  );
  for (const contestant of CONTESTANTS.filter(({ system }) => system === 'typhoon')) {
    const worker = await start(contestant, SIGNAL, server, { seconds: 1 });
    try {
      const before = await worker.measure(1000);
      const after = await worker.measure(MILLION);
      const mib = [before, after].map(({ heapBytes }) => (heapBytes / 2 ** 20).toFixed(2));
      console.log(`${contestant.name}: ${mib.join(' -> ')} (${after.requests} requests)`);
    } finally {
      await worker.stop();
    }
  }
}
