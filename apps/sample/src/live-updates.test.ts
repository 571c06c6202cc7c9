// Who gets what, in which order, when the database answers late. In memory.
import { Future } from '@typhoon/concurrent';
import { ExpectLog } from '@typhoon/log/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { LiveUpdates, newsOf, type Follower } from './live-updates.ts';
import type { Missed, News } from './site.ts';

/** A database of updates that answers when it is told to. */
class SlowLog {
  lastId = 0;
  firstId = 1;
  readonly asked: { readonly after: number; readonly answer: Future<Missed> }[] = [];

  newsAfter(after: number): Future<Missed> {
    const answer = new Future<Missed>();
    this.asked.push({ after, answer });
    return answer;
  }

  /** Reads now, and answers all who have asked. */
  async answer(): Promise<void> {
    const read = this.asked.splice(0).map((one) => ({ ...one, missed: this.#read(one.after) }));
    for (const { answer, missed } of read) answer.setResult(missed);
    await turn();
  }

  #read(after: number): Missed {
    const news = Array.from({ length: Math.min(3, this.lastId - after) }, (_, n) =>
      newsOfId(after + 1 + n),
    );
    const isComplete = after <= this.lastId && after >= this.firstId - 1;
    return isComplete ? { news, isComplete } : { news: [], isComplete };
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function newsOfId(id: number): News {
  return {
    update: { id, at: 0, siteId: 1, url: 'http://a/', what: 'up', detail: '' },
    report: null,
  };
}

function followerInto(got: (number | string)[]): Follower {
  return {
    deliver: (message) => got.push(newsOf(message).update.id) > 0,
    startAnew: () => void got.push('start anew'),
    end: () => void got.push('end'),
  };
}

let log: SlowLog;
let live: LiveUpdates;
let got: (number | string)[];

/** Something happens, so many times. */
function happen(count = 1): void {
  log.lastId += count;
  live.publish();
}

beforeEach(() => {
  log = new SlowLog();
  live = new LiveUpdates(log);
  got = [];
});

describe('LiveUpdates', () => {
  it('gives what was missed, however much, then what happens', async () => {
    happen(10);
    live.follow(followerInto(got), 2);
    while (log.asked.length > 0) await log.answer();
    happen();
    await log.answer();
    expect(got).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('loses nothing that happens while it is read', async () => {
    live.follow(followerInto(got), 0);
    const [first] = log.asked.splice(0);
    happen(2); // nobody hears it yet
    first?.answer.setResult({ news: [], isComplete: true });
    await turn();
    while (log.asked.length > 0) await log.answer();
    expect(got).toEqual([1, 2]);
  });

  it('tells nobody twice: not what was read for him and is published later', async () => {
    const other: (number | string)[] = [];
    live.follow(followerInto(other), 0);
    await log.answer();
    await log.answer();
    happen();
    live.follow(followerInto(got), 0); // reads 1, which is about to be published
    happen();
    await log.answer();
    while (log.asked.length > 0) await log.answer();
    expect([got, other]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('reads once for all, and not at all for nobody', async () => {
    happen();
    expect(log.asked).toEqual([]);
    const leave = [1, 1, 1].map((id) => live.follow(followerInto(got), id));
    await log.answer();
    await log.answer();
    happen();
    happen();
    expect(log.asked).toHaveLength(1);
    while (log.asked.length > 0) await log.answer();
    expect(got).toEqual([2, 2, 2, 3, 3, 3]);
    leave.forEach((one) => {
      one();
    });
    happen();
    expect(log.asked).toEqual([]);
  });

  it('has who has missed too much, or saw another database, start anew', async () => {
    log.firstId = 5;
    happen(9);
    live.follow(followerInto(got), 3);
    live.follow(followerInto(got), 10);
    live.follow(followerInto(got), 8);
    await log.answer();
    expect(got).toEqual(['start anew', 'start anew', 9]);
  });

  it('lets go of all when it closes, also of who comes after that, and when it cannot read', async () => {
    live.follow(followerInto(got), 0);
    await new ExpectLog('typhoon.application', 'what a client has missed cannot be read').run(
      async () => {
        log.asked[0]?.answer.setException(new Error('the disk is gone'));
        await turn();
      },
    );
    live.follow(followerInto(got), 0);
    live.close();
    live.follow(followerInto(got), 0);
    expect(got).toEqual(['end', 'end', 'end']);
  });
});
