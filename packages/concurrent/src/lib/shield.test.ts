import { ExpectLog } from '@typhoon/log/testing';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { CancelledError } from './future-error.ts';
import { Future } from './future.ts';
import { shield } from './shield.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('shield', () => {
  it('has the end of the work', async () => {
    expect(await shield(Promise.resolve(1))).toBe(1);
    await expect(shield(Future.rejected(new Error('x')))).rejects.toThrow('x');
    const work = new Future<void>();
    work.cancel();
    await expect(shield(work)).rejects.toThrow(CancelledError);
  });

  it('is cancelled at once, and the work goes on', async () => {
    const work = new Future<number>();
    const shielded = shield(work);
    shielded.cancel();
    expect([shielded.cancelled(), work.done(), work.waiters]).toEqual([true, false, 0]);
    work.setResult(1);
    expect(await work).toBe(1);
  });

  it('does not hide an error of work that it has left', async () => {
    await new ExpectLog('typhoon.application', /Future exception was never retrieved/).run(
      async () => {
        (() => {
          const work = new Future<void>();
          shield(work).cancel();
          work.setException(new Error('lost'));
        })();
        for (let i = 0; i < 20; i++) {
          await new Promise(setImmediate);
          collect();
        }
      },
    );
  });
});
