// How many small tasks a second, and what one costs this process (all its threads together).
//   node bench/small-tasks.mjs            after a build; piscina joins in where it is installed
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { ThreadPoolExecutor } from '@typhoon/executor';

const ROUNDS = 5;
const task = (n) => n + 1;

async function measure(submit, total, inFlight) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await new Promise((resolve, reject) => {
    let sent = 0;
    let done = 0;
    const next = () => {
      done++;
      if (sent < total) send();
      else if (done === total) resolve();
    };
    const send = () => submit(sent++, next, reject);
    for (let i = 0; i < inFlight; i++) send();
  });
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1000;
  return { rate: total / seconds, cpu: (user + system) / total };
}

async function report(name, submit, total) {
  for (const inFlight of [1, 64, 1000]) {
    const count = inFlight === 1 ? total / 10 : total;
    await measure(submit, count / 10, inFlight);
    const rounds = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push(await measure(submit, count, inFlight));
    rounds.sort((a, b) => a.rate - b.rate);
    const { rate, cpu } = rounds[ROUNDS >> 1];
    const range = `${Math.round(rounds[0].rate)} to ${Math.round(rounds.at(-1).rate)}`;
    console.log(
      `${name}, ${inFlight} in flight: ${Math.round(rate)}/s (${range}), ${cpu.toFixed(2)} µs`,
    );
  }
}

console.log(`node ${process.version}, ${process.arch}; median of ${ROUNDS} rounds`);
for (const threads of [1, 2]) {
  const pool = new ThreadPoolExecutor({ maxWorkers: threads });
  await report(
    `typhoon, ${threads} threads`,
    (n, next) => pool.submit(task, n).addDoneCallback(next),
    200_000,
  );
  await pool.shutdown();
}

const piscina = await import('piscina').catch(() => null);
const directory = mkdtempSync(join(tmpdir(), 'small-tasks-'));
const filename = join(directory, 'task.mjs');
writeFileSync(filename, `export default ${task}`);
for (const threads of piscina === null ? [] : [1, 2]) {
  for (const settings of [{}, { concurrentTasksPerWorker: 64, atomics: 'async' }]) {
    const pool = new piscina.Piscina({
      filename,
      minThreads: threads,
      maxThreads: threads,
      ...settings,
    });
    const name = `piscina ${JSON.stringify(settings)}, ${threads} threads`;
    await report(name, (n, next, fail) => pool.run(n).then(next, fail), 30_000);
    await pool.destroy();
  }
}
rmSync(directory, { recursive: true });
