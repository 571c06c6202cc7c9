// Event streams on a real port.
import { Future } from '@typhoon/concurrent';
import { LocalTopic } from '@typhoon/topic';
import { describe, expect, it } from 'vitest';
import {
  EventHistory,
  EventStream,
  RequestHandler,
  type EventStreamOptions,
} from '../src/index.ts';
import { listen, open, readAll, serve } from './served.ts';

/** Serves one stream after the other; answers the address, and each stream once it is there. */
async function streaming(options: EventStreamOptions = {}) {
  let next = new Future<EventStream>();
  class Events extends RequestHandler {
    override async get(): Promise<void> {
      const stream = new EventStream(this, options);
      next.setResult(stream);
      next = new Future();
      await stream.ended;
    }
  }
  const server = await listen([['/', Events]], { logFunction: () => undefined });
  return {
    server,
    begin: async (headers: Record<string, string> = {}) => {
      const coming = next;
      const abort = new AbortController();
      const answer = await fetch(server.url, { headers, signal: abort.signal });
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      const until = async (end: string): Promise<string> => {
        while (!text.includes(end)) text += (await reader?.read())?.value ?? '';
        const at = text.indexOf(end) + end.length;
        const part = text.slice(0, at);
        text = text.slice(at);
        return part;
      };
      return {
        stream: await coming,
        answer,
        until,
        leave: () => {
          abort.abort();
        },
      };
    },
  };
}

describe('EventStream', () => {
  it('sends events as they come', async () => {
    const { begin } = await streaming({ retryMs: 1500 });
    const { stream, answer, until, leave } = await begin();
    expect(answer.headers.get('Content-Type')).toBe('text/event-stream; charset=utf-8');
    expect(await until('\n\n')).toBe('retry: 1500\n\n');
    await stream.send('one');
    expect(await until('\n\n')).toBe('data: one\n\n');
    await stream.send({ data: 'two\nlines', event: 'news', id: '7' });
    expect(await until('\n\n')).toBe('event: news\nid: 7\ndata: two\ndata: lines\n\n');
    leave();
    await stream.ended;
    expect(stream.isEnded).toBe(true);
    await stream.send('to nobody');
  });

  it('sends first what a client has missed', async () => {
    const history = new EventHistory({ maxEvents: 2 });
    const ids = ['a', 'b', 'c', 'd'].map((data) => history.add(data).id ?? '');
    const { begin } = await streaming({ history });
    const back = await begin({ 'Last-Event-ID': ids[2] ?? '' });
    expect(await back.until('data: d\n\n')).toBe(`:\n\nid: ${ids[3] ?? ''}\ndata: d\n\n`);
    expect([back.stream.lastEventId, back.stream.hasGap]).toEqual([ids[2], false]);
    const late = await begin({ 'Last-Event-ID': ids[0] ?? '' });
    expect(await late.until('data: d\n\n')).toContain('data: c\n\n');
    expect(late.stream.hasGap).toBe(true);
    const fresh = await begin();
    expect([fresh.stream.lastEventId, fresh.stream.hasGap]).toEqual([null, false]);
    for (const { leave } of [back, late, fresh]) leave();
  });

  it('says that it is there when nothing happens', async () => {
    const { begin } = await streaming({ heartbeatMs: 1 });
    const { until, leave } = await begin();
    expect(await until(':\n\n:\n\n:\n\n')).toBe(':\n\n:\n\n:\n\n');
    leave();
  });

  it('ends when it is closed, and its subscriptions with it', async () => {
    const topic = new LocalTopic();
    const { begin } = await streaming();
    const { stream, until } = await begin();
    topic.subscribe(stream);
    await topic.publish('x');
    await topic.publish(Buffer.from('y'));
    expect(await until('data: y\n\n')).toBe(':\n\ndata: x\n\ndata: y\n\n');
    expect(topic.size).toBe(1);
    stream.close();
    expect(topic.size).toBe(0);
  });

  it('ends when the server drains, for the browser to connect again elsewhere', async () => {
    const { server, begin } = await streaming();
    const { stream, until, leave } = await begin();
    await stream.send('last');
    await until('data: last\n\n');
    const late = await open(server.url);
    const drained = server.drain({ graceMs: 2000, deadlineMs: 60_000 });
    await stream.ended;
    late.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await readAll(late)).toMatch(/\r\n\r\n3\r\n:\n\n\r\n0\r\n\r\n$/);
    expect((await drained).aborted).toEqual([]);
    leave();
  });

  it.each(['dropOldest', 'keepLatest', 'close'] as const)(
    'keeps no more than the limit for a client that does not read: %s',
    async (policy) => {
      const maxBytes = 100_000;
      let stream: EventStream | undefined;
      const begun = new Future<void>();
      class Events extends RequestHandler {
        override async get(): Promise<void> {
          stream = new EventStream(this, { sendLimit: { maxBytes, policy } });
          begun.setResult();
          await stream.ended;
        }
      }
      const socket = await open(await serve([['/', Events]]));
      socket.pause();
      // Who is cut off for not reading may hear of it as a reset.
      if (policy === 'close') socket.on('error', () => undefined);
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await begun;
      const line = 'x'.repeat(9_990);
      for (let n = 0; n < 5000 && stream?.isEnded === false; n++) {
        void stream.send(`${n} ${line}`, `k${n % 3}`);
        if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
        expect(stream.bufferedAmount).toBeLessThanOrEqual(maxBytes);
      }
      expect(stream?.isEnded).toBe(policy === 'close');
      if (policy === 'close') return;
      stream?.close();
      const all = await readAll(socket.resume().end());
      expect(all).toContain('data: 0 ');
    },
  );
});
