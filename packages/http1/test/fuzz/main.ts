// The long run: npm run fuzz -- http1 [--cases 1000000] [--seed 1] [--state FILE] [--law WORDS]
// Prints what each law did, its time, and the case that broke it. With a state file a run goes on where it was ended.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { laws, type Law } from './laws.ts';
import { release } from './node-oracle.ts';
import { RandomBytes } from './tape.ts';

/** Cases that are drawn together. */
const BLOCK = 100;
const TAPE_BYTES = 192;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    state: { type: 'string' },
    law: { type: 'string', default: '' },
  },
});
const cases = Number(values.cases);
const seed = Number(values.seed);
const seen = new Map<string, number>();

/** What is done, by law: cases and seconds. */
type Progress = Record<string, { cases: number; seconds: number }>;

function load(): Progress {
  const { state } = values;
  if (state === undefined || !existsSync(state)) return {};
  const saved = JSON.parse(readFileSync(state, 'utf8')) as { seed: number; progress: Progress };
  if (saved.seed !== seed) throw new Error(`${state} is of seed ${saved.seed}`);
  return saved.progress;
}

function save(progress: Progress): void {
  const { state } = values;
  if (state !== undefined) writeFileSync(state, JSON.stringify({ seed, progress }));
}

/** The tapes of one block: the same for the same seed, law and number. */
function tapesOf(law: Law, block: number): Uint8Array[] {
  const random = new RandomBytes(
    Math.imul(seed, 0x9e3779b1) ^ Math.imul(block, 0x85ebca77) ^ law.name.length,
  );
  return Array.from({ length: BLOCK }, () => {
    const bytes = new Uint8Array(TAPE_BYTES);
    random.fill(bytes);
    return bytes;
  });
}

async function runLaw(law: Law, share: number, progress: Progress): Promise<void> {
  const done = (progress[law.name] ??= { cases: 0, seconds: 0 });
  const total = Math.ceil((cases * law.share) / share / BLOCK);
  const before = done.seconds;
  const begin = performance.now();
  for (let block = done.cases / BLOCK; block < total; block++) {
    const tapes = tapesOf(law, block);
    try {
      await law.check(tapes);
    } catch (error) {
      save(progress);
      console.error(
        `BROKEN: ${law.name}, seed ${seed}, cases ${block * BLOCK} to ${block * BLOCK + BLOCK - 1}`,
      );
      throw error;
    }
    await release();
    done.cases += BLOCK;
    done.seconds = before + (performance.now() - begin) / 1000;
    if (block % 1000 === 999) save(progress);
  }
  save(progress);
  const rate = Math.round(done.cases / done.seconds);
  console.log(`${law.name}: ${done.cases} cases, ${done.seconds.toFixed(0)} s, ${rate}/s`);
}

const chosen = laws(seen).filter((law) => law.name.includes(values.law));
const share = chosen.reduce((sum, law) => sum + law.share, 0);
const progress = load();
console.log(`seed ${seed}, ${cases} cases, Node ${process.versions.node}`);
for (const law of chosen) await runLaw(law, share, progress);
const total = chosen.reduce((sum, { name }) => sum + (progress[name]?.cases ?? 0), 0);
console.log(`all laws hold: ${total} cases`);
console.log('taken by us and refused by Node:', Object.fromEntries(seen));
