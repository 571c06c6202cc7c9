import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { CachingResolver } from './caching-resolver.ts';
import type { ResolvedAddress, Resolver } from './resolver.ts';

const ADDRESS: ResolvedAddress = { family: 4, host: '192.0.2.1', port: 80 };

/** Keeps what is asked for, and answers when told to. */
class Asked implements Resolver {
  readonly questions: { name: string; answer: Future<readonly ResolvedAddress[]> }[] = [];

  resolve(host: string): Future<readonly ResolvedAddress[]> {
    const answer = new Future<readonly ResolvedAddress[]>();
    this.questions.push({ name: host, answer });
    return answer;
  }

  close(): void {
    // Nothing is held.
  }
}

describe('CachingResolver', () => {
  let clock: VirtualClock;
  let asked: Asked;
  let resolver: CachingResolver;
  beforeEach(() => {
    clock = new VirtualClock();
    new IOLoop({ clock });
    asked = new Asked();
    resolver = new CachingResolver({ resolver: asked, ttlMs: 1000, maxNames: 2 });
  });

  it('asks once for those who wait, and for those who come later', async () => {
    const both = [resolver.resolve('a.test', 80), resolver.resolve('A.TEST', 80)];
    asked.questions[0]?.answer.setResult([ADDRESS]);
    expect(await Promise.all(both)).toEqual([[ADDRESS], [ADDRESS]]);
    expect(await resolver.resolve('a.test', 80)).toEqual([ADDRESS]);
    expect(asked.questions).toHaveLength(1);
  });

  it('asks again for another port, another family, or when told to forget', () => {
    void resolver.resolve('a.test', 80);
    void resolver.resolve('a.test', 81);
    void resolver.resolve('a.test', 80, 6);
    resolver.forget('a.test');
    void resolver.resolve('a.test', 80, 6);
    expect(asked.questions).toHaveLength(4);
  });

  it('does not remember a failure', async () => {
    const failed = resolver.resolve('a.test', 80);
    asked.questions[0]?.answer.setException(new Error('no such name'));
    await expect(async () => await failed).rejects.toThrow('no such name');
    void resolver.resolve('a.test', 80);
    expect(asked.questions).toHaveLength(2);
  });

  it('goes on for the others when one gives up', async () => {
    const [one, other] = [resolver.resolve('a.test', 80), resolver.resolve('a.test', 80)];
    one.cancel();
    asked.questions[0]?.answer.setResult([ADDRESS]);
    expect(await other).toEqual([ADDRESS]);
  });

  it('forgets the name that was asked for longest ago', () => {
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) void resolver.resolve(name, 80);
    expect(asked.questions.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'b']);
  });

  it('forgets after a time', () => {
    const short = new CachingResolver({ resolver: asked, ttlMs: 0 });
    void short.resolve('a.test', 80);
    void short.resolve('a.test', 80);
    expect(asked.questions).toHaveLength(2);
    short.close();
  });
});
