import { describe, expect, it } from 'vitest';
import { IOLoop } from '@typhoon/ioloop';
import { runInExecutor, setDefaultExecutor } from './default-executor.ts';
import { DummyExecutor, dummyExecutor } from './dummy-executor.ts';

const threadId = (): number => process.getBuiltinModule('node:worker_threads').threadId;

describe('runInExecutor', () => {
  it('uses the executor that it is given', () => {
    expect(runInExecutor(dummyExecutor, (n: number) => n + 1, 1).result()).toBe(2);
  });

  it('makes a pool of threads when there is none (IOL-28)', async () => {
    new IOLoop().makeCurrent();
    const id = await runInExecutor(null, threadId);
    expect(id).not.toBe(threadId());
    expect(await runInExecutor(null, threadId)).toBe(id);
  });

  it('uses the default executor of the current loop', () => {
    new IOLoop().makeCurrent();
    setDefaultExecutor(new DummyExecutor());
    expect(runInExecutor(null, threadId).result()).toBe(threadId());
    new IOLoop().makeCurrent();
    expect(runInExecutor(null, threadId).done()).toBe(false);
  });
});
