// From samples to a table: medians, spread, ratios within one run.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { generator } from './load.ts';
import { inWords, median, ratioSpread, type Spread } from './spread.ts';

/** One system in one round. */
export interface Sample {
  readonly name: string;
  readonly version: string;
  /** Operations a second. */
  readonly rate: number;
  /** CPU time of the measured process in user mode, µs an operation. */
  readonly userUs: number;
  /** The same in the kernel. */
  readonly systemUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssBytes: number;
}

interface Row {
  readonly name: string;
  readonly version: string;
  readonly rate: number;
  readonly userUs: number;
  readonly systemUs: number;
  readonly totalUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssMiB: number;
  /** CPU time an operation over the first system's in the same round. */
  readonly ratio: Spread;
}

/** Prints the table; the first system is the one the others are compared with. Also as JSON, if a file is named. */
export function report(
  title: string,
  samples: readonly Sample[],
  jsonFile: string | undefined,
): void {
  const rows = summarize(samples);
  const head = {
    title,
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    cores: cpus().length,
    node: process.version,
    generator,
    rounds: samples.filter(({ name }) => name === samples[0]?.name).length,
  };
  console.log(
    `\n${title}: ${head.cpu}, ${head.cores} cores, Node.js ${head.node}, ${generator}, ${head.rounds} rounds`,
  );
  console.log(
    'CPU time is that of the server process; medians; ratio = its CPU an operation over the first row, in the same round (least to most)\n',
  );
  console.log(
    '| system | version | rate/s | user µs | system µs | CPU µs | p50 ms | p99 ms | RSS MiB | ratio |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  for (const row of rows) console.log(line(row));
  if (jsonFile !== undefined) {
    writeFileSync(jsonFile, `${JSON.stringify({ ...head, rows, samples }, null, 2)}\n`);
  }
}

function line(row: Row): string {
  const cells = [
    row.name,
    row.version,
    row.rate.toFixed(0),
    row.userUs.toFixed(2),
    row.systemUs.toFixed(2),
    row.totalUs.toFixed(2),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
    row.rssMiB.toFixed(0),
    inWords(row.ratio),
  ];
  return `| ${cells.join(' | ')} |`;
}

function summarize(samples: readonly Sample[]): Row[] {
  const names = [...new Set(samples.map(({ name }) => name))];
  const base = samples.filter(({ name }) => name === names[0]).map(cpu);
  return names.map((name) => {
    const own = samples.filter((sample) => sample.name === name);
    return {
      name,
      version: own[0]?.version ?? '',
      rate: median(own.map(({ rate }) => rate)),
      userUs: median(own.map(({ userUs }) => userUs)),
      systemUs: median(own.map(({ systemUs }) => systemUs)),
      totalUs: median(own.map(cpu)),
      p50Ms: median(own.map(({ p50Ms }) => p50Ms)),
      p99Ms: median(own.map(({ p99Ms }) => p99Ms)),
      rssMiB: median(own.map(({ rssBytes }) => rssBytes)) / 2 ** 20,
      ratio: ratioSpread(own.map(cpu), base),
    };
  });
}

function cpu(sample: Sample): number {
  return sample.userUs + sample.systemUs;
}
