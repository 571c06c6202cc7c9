// The app whose database is behind a queue: a real Redis, workers in processes of their own, either of which may go away.
import { once } from 'node:events';
import { RedisServer } from '@typhoon/ioloop/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppProcess, runToEnd, startProgram } from './app-process.ts';
import type { ChildProcess } from 'node:child_process';

const absent = 'http://127.0.0.1:1/';
let redis: RedisServer;
const workers: ChildProcess[] = [];

async function startWorker(): Promise<ChildProcess> {
  const worker = startProgram('worker.js', [`--queue=${redis.url}`]);
  workers.push(worker);
  if (worker.stdout !== null) await once(worker.stdout, 'data');
  return worker;
}

beforeAll(async () => {
  redis = await RedisServer.start();
}, 20_000);

afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await redis[Symbol.asyncDispose]();
});

it('works for the app, stops in order, and another one goes on; Redis may go and come back', async () => {
  const first = await startWorker();
  const app = await AppProcess.start([absent], { flags: [`--queue=${redis.url}`] });
  try {
    const checks = (): Promise<number> => app.sites().then(([site]) => site?.days[0]?.checks ?? 0);
    await app.until((sites) => (sites[0]?.days[0]?.checks ?? 0) >= 2);
    first.kill('SIGTERM');
    expect(await once(first, 'exit')).toEqual([0, null]);
    await startWorker();
    const before = await checks();
    await app.until((sites) => (sites[0]?.days[0]?.checks ?? 0) > before);
    await redis.stop();
    await redis.start();
    const between = await checks();
    await app.until((sites) => (sites[0]?.days[0]?.checks ?? 0) > between);
    expect(await app.stop()).toBe(0);
    expect(app.log).not.toContain('[E');
  } finally {
    await app.dispose();
  }
}, 60_000);

it('says that a worker needs to be told where the work is', async () => {
  const { code, stderr } = await runToEnd([], 'worker.js');
  expect([code, stderr]).toEqual([1, '--queue says where the work is\n']);
});
