import { setLogSink } from '@typhoon/log';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalTopic } from './local-topic.ts';
import { Subscribers } from './subscribers.ts';
import type { Published } from './published.ts';

afterEach(() => setLogSink(null));

describe('LocalTopic', () => {
  it('tells each subscriber once, and encodes once', () => {
    const topic = new LocalTopic();
    let encoded = 0;
    const got: string[] = [];
    const subscriber = () => ({
      deliver(message: Published): boolean {
        got.push(message.as('loud', (data) => `${++encoded}${String(data)}!`));
        return true;
      },
    });
    const twice = subscriber();
    topic.subscribe(twice);
    topic.subscribe(twice);
    topic.subscribe(subscriber());
    void topic.publish('a');
    expect(got).toEqual(['1a!', '1a!']);
    expect([topic.size, encoded]).toEqual([2, 1]);
  });

  it('forgets who unsubscribes, says no, or has gone', () => {
    const topic = new LocalTopic();
    let gone: () => void = () => undefined;
    const quitting = topic.subscribe({ deliver: () => true });
    topic.subscribe({ deliver: () => false });
    topic.subscribe({
      deliver: () => true,
      whenGone: (callback) => {
        gone = callback;
      },
    });
    void topic.publish('x');
    expect(topic.size).toBe(2);
    quitting();
    gone();
    expect(topic.size).toBe(0);
  });

  it('tells the others when one throws', () => {
    const lines: string[] = [];
    setLogSink({ write: ({ message }) => lines.push(message) });
    const topic = new LocalTopic('news');
    const got: unknown[] = [];
    topic.subscribe({
      deliver: () => {
        throw new Error('broken');
      },
    });
    topic.subscribe({ deliver: ({ data, key }) => got.push(data, key) > 0 });
    void topic.publish('x', { key: 'k' });
    expect(got).toEqual(['x', 'k']);
    expect(lines).toHaveLength(1);
    expect(topic.size).toBe(2);
  });
});

describe('Subscribers', () => {
  it('tells each of a gap, and says when the last has gone', () => {
    const lines: string[] = [];
    setLogSink({ write: ({ message }) => lines.push(message) });
    const topic = new LocalTopic('news');
    let empty = 0;
    const subscribers = new Subscribers(topic, () => empty++);
    const got: string[] = [];
    const leave = [
      subscribers.add({ deliver: () => true }),
      subscribers.add({
        deliver: () => true,
        onGap: () => {
          throw new Error('broken');
        },
      }),
      subscribers.add({ deliver: () => true, onGap: ({ name }) => got.push(name) }),
    ];
    subscribers.tellGap();
    expect([got, lines.length, subscribers.size]).toEqual([['news'], 1, 3]);
    for (const one of [...leave, ...leave]) one();
    expect(empty).toBe(1);
  });
});
