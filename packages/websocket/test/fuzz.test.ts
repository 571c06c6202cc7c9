// A sample of what `npm run fuzz -- websocket` does: the same messages and the same close codes as ws, in both roles.
import { expect, it } from 'vitest';
import { oracleReading, ourReading } from './fuzz/readings.ts';
import { sequenceOf } from './fuzz/sequences.ts';

it('reads two thousand random sequences as ws does', async () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const sequence = sequenceOf(seed);
    const ours = ourReading(sequence);
    expect({ seed, events: ours }).toEqual({ seed, events: await oracleReading(sequence) });
  }
}, 30_000);
