// One client in a process of its own: `worker.js SYSTEM CASE URL IN_FLIGHT MILLISECONDS`. For each line on its input it
// measures once, and prints one line of JSON.
import { createInterface } from 'node:readline';
import { usedBytes } from '../measured.ts';
import type { OpenSystem, System } from './system.ts';

const [name = '', kind = '', url = '', inFlight = '', milliseconds = ''] = process.argv.slice(2);
const { open } = (await import(`./systems/${name}.js`)) as { readonly open: OpenSystem };
const system: System = open(Number(inFlight));
const signal = kind === 'signal' ? new AbortController().signal : undefined;

/** One measurement. */
interface Measured {
  readonly requests: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly userUs: number;
  readonly systemUs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

await runFor(1000);
console.log('port 1');
for await (const line of createInterface({ input: process.stdin })) {
  const count = Number(line);
  console.log(
    JSON.stringify(
      await measure(() => (count > 0 ? runTimes(count) : runFor(Number(milliseconds)))),
    ),
  );
}
system.close();

async function measure(run: () => Promise<{ requests: number; bytes: number }>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { requests, bytes } = await run();
  const { user, system: kernel } = process.cpuUsage(cpu);
  const seconds = (performance.now() - start) / 1000;
  return {
    requests,
    bytes,
    seconds,
    userUs: user / requests,
    systemUs: kernel / requests,
    rssBytes: process.memoryUsage().rss,
    heapBytes: usedBytes(),
  };
}

function runFor(ms: number): Promise<{ requests: number; bytes: number }> {
  const end = performance.now() + ms;
  return run(() => performance.now() < end);
}

function runTimes(count: number): Promise<{ requests: number; bytes: number }> {
  let left = count;
  return run(() => left-- > 0);
}

async function run(goesOn: () => boolean): Promise<{ requests: number; bytes: number }> {
  let requests = 0;
  let bytes = 0;
  const one = async (): Promise<void> => {
    while (goesOn()) {
      bytes += await system.get(url, signal);
      requests++;
    }
  };
  await Promise.all(Array.from({ length: Number(inFlight) }, one));
  return { requests, bytes };
}
