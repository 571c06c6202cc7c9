// Load on one server, from a process of its own on the other core: wrk where it is installed, autocannon otherwise.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pinned } from './server-process.ts';

/** What one run of load gave. */
export interface LoadResult {
  readonly requests: number;
  readonly errors: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const run = promisify(execFile);
const hasWrk = spawnSync('wrk', ['-v'], { stdio: 'ignore' }).error === undefined;

/** The generator's name, for the table. */
export const generator: string = hasWrk ? 'wrk' : 'autocannon';

/** Loads `url` with `connections` keep-alive connections for `seconds`; `headers` are sent besides, `Name: value`. */
export async function load(
  url: string,
  connections: number,
  seconds: number,
  headers: readonly string[] = [],
): Promise<LoadResult> {
  const flags = headers.flatMap((header) => ['-H', header]);
  return (hasWrk ? wrk : autocannon)(url, connections, seconds, flags);
}

/** The same, with a script that says what is sent; only wrk takes one. */
export async function loadBy(
  script: string,
  url: string,
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  if (!hasWrk) throw new Error('this benchmark needs wrk');
  const folder = mkdtempSync(join(tmpdir(), 'load-'));
  try {
    const file = join(folder, 'script.lua');
    writeFileSync(file, script);
    return await wrk(url, connections, seconds, ['-s', file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function wrk(
  url: string,
  connections: number,
  seconds: number,
  flags: readonly string[] = [],
): Promise<LoadResult> {
  const command = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...flags, url];
  const [program = '', ...args] = pinned(1, command);
  const { stdout } = await run(program, args);
  const requests = /(\d+) requests in ([\d.]+)(ms|s|m)/.exec(stdout);
  if (requests === null) throw new Error(`wrk said: ${stdout}`);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(
    stdout,
  );
  const non2xx = /Non-2xx or 3xx responses: (\d+)/.exec(stdout);
  return {
    requests: Number(requests[1]),
    seconds: milliseconds(requests[2], requests[3]) / 1000,
    errors: sum(errors?.slice(1)) + sum(non2xx?.slice(1)),
    p50Ms: percentile(stdout, '50%'),
    p99Ms: percentile(stdout, '99%'),
  };
}

function percentile(text: string, name: string): number {
  const match = new RegExp(`${name}\\s+([\\d.]+)(us|ms|s|m)`).exec(text);
  return milliseconds(match?.[1], match?.[2]);
}

function milliseconds(value: string | undefined, unit: string | undefined): number {
  const scale = { us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit ?? ''] ?? Number.NaN;
  return Number(value) * scale;
}

function sum(values: readonly string[] = []): number {
  return values.reduce((total, value) => total + Number(value), 0);
}

interface AutocannonReport {
  readonly requests: { readonly total: number };
  readonly errors: number;
  readonly non2xx: number;
  readonly duration: number;
  readonly latency: { readonly p50: number; readonly p99: number };
}

async function autocannon(
  url: string,
  connections: number,
  seconds: number,
  flags: readonly string[],
): Promise<LoadResult> {
  const script = createRequire(import.meta.url).resolve('autocannon');
  const options = ['-c', String(connections), '-d', String(seconds), '--json', '--no-progress'];
  const [program = '', ...args] = pinned(1, [process.execPath, script, ...options, ...flags, url]);
  const { stdout } = await run(program, args, { maxBuffer: 1 << 24 });
  const report = JSON.parse(stdout) as AutocannonReport;
  return {
    requests: report.requests.total,
    errors: report.errors + report.non2xx,
    seconds: report.duration,
    p50Ms: report.latency.p50,
    p99Ms: report.latency.p99,
  };
}
