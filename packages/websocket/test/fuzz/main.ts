// npm run fuzz -- websocket [--cases N] [--seed N]: random sequences of frames, ours against ws. Ends with 1 at the first difference.
import { parseArgs } from 'node:util';
import { oracleReading, ourReading } from './readings.ts';
import { sequenceOf } from './sequences.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
});
const cases = Number(values.cases);
const first = Number(values.seed);
const since = performance.now();
let refused = 0;
let messages = 0;
for (let seed = first; seed < first + cases; seed++) {
  const sequence = sequenceOf(seed);
  const ours = ourReading(sequence);
  const theirs = await oracleReading(sequence);
  if (ours.join('\n') !== theirs.join('\n')) {
    console.log(
      `seed ${seed} differs: ${JSON.stringify({ ours, theirs })}\n${sequence.bytes.toString('hex')}`,
    );
    process.exit(1);
  }
  messages += ours.length;
  if (ours.at(-1)?.startsWith('!') === true) refused++;
}
const seconds = ((performance.now() - since) / 1000).toFixed(0);
console.log(
  `${cases} sequences from seed ${first} in ${seconds} s: no difference; ${messages} events, ${refused} sequences refused`,
);
