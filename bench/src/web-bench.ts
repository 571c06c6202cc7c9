// `pnpm bench web`: the framework with its defaults, ours and the rivals in turn. Owns: who takes part, how a round goes.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { measure, node, tornado, typhoon, type Contestant } from './contestant.ts';
import { generator, load } from './load.ts';
import { ServerProcess } from './server-process.ts';
import { inWords, median, ratioSpread } from './spread.ts';
import { versionOf } from './version-of.ts';
import { BARS, CASES, type WebCase } from './web/cases.ts';
import { nginx } from './web/nginx.ts';
import type { LoadResult } from './load.ts';
import type { Sample } from './report.ts';

/** How long and how often, and which cases (none: all). */
export interface WebBenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly only: readonly string[];
  readonly jsonFile: string | undefined;
}

interface Running {
  readonly contestant: Contestant;
  readonly server: ServerProcess;
}

/** The samples of one case. */
interface Measured {
  readonly one: WebCase;
  readonly samples: readonly Sample[];
}

/** Measures and prints, case by case. Every server stays up throughout, so that each is warm and rests while others work. */
export async function webBench(options: WebBenchOptions): Promise<void> {
  const running: Running[] = [];
  const all: Measured[] = [];
  try {
    for (const contestant of await contestants()) {
      running.push({ contestant, server: await ServerProcess.start(contestant.command) });
    }
    console.log(`\nweb: ${cpus()[0]?.model ?? ''}, Node.js ${process.version}, ${generator}`);
    console.log(`CPU time of the server, medians of ${options.rounds} rounds`);
    for (const one of CASES) {
      if (options.only.length > 0 && !options.only.includes(one.name)) continue;
      const measured = { one, samples: await measureCase(one, running, options) };
      all.push(measured);
      print(measured);
    }
  } finally {
    for (const { server } of running) await server.stop();
  }
  for (const bar of BARS) printBar(bar, all);
  if (options.jsonFile !== undefined) {
    writeFileSync(options.jsonFile, `${JSON.stringify(all, null, 2)}\n`);
  }
}

async function contestants(): Promise<Contestant[]> {
  return [
    typhoon('typhoon', 'epoll', 'framework-typhoon'),
    typhoon('typhoon', 'net', 'framework-typhoon'),
    node('Fastify', versionOf('fastify'), 'framework-fastify'),
    ...tornado('tornado_web'),
    ...(await nginx()),
  ];
}

async function measureCase(
  one: WebCase,
  running: readonly Running[],
  { rounds, seconds, connections }: WebBenchOptions,
): Promise<Sample[]> {
  const able = running.filter(({ contestant: { name } }) => {
    return one.isFile === true ? name !== 'Tornado' : name !== 'nginx';
  });
  const loads = [];
  const texts: string[] = [];
  for (const { contestant, server } of able) {
    const url = `http://127.0.0.1:${server.port}${one.path}`;
    const { text, cookie } = await ask(url);
    texts.push(text);
    const headers = one.hasCookie === true ? [`Cookie: ${cookie}`] : [];
    const run = (forSeconds: number): Promise<LoadResult> =>
      load(url, connections, forSeconds, headers);
    loads.push({ contestant, server, run });
    if (text !== texts[0]) {
      throw new Error(`${contestant.name} answers\n${text}\nand ours\n${texts[0] ?? ''}`);
    }
    if (one.hasCookie === true) await checkCookie(url, cookie);
  }
  for (const { run } of loads) await run(2);
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const { contestant, server, run } of loads) {
      samples.push(await measure(contestant, server, () => run(seconds)));
    }
  }
  return samples;
}

/** The answer as it is compared with others', and the cookie it sets. Asks again until the server listens. */
async function ask(url: string, headers: Record<string, string> = {}): Promise<Asked> {
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(url, { headers }).catch((error: unknown) => {
      if (attempt === 50) throw error;
    });
    if (response === undefined) {
      await delay(100);
      continue;
    }
    if (response.status !== 200) throw new Error(`${url}: ${response.status}`);
    const body = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const text = isJson ? JSON.stringify(JSON.parse(body)) : body.replace(/\s+(?=<)|\s+$/g, '');
    return { text, cookie: response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '' };
  }
}

interface Asked {
  readonly text: string;
  readonly cookie: string;
}

/** That the server takes its own signature, and no other. */
async function checkCookie(url: string, cookie: string): Promise<void> {
  const [good, bad] = [await ask(url, { cookie }), await ask(url, { cookie: `${cookie}0` })];
  if (good.text !== 'visit 2' || bad.text !== 'visit 1') {
    throw new Error(`${url} answers '${good.text}' and '${bad.text}'`);
  }
}

function print({ one, samples }: Measured): void {
  console.log(`\n${one.name}: GET ${one.path}\n`);
  console.log('| system | version | rate/s | user µs | system µs | CPU µs | ratio to the first |');
  console.log('|---|---|---|---|---|---|---|');
  const base = cpuOf(samples, samples[0]?.name ?? '');
  for (const name of new Set(samples.map((sample) => sample.name))) {
    const own = samples.filter((sample) => sample.name === name);
    const cells = [
      name,
      own[0]?.version ?? '',
      median(own.map(({ rate }) => rate)).toFixed(0),
      median(own.map(({ userUs }) => userUs)).toFixed(2),
      median(own.map(({ systemUs }) => systemUs)).toFixed(2),
      median(cpuOf(samples, name)).toFixed(2),
      inWords(ratioSpread(cpuOf(samples, name), base)),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function printBar({ ours, rival, most }: (typeof BARS)[number], all: readonly Measured[]): void {
  for (const { one, samples } of all) {
    const base = cpuOf(samples, rival);
    if (base.length === 0 || (one.isFile === true && rival !== 'Fastify')) continue;
    const ratio = ratioSpread(cpuOf(samples, `typhoon on ${ours}`), base);
    const verdict = ratio.median <= most ? 'met' : 'missed';
    console.log(`${one.name}: ${ours} ≤ ${most} × ${rival}: ${inWords(ratio)} ${verdict}`);
  }
}

function cpuOf(samples: readonly Sample[], name: string): number[] {
  return samples
    .filter((sample) => sample.name === name)
    .map(({ userUs, systemUs }) => userUs + systemUs);
}
