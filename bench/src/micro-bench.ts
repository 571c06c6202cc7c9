// Small operations, ours and the rivals in turn, each in a process of its own. Owns: how a round goes, and the table.
// Must not know: what the operations are; a worker does them.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { promisify } from 'node:util';
import { pinned } from './server-process.ts';
import { inWords, ratioSpread, spread } from './spread.ts';

/** What is run. */
export interface Suite {
  readonly title: string;
  /** Started as `worker SYSTEM CASE MILLISECONDS`; prints `{ "value": … }`. */
  readonly worker: string;
  /** The first is the one the others are compared with. */
  readonly systems: readonly Contestant[];
  readonly cases: readonly SuiteCase[];
}

/** One that takes part. */
export interface Contestant {
  /** As the worker knows it. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/** One thing that is measured. */
export interface SuiteCase {
  readonly name: string;
  readonly does: string;
  /** Of what `value` counts. */
  readonly unit: string;
  /** Who does it; default all. */
  readonly systems?: readonly string[];
  /** Ours over that of `rival`, or of each that takes part, at most; none is set when there is no such. */
  readonly target?: { readonly rival?: string; readonly most: number } | undefined;
}

/** How long, how often, which cases (none: all), and where the figures go. */
export interface MicroBenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly only: readonly string[];
  readonly jsonFile: string | undefined;
}

/** A figure a round, or why there is none. */
type Figures = readonly number[] | string;

interface Row {
  readonly case: string;
  readonly system: string;
  readonly version: string;
  readonly unit: string;
  readonly figures: Figures;
}

const run = promisify(execFile);
const TIME_LIMIT_MS = 20_000; // a system that takes longer over one case is left out of it

/** Measures and prints, case by case. */
export async function microBench(suite: Suite, options: MicroBenchOptions): Promise<void> {
  const head = {
    title: suite.title,
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    cores: cpus().length,
    node: process.version,
    rounds: options.rounds,
  };
  console.log(
    `\n${head.title}: ${head.cpu}, ${head.cores} cores, Node.js ${head.node}, ${head.rounds} rounds`,
  );
  console.log('medians (least to most); ratio = its figure over the first row in the same round');
  const rows: Row[] = [];
  for (const one of suite.cases) {
    if (options.only.length > 0 && !options.only.includes(one.name)) continue;
    const measured = await measure(suite, one, options);
    print(one, measured);
    rows.push(...measured);
  }
  if (options.jsonFile !== undefined) {
    writeFileSync(options.jsonFile, `${JSON.stringify({ ...head, rows }, null, 2)}\n`);
  }
}

async function measure(suite: Suite, one: SuiteCase, options: MicroBenchOptions): Promise<Row[]> {
  const systems = suite.systems.filter(({ id }) => one.systems?.includes(id) !== false);
  const figures = systems.map((): number[] => []);
  const reasons: (string | undefined)[] = [];
  for (let round = 0; round < options.rounds; round++) {
    for (const [at, { id }] of systems.entries()) {
      if (reasons[at] !== undefined) continue;
      const figure = await runWorker(suite.worker, id, one.name, options.seconds * 1000);
      if (typeof figure === 'number') figures[at]?.push(figure);
      else reasons[at] = figure;
    }
  }
  return systems.map(({ name, version }, at) => ({
    case: one.name,
    system: name,
    version,
    unit: one.unit,
    figures: reasons[at] ?? figures[at] ?? [],
  }));
}

/** One figure, or why there is none. */
async function runWorker(
  worker: string,
  id: string,
  name: string,
  milliseconds: number,
): Promise<number | string> {
  const command = [process.execPath, '--expose-gc', worker, id, name, String(milliseconds)];
  const [program = '', ...args] = pinned(0, command);
  try {
    const { stdout } = await run(program, args, { timeout: TIME_LIMIT_MS });
    return (JSON.parse(stdout) as { readonly value: number }).value;
  } catch (error) {
    const { killed, stderr } = error as { readonly killed?: boolean; readonly stderr?: string };
    if (killed === true) return `not done in ${TIME_LIMIT_MS / 1000} s`;
    return /^\w*Error.*$|^FATAL ERROR.*$/m.exec(stderr ?? '')?.[0] ?? String(error);
  }
}

function print(one: SuiteCase, rows: readonly Row[]): void {
  console.log(`\n${one.name}: ${one.does}\n`);
  console.log(`| system | version | ${one.unit} | ratio |\n|---|---|---|---|`);
  const base = rows[0]?.figures ?? '';
  for (const { system, version, figures } of rows) {
    const cells =
      typeof figures === 'string' || typeof base === 'string'
        ? [String(figures), '']
        : [
            inWords(spread(figures), 1),
            base.every(isPositive) ? inWords(ratioSpread(figures, base)) : '',
          ];
    console.log(`| ${[system, version, ...cells].join(' | ')} |`);
  }
  if (one.target === undefined) return;
  const { rival, most } = one.target;
  for (const { system, figures } of rows.slice(1)) {
    if (typeof base === 'string' || typeof figures === 'string') continue;
    if (rival !== undefined && rival !== system) continue;
    const ratio = ratioSpread(base, figures);
    const verdict = ratio.median <= most ? 'met' : 'missed';
    console.log(`\nours over ${system}: ${inWords(ratio)}; target at most ${most}: ${verdict}`);
  }
}

/** What is left of a heap may be less than nothing: no ratio means anything then. */
function isPositive(figure: number): boolean {
  return figure > 0;
}
