// `pnpm bench poller`: the native poller, the portable one and the rivals, scenario by scenario.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { contestants, type Contestant } from './poller/contestants.ts';
import { runScenario, SCENARIOS, type Figures, type Scenario } from './poller/scenarios.ts';
import { twoProcesses } from './poller/two-processes.ts';

/** How long, how often, and which scenarios (by a part of the name; none: all). */
export interface PollerBenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly only: readonly string[];
  readonly jsonFile: string | undefined;
}

interface Row {
  readonly scenario: string;
  readonly system: string;
  readonly version: string;
  readonly rounds: readonly Figures[];
}

/** Measures and prints. */
export async function pollerBench(options: PollerBenchOptions): Promise<void> {
  const all = await contestants();
  const head = `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node.js ${process.version}`;
  console.log(
    `\n${head}, wrk, ${options.rounds} rounds of ${options.seconds} s; medians (least to most)`,
  );
  const isWanted = (name: string): boolean =>
    options.only.length === 0 || options.only.some((part) => name.includes(part));
  const rows: Row[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => isWanted(name))) {
    const measured = await measure(scenario, all, options);
    print(scenario.name, scenario.ratioOf, measured);
    rows.push(...measured);
  }
  const shared = 'two processes on one port, 200 µs of work a request';
  if (isWanted(shared)) {
    const measured = await measureShared(shared, options);
    print(shared, 'two/one', measured);
    rows.push(...measured);
  }
  if (options.jsonFile !== undefined) {
    writeFileSync(options.jsonFile, `${JSON.stringify({ head, rows }, null, 2)}\n`);
  }
}

async function measure(
  scenario: Scenario,
  all: readonly Contestant[],
  options: PollerBenchOptions,
): Promise<Row[]> {
  const rounds = all.map((): Figures[] => []);
  for (let round = 0; round < options.rounds; round++) {
    for (const [at, contestant] of all.entries()) {
      rounds[at]?.push(await runScenario(scenario, contestant, options.seconds));
    }
  }
  return all.map(({ name, version }, at) => ({
    scenario: scenario.name,
    system: name,
    version,
    rounds: rounds[at] ?? [],
  }));
}

async function measureShared(name: string, options: PollerBenchOptions): Promise<Row[]> {
  // The portable poller can do it from Node.js 22.12 on.
  const rounds: Figures[] = [];
  for (let round = 0; round < options.rounds; round++) {
    rounds.push(await twoProcesses(options.seconds));
  }
  return [{ scenario: name, system: 'typhoon epoll', version: '', rounds }];
}

function print(scenario: string, ratioOf: string, rows: readonly Row[]): void {
  const names = Object.keys(rows[0]?.rounds[0] ?? {});
  console.log(`\n### ${scenario}\n`);
  console.log(`| system | version | ${names.join(' | ')} | ${ratioOf}, ratio to the first |`);
  console.log(`|---|---|${names.map(() => '---|').join('')}---|`);
  const base = rows[0]?.rounds.map((figures) => figures[ratioOf] ?? NaN) ?? [];
  for (const { system, version, rounds } of rows) {
    const cells = names.map((name) => spread(rounds.map((figures) => figures[name] ?? NaN)));
    const ratios = rounds.map((figures, at) => (figures[ratioOf] ?? NaN) / (base[at] ?? NaN));
    console.log(`| ${system} | ${version} | ${cells.join(' | ')} | ${spread(ratios)} |`);
  }
}

/** Median, least and most. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[sorted.length >> 1] ?? NaN;
  if (sorted.length === 1) return text(middle);
  return `${text(middle)} (${text(sorted[0] ?? NaN)} to ${text(sorted.at(-1) ?? NaN)})`;
}

function text(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
