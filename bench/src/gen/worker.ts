// One system doing one case in a process of its own: `worker.js SYSTEM CASE MILLISECONDS`, one line of JSON out.
import { cpuEach, usedBytes } from '../measured.ts';
import { CASES, type System } from './cases.ts';

const [name = '', caseName = '', milliseconds = ''] = process.argv.slice(2);

const { system } = (await import(`./systems/${name}.js`)) as { readonly system: System };
const found = CASES.find((one) => one.name === caseName);
if (found === undefined) throw new Error(`there is no case '${caseName}'`);
const value =
  found.name === 'memory'
    ? await bytesEach(found.batch)
    : await cpuEach(system.runs[found.name], found.batch, Number(milliseconds));
console.log(JSON.stringify({ value }));
process.exit(0);

async function bytesEach(count: number): Promise<number> {
  const warmUp = system.hold(1000);
  await settle();
  const before = usedBytes();
  const held = [warmUp, system.hold(count)];
  await settle();
  const bytes = (usedBytes() - before) / count;
  held.length = 0; // kept until here
  return bytes;
}

/** Lets what has been started come to where it waits. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
