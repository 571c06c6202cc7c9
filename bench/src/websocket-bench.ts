// `pnpm bench websocket [--only PART OF A NAME]... [--rounds N] [--seconds N] [--json FILE]`: echo, broadcast, memory, stalled
// readers; ours on both pollers, ws, uWebSockets.js. The clients are in this process and others, which are not measured.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { median } from './spread.ts';
import { barRows } from './websocket/bars.ts';
import { contestants, type Contestant } from './websocket/contestants.ts';
import { runScenario, SCENARIOS, type Scenario } from './websocket/scenarios.ts';

/** How long, how often, and which scenarios (by a part of the name; none: all). */
export interface WebSocketBenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly only: readonly string[];
  readonly jsonFile: string | undefined;
}

/** By figure, then by system: a value a round. */
type Measured = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

/** Runs the systems in turn, and prints a table of all figures and one of the bars. */
export async function websocketBench(options: WebSocketBenchOptions): Promise<void> {
  const { rounds, seconds, only, jsonFile } = options;
  spawnSync('taskset', ['-acp', '1', String(process.pid)], { stdio: 'ignore' });
  const all = await contestants();
  const wanted = SCENARIOS.filter(
    ({ name }) => only.length === 0 || only.some((part) => name.includes(part)),
  );
  const measured = new Map<string, Map<string, number[]>>();
  const add = async (scenario: Scenario, contestant: Contestant): Promise<void> => {
    const figures = await runScenario(scenario, contestant, seconds);
    for (const [figure, value] of Object.entries(figures)) {
      const row = measured.get(figure) ?? new Map<string, number[]>();
      measured.set(figure, row);
      row.set(contestant.name, [...(row.get(contestant.name) ?? []), value]);
    }
  };
  for (let round = 0; round < rounds; round++) {
    for (const scenario of wanted.filter(({ canOverlap }) => !canOverlap)) {
      for (const contestant of all) await add(scenario, contestant);
    }
    const atOnce = wanted.filter(({ canOverlap }) => canOverlap);
    await Promise.all(atOnce.flatMap((scenario) => all.map((one) => add(scenario, one))));
  }
  const head = `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node.js ${process.version}, load ${(loadavg()[0] ?? 0).toFixed(1)}, ${rounds} rounds of ${seconds} s`;
  print(head, all, measured);
  if (jsonFile !== undefined) {
    const figures = [...measured].map(([figure, row]) => [figure, Object.fromEntries(row)]);
    writeFileSync(jsonFile, `${JSON.stringify({ head, figures }, null, 2)}\n`);
  }
}

function print(head: string, all: readonly Contestant[], measured: Measured): void {
  console.log(`\n${head}; medians (least to most)\n`);
  console.log(`| figure | ${all.map(({ name }) => name).join(' | ')} |`);
  console.log(`|---|${all.map(() => '---').join('|')}|`);
  for (const [figure, row] of measured) {
    const cells = all.map(({ name }) => inWords(row.get(name) ?? []));
    console.log(`| ${figure} | ${cells.join(' | ')} |`);
  }
  console.log('\n| bar | round by round | |\n|---|---|---|');
  for (const { bar, values, most } of barRows(measured)) {
    console.log(
      `| ${bar} | ${inWords(values)} | ${median(values) <= most ? 'met' : '**missed**'} |`,
    );
  }
}

function inWords(values: readonly number[]): string {
  const text = (value: number): string => value.toFixed(Math.abs(value) < 100 ? 2 : 0);
  const middle = text(median(values));
  if (values.length === 1) return middle;
  return `${middle} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}
