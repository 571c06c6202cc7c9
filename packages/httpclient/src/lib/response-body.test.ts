import { describe, expect, it } from 'vitest';
import { CollectedBody, DiscardedBody, StreamedBody } from './response-body.ts';
import type { BodyFlow, BodyTarget } from './response-body.ts';

class Flow implements BodyFlow {
  readonly events: string[] = [];

  pause(): void {
    this.events.push('pause');
  }

  resume(): void {
    this.events.push('resume');
  }

  bodyDone(body: Buffer): void {
    this.events.push(`done ${body.toString()}`);
  }

  bodyFailed(error: unknown): void {
    this.events.push(`failed ${String(error)}`);
  }
}

/** Pushes text as bytes that are overwritten afterwards. */
function push(target: BodyTarget, text: string): void {
  const borrowed = Buffer.from(`#${text}#`);
  target.push(borrowed, 1, borrowed.length - 1);
  borrowed.fill('?');
}

describe('CollectedBody', () => {
  it.each([-1, 0, 3, 12, 1_000_000])(
    'gathers all pieces when %i bytes are expected',
    (expected) => {
      const flow = new Flow();
      const body = new CollectedBody(flow, expected);
      for (const piece of ['hello', ', ', 'world']) push(body, piece);
      body.end();
      expect(flow.events).toEqual(['done hello, world']);
    },
  );

  it('has no room behind what was announced', () => {
    const body = new CollectedBody(new Flow(), 5);
    push(body, 'hello');
    expect(body.bytes).toHaveLength(5);
  });

  it('believes a large length only as it is borne out', () => {
    const size = 5_000_000;
    const body = new CollectedBody(new Flow(), size);
    push(body, 'x');
    expect(body.bytes.buffer.byteLength).toBeLessThan(2_000_000);
    const chunk = 'y'.repeat(size - 1);
    push(body, chunk);
    expect(body.bytes.toString('latin1') === `x${chunk}`).toBe(true);
    expect(body.bytes.buffer.byteLength).toBe(size);
  });
});

describe('StreamedBody', () => {
  it('hands on copies that are the taker’s to keep', () => {
    const flow = new Flow();
    const chunks: Buffer[] = [];
    const body = new StreamedBody(flow, (chunk) => {
      chunks.push(chunk);
    });
    push(body, 'a');
    push(body, 'bc');
    body.end();
    expect(chunks.map(String)).toEqual(['a', 'bc']);
    expect(flow.events).toEqual(['done ']);
  });

  it('waits for a promise before it takes more', async () => {
    const flow = new Flow();
    const waiting: (() => void)[] = [];
    const body = new StreamedBody(
      flow,
      () => new Promise<void>((resolve) => waiting.push(resolve)),
    );
    push(body, 'a');
    expect(flow.events).toEqual(['pause']);
    waiting.shift()?.();
    await Promise.resolve();
    expect(flow.events).toEqual(['pause', 'resume']);
  });

  it('is done only when the last promise is', async () => {
    const flow = new Flow();
    const waiting: (() => void)[] = [];
    const body = new StreamedBody(
      flow,
      () => new Promise<void>((resolve) => waiting.push(resolve)),
    );
    push(body, 'a');
    body.end();
    expect(flow.events).toEqual(['pause']);
    waiting.shift()?.();
    await Promise.resolve();
    expect(flow.events).toEqual(['pause', 'done ']);
  });

  it('fails once, with what the taker throws or rejects with', async () => {
    const thrown = new Flow();
    const body = new StreamedBody(thrown, () => {
      throw new Error('no');
    });
    push(body, 'a');
    push(body, 'b');
    body.end();
    expect(thrown.events).toEqual(['failed Error: no']);
    const rejected = new Flow();
    const later = new StreamedBody(rejected, () => Promise.reject(new Error('later')));
    push(later, 'a');
    later.end();
    await Promise.resolve();
    expect(rejected.events).toEqual(['pause', 'failed Error: later']);
  });

  it('says nothing more once it is dropped', async () => {
    const flow = new Flow();
    const body = new StreamedBody(flow, () => Promise.resolve());
    push(body, 'a');
    body.drop();
    await Promise.resolve();
    expect(flow.events).toEqual(['pause']);
  });
});

describe('DiscardedBody', () => {
  it('has enough at the end, or beyond its limit, once', () => {
    const calls: string[] = [];
    const short = new DiscardedBody(3, () => calls.push('short'));
    push(short, 'abc');
    expect(calls).toEqual([]);
    short.end();
    const long = new DiscardedBody(3, () => calls.push('long'));
    push(long, 'abcd');
    push(long, 'e');
    long.end();
    expect(calls).toEqual(['short', 'long']);
  });

  it('never has enough once it is dropped', () => {
    const calls: string[] = [];
    const body = new DiscardedBody(1, () => calls.push('enough'));
    body.drop();
    push(body, 'abc');
    body.end();
    expect(calls).toEqual([]);
  });
});
