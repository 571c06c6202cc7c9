// `pnpm bench executor`: thread pools, ours and the rivals', each case in a process of its own, all in turn.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SYSTEMS } from './executor/contestants.ts';
import { inWords, ratioSpread, spread } from './spread.ts';
import type { Figure } from './executor/worker.ts';

interface Case {
  readonly name: string;
  readonly unit: 'rate/s' | 'ms' | 'bytes';
}

const CASES: readonly Case[] = [
  { name: 'one at a time', unit: 'rate/s' },
  { name: '64 in flight, 1 thread', unit: 'rate/s' },
  { name: '64 in flight, 2 threads', unit: 'rate/s' },
  { name: '1 MiB copied', unit: 'rate/s' },
  { name: '1 MiB moved', unit: 'rate/s' },
  { name: 'cancel to next task', unit: 'ms' },
  { name: 'memory queued', unit: 'bytes' },
];

const run = promisify(execFile);
const WORKER = fileURLToPath(new URL('./executor/worker.js', import.meta.url));
const TIME_LIMIT_MS = 30_000;

/** How often, which cases (none: all), and where the figures go. */
export interface ExecutorBenchOptions {
  readonly rounds: number;
  readonly only: readonly string[];
  readonly jsonFile: string | undefined;
}

/** Measures and prints. */
export async function executorBench({
  rounds,
  only,
  jsonFile,
}: ExecutorBenchOptions): Promise<void> {
  console.log(
    `\nthread pools: ${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node.js ${process.version}, ${rounds} rounds; medians (least to most); ratio = ours over theirs in the same round`,
  );
  const all: unknown[] = [];
  for (const one of CASES) {
    if (only.length > 0 && !only.some((part) => one.name.includes(part))) continue;
    const figures = SYSTEMS.map((): (Figure | null)[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [at, { id }] of SYSTEMS.entries()) {
        figures[at]?.push(await figureOf(id, one.name));
      }
    }
    print(one, figures);
    all.push({ case: one.name, unit: one.unit, figures });
  }
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(all, null, 2)}\n`);
}

/** Null when the system takes too long or cannot. */
async function figureOf(id: string, name: string): Promise<Figure | null> {
  try {
    const { stdout } = await run(process.execPath, ['--expose-gc', WORKER, id, name], {
      timeout: TIME_LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    return JSON.parse(stdout) as Figure;
  } catch {
    return null;
  }
}

function print({ name, unit }: Case, figures: readonly (readonly (Figure | null)[])[]): void {
  console.log(`\n| ${name} | version | ${unit} | CPU µs | ratio |\n|---|---|---|---|---|`);
  const values = figures.map((rounds) => rounds.map((one) => one?.value ?? Number.NaN));
  const [ours = []] = values;
  const digits = unit === 'ms' ? 2 : 0;
  for (const [at, system] of SYSTEMS.entries()) {
    const own = values[at] ?? [];
    const cpu = (figures[at] ?? []).flatMap((one) => one?.cpuUs ?? []);
    const cells = [
      system.name,
      system.version,
      inWords(spread(own), digits),
      cpu.length === 0 ? '' : inWords(spread(cpu)),
      inWords(ratioSpread(ours, own)),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
