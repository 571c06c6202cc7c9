// One router doing one case in a process of its own: `worker.js SYSTEM CASE MILLISECONDS`, one line of JSON out.
import { RuleRouter, type HTTPServerRequest } from '@typhoon/httpserver';
import findMyWay from 'find-my-way';
import { cpuEach } from '../measured.ts';
import { CASES, COUNT } from './cases.ts';

const [name = '', caseName = '', milliseconds = ''] = process.argv.slice(2);
const found = CASES.find((one) => one.name === caseName);
if (found === undefined) throw new Error(`there is no case '${caseName}'`);
const { path } = found;

/** Whether the path is somebody's. */
type LookUp = () => boolean;

const lookUp = name === 'typhoon' ? typhoon() : other();
if (lookUp() !== (caseName !== 'none')) throw new Error(`${name} finds the wrong route`);
const value = await cpuEach(
  (count) => {
    let hits = 0;
    for (let i = 0; i < count; i++) if (lookUp()) hits++;
    return Promise.resolve(hits);
  },
  10_000,
  Number(milliseconds),
);
console.log(JSON.stringify({ value }));
process.exit(0);

function typhoon(): LookUp {
  const nothing = (): void => undefined;
  const router = new RuleRouter([
    ...Array.from({ length: COUNT }, (_, i) => [`/route${i}/([^/]+)`, nothing] as const),
    ...Array.from({ length: COUNT }, (_, i) => [`/fixed${i}`, nothing] as const),
  ]);
  // All that these rules look at.
  const request = { path } as unknown as HTTPServerRequest;
  return () => router.findHandler(request) !== null;
}

function other(): LookUp {
  const router = findMyWay();
  const nothing = (): void => undefined;
  for (let i = 0; i < COUNT; i++) {
    router.on('GET', `/route${i}/:id`, nothing);
    router.on('GET', `/fixed${i}`, nothing);
  }
  return () => router.find('GET', path) !== null;
}
