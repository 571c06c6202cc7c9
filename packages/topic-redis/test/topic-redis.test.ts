// Topics around a real Redis, which goes away at times.
import { RedisServer } from '@typhoon/ioloop/testing';
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisTopics, type RedisTopicsOptions } from '../src/index.ts';
import { SlowWire } from './slow-wire.ts';
import type { Published, Topic } from '@typhoon/topic';

let redis: RedisServer;
let asking: Redis;
let count = 0;
const open: AsyncDisposable[] = [];

beforeAll(async () => {
  redis = await RedisServer.start();
  asking = new Redis(redis.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  asking.on('error', () => undefined);
});

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

afterAll(async () => {
  asking.disconnect();
  await redis[Symbol.asyncDispose]();
});

/** The topics of one process. */
function process(options: Partial<RedisTopicsOptions> = {}): RedisTopics {
  const topics = new RedisTopics({ connection: redis.url, ...options });
  open.push(topics);
  return topics;
}

async function wireToRedis(): Promise<SlowWire> {
  const wire = await SlowWire.to(redis.port);
  open.push(wire);
  return wire;
}

const newName = (): string => `topic-${++count}`;

/** Subscribes somebody who writes down what it gets. */
async function hear(topic: Topic) {
  const got: unknown[] = [];
  const awaited = new Map<unknown, () => void>();
  const note = (what: unknown): void => {
    got.push(what);
    awaited.get(what)?.();
  };
  const unsubscribe = topic.subscribe({
    deliver: ({ data, key }: Published) => {
      note(key === undefined ? data : `${key}: ${String(data)}`);
      return true;
    },
    onGap: ({ name }) => {
      note(`gap in ${name}`);
    },
  });
  await topic.ready();
  return {
    got,
    unsubscribe,
    /** Resolves when it has got that, which it has not yet. */
    until: (what: unknown): Promise<void> =>
      new Promise((resolve) => {
        if (got.includes(what)) resolve();
        else awaited.set(what, resolve);
      }),
  };
}

/** Resolves when that process has noticed. */
async function disconnected(topics: RedisTopics): Promise<void> {
  while (topics.isConnected) await new Promise((resolve) => setImmediate(resolve));
}

async function codeOf(future: PromiseLike<unknown>): Promise<unknown> {
  try {
    await future;
    return 'none';
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
}

describe('a message', () => {
  it('comes to the subscribers of all processes once each, in order', async () => {
    const name = newName();
    const [here, there] = [process(), process()];
    const all = [
      await hear(here.topic(name)),
      await hear(here.topic(name)),
      await hear(there.topic(name)),
    ];
    for (let n = 0; n < 100; n++) void here.topic(name).publish(`${n}`);
    await here.topic(name).publish('end');
    for (const { got, until } of all) {
      await until('end');
      expect(got).toEqual([...Array.from({ length: 100 }, (_, n) => `${n}`), 'end']);
    }
  });

  it('is text, or bytes, and may have a key', async () => {
    const topic = process().topic(newName());
    const { got, until } = await hear(topic);
    void topic.publish('ü€😀', { key: 'tea ☕' });
    void topic.publish(Uint8Array.of(0xff, 0x54, 0));
    void topic.publish('');
    void topic.publish('end', { key: '' });
    await until(': end');
    expect(got).toEqual(['tea ☕: ü€😀', Buffer.of(0xff, 0x54, 0), '', ': end']);
  });

  it('is made one form of for all subscribers of a process', async () => {
    const topic = process().topic(newName());
    let made = 0;
    const { until } = await hear(topic);
    for (let n = 0; n < 3; n++) {
      topic.subscribe({ deliver: (message) => message.as('form', () => ++made) > 0 });
    }
    void topic.publish('x');
    await topic.publish('end');
    await until('end');
    expect(made).toBe(2);
  });

  it('of another program is what that has published', async () => {
    const name = newName();
    const { got, until } = await hear(process({ prefix: 'app:' }).topic(name));
    await asking.publish(`app:${name}`, 'plain');
    await asking.publish(`app:${name}`, Buffer.of(0xff, 1));
    using log = new ExpectLog(appLog, /A message on .* is none that this version knows/);
    await asking.publish(`app:${name}`, Buffer.of(0xff, 0x54, 0x80, 1, 2, 3));
    await asking.publish(`app:${name}`, 'end');
    await until('end');
    expect(got).toEqual(['plain', Buffer.of(0xff, 1), 'end']);
    expect(log.matched).toBe(true);
  });
});

describe('a subscription', () => {
  it('is one for each topic of a process, as long as there are subscribers', async () => {
    const name = newName();
    const topics = process();
    const subscribers = async (): Promise<unknown> => (await asking.pubsub('NUMSUB', name))[1];
    const first = await hear(topics.topic(name));
    const second = await hear(topics.topic(name));
    expect([topics.topic(name).size, await subscribers()]).toEqual([2, 1]);
    first.unsubscribe();
    await topics.topic(name).publish('to one');
    await second.until('to one');
    expect([first.got, second.got]).toEqual([[], ['to one']]);
    second.unsubscribe();
    const other = await hear(topics.topic(newName())); // Redis answers in order
    expect([topics.topic(name).size, await subscribers(), other.got]).toEqual([0, 0, []]);
  });

  it('hears what the same process publishes right behind it', async () => {
    const topics = process();
    const topic = topics.topic(newName());
    const hearing = hear(topic);
    void topic.publish('at once');
    const { got, until } = await hearing;
    await until('at once');
    expect(got).toEqual(['at once']);
  });

  it('that ends and begins again at once goes on', async () => {
    const topics = process();
    const topic = topics.topic(newName());
    (await hear(topic)).unsubscribe();
    const again = hear(topic);
    void topic.publish('x');
    const { got, until } = await again;
    await until('x');
    expect(got).toEqual(['x']);
  });

  it('that Redis does not allow says so, and harms no other', async () => {
    await asking.call('ACL', 'SETUSER', 'some', 'on', '>pass', '+@all', 'resetchannels', '&free-*');
    const connection = { port: redis.port, username: 'some', password: 'pass' };
    const topics = process({ connection });
    using log = new ExpectLog(appLog, /Redis does not let us subscribe to locked/);
    const locked = codeOf(hear(topics.topic('locked')));
    const free = await hear(topics.topic('free-1'));
    expect(await locked).toBe('ERR_SUBSCRIBE_REFUSED');
    expect(await codeOf(topics.topic('locked').publish('x'))).toBe('ERR_PUBLISH_REFUSED');
    await topics.topic('free-1').publish('x');
    await free.until('x');
    expect(free.got).toEqual(['x']);
    expect(log.matched).toBe(true);
  });
});

describe('while Redis is away', () => {
  it('what is published waits, and subscribers hear of the gap before it', async () => {
    const name = newName();
    const [here, there] = [process(), process()];
    const [near, far] = [await hear(here.topic(name)), await hear(there.topic(name))];
    await here.topic(name).publish('before');
    using log = new ExpectLog(appLog, /Redis is away/);
    await redis.stop();
    const during = [here.topic(name).publish('1'), here.topic(name).publish('2')];
    await disconnected(here);
    const late = hear(here.topic(newName()));
    await redis.start();
    await Promise.all(during);
    (await late).unsubscribe();
    await there.topic(name).ready();
    await here.topic(name).publish('after');
    await near.until('after');
    await far.until('after');
    const gap = `gap in ${name}`;
    expect(near.got).toEqual(['before', gap, '1', '2', 'after']);
    // The other process may have come back later than what was published.
    expect(far.got.filter((what) => what !== '1' && what !== '2')).toEqual([
      'before',
      gap,
      'after',
    ]);
    expect(log.matched).toBe(true);
  });

  it('publishing fails when it takes too long, or too much waits', async () => {
    using _log = new ExpectLog(appLog, /Redis is away/);
    const nowhere = { connection: { port: 1 }, publishTimeoutMs: 100, maxPendingBytes: 10 };
    const topic = process(nowhere).topic('x');
    const first = topic.publish('123456');
    expect(await codeOf(topic.publish('12345'))).toBe('ERR_PUBLISH_OVERFLOW');
    expect(await codeOf(first)).toBe('ERR_PUBLISH_UNAVAILABLE');
    expect(await codeOf(topic.publish('larger than all'))).toBe('ERR_PUBLISH_UNAVAILABLE');
  });
});

describe('a connection that fails', () => {
  it('after a message and before its confirmation: it is sent again, and heard once', async () => {
    const name = newName();
    const wire = await wireToRedis();
    const near = process({ connection: wire.url });
    const far = await hear(process().topic(name));
    await near.topic(name).publish('before');
    using _log = new ExpectLog(appLog, /Redis is away/);
    wire.isDeaf = true;
    const published = near.topic(name).publish('lost answer');
    await far.until('lost answer');
    wire.isDeaf = false;
    wire.cut();
    await published;
    await near.topic(name).publish('after');
    await far.until('after');
    expect(far.got).toEqual(['before', 'lost answer', 'after']);
  });

  it('without a word is found, and made anew', async () => {
    const name = newName();
    const wire = await wireToRedis();
    const topics = process({ connection: wire.url, pingIntervalMs: 10, pingTimeoutMs: 200 });
    const { got, until } = await hear(topics.topic(name));
    using log = new ExpectLog(appLog, /Redis is away: no answer in 200 ms/);
    wire.isDeaf = true;
    await wire.givenUp();
    wire.isDeaf = false;
    await until(`gap in ${name}`);
    await asking.publish(name, 'end');
    await until('end');
    expect(got).toEqual([`gap in ${name}`, 'end']);
    expect(log.matched).toBe(true);
  });

  it('says when nobody knows whether a message was heard', async () => {
    const wire = await wireToRedis();
    const topics = process({ connection: wire.url, publishTimeoutMs: 100 });
    await topics.topic('x').publish('before');
    wire.isDeaf = true;
    expect(await codeOf(topics.topic('x').publish('lost answer'))).toBe('ERR_PUBLISH_UNCONFIRMED');
  });
});

describe('closing', () => {
  it('ends subscriptions, and waits for what was published', async () => {
    const name = newName();
    const far = await hear(process().topic(name));
    const topics = process();
    const topic = topics.topic(name);
    const near = await hear(topic);
    const published = topic.publish('last');
    await topics.close();
    expect([published.done(), topic.size, near.got]).toEqual([true, 0, []]);
    await far.until('last');
    expect(await codeOf(topic.publish('x'))).toBe('ERR_TOPICS_CLOSED');
    expect(await codeOf(topic.ready())).toBe('ERR_TOPICS_CLOSED');
    expect(() => topic.subscribe({ deliver: () => true })).toThrow('closed');
  });
});
