// Clients that do not read, beside those that do.
import { Future } from '@typhoon/concurrent';
import { LocalTopic, type SendLimitOptions, type SlowReaderPolicy } from '@typhoon/topic';
import { describe, expect, it } from 'vitest';
import { WebSocketHandler } from '../src/index.ts';
import { onBothPollers, Rig, type RawClient } from './on-both-pollers.ts';

const MAX_BYTES = 200_000;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

onBothPollers(() => {
  const rig = new Rig();

  /** A handler that can be talked to, and its client, which does not read. */
  async function stalled(policy: SlowReaderPolicy) {
    const opened = new Future<WebSocketHandler>();
    const ended = new Future<void>();
    class Stalled extends WebSocketHandler {
      override getSendLimit(): SendLimitOptions {
        return { maxBytes: MAX_BYTES, policy };
      }
      override open(): void {
        opened.setResult(this);
      }
      override onClose(): void {
        ended.setResult();
      }
    }
    const client = await rig.raw(await rig.serve([['/', Stalled]]));
    client.socket.pause();
    return { handler: await opened, client, ended };
  }

  /** Sends until something waits. */
  async function fill(handler: WebSocketHandler): Promise<{ readonly sent: Future<void> }> {
    const block = Buffer.alloc(50_000);
    for (;;) {
      const sent = handler.send(block);
      await turn();
      if (!sent.done() && handler.bufferedAmount > 0) return { sent };
    }
  }

  /** All that came, once it ends like that. */
  async function untilEnd(client: RawClient, last: string): Promise<Buffer> {
    const end = Buffer.from(last, 'latin1');
    await client.until(() => client.endsWith(end));
    return client.output;
  }

  describe('a client that does not read', () => {
    it('is waited for: send settles when it reads again', async () => {
      const { handler, client } = await stalled('wait');
      const { sent } = await fill(handler);
      expect(handler.bufferedAmount).toBeGreaterThan(0);
      await turn();
      expect(sent.done()).toBe(false);
      client.socket.resume();
      await sent;
    });

    it('is closed when nobody waits for it', async () => {
      const { handler, ended } = await stalled('wait');
      await fill(handler);
      const block = Buffer.alloc(MAX_BYTES);
      for (let n = 0; n < 6 && handler.wsConnection?.state === 'open'; n++)
        void handler.send(block);
      expect(handler.wsConnection?.state).toBe('closeSent');
      expect(() => handler.send('x')).toThrow('closed');
      handler.wsConnection?.abort();
      await ended;
    });

    it.each(['dropOldest', 'keepLatest'] as const)(
      'has no more waiting than the limit: %s',
      async (policy) => {
        const { handler, client } = await stalled(policy);
        await fill(handler);
        const most = handler.bufferedAmount + MAX_BYTES + 70_000;
        for (let n = 0; n < 500; n++) {
          void handler.send(`${n} `.padEnd(10_000, '.'), { key: `k${n % 5}` });
          expect(handler.bufferedAmount).toBeLessThanOrEqual(most);
        }
        handler.close();
        client.socket.resume();
        const all = (await untilEnd(client, '\x88\0')).toString('latin1');
        expect(all).toContain('499 ');
        expect(all).not.toContain('\x7e\x27\x10100 ');
        if (policy === 'keepLatest') expect(all.match(/\d+ \.\./g)?.length).toBe(5);
      },
    );

    it('is closed with 1013 at the limit: close', async () => {
      const { handler, client } = await stalled('close');
      await fill(handler);
      const block = Buffer.alloc(MAX_BYTES / 2);
      while (handler.wsConnection?.state === 'open') void handler.send(block);
      client.socket.resume();
      await untilEnd(client, '\x88\x0a\x03\xf5too slow');
    });

    it('still gets pings answered, the last of them', async () => {
      const { handler, client } = await stalled('wait');
      await fill(handler);
      for (let n = 0; n < 100; n++) {
        client.socket.write(Buffer.from([0x89, 0x81, 0, 0, 0, 0, n]));
        if (n % 10 === 0) await turn();
      }
      for (let n = 0; n < 20; n++) await turn();
      handler.close();
      client.socket.resume();
      const all = await untilEnd(client, '\x88\0');
      const pongs = all
        .toString('latin1')
        .split('\x8a\x01')
        .slice(1)
        .map((text) => text.charAt(0));
      expect(pongs.length).toBeLessThan(100);
      expect(pongs.at(-1)).toBe('\x63');
    });
  });

  it('whoever sends without end in one event does not keep the others from their turn', async () => {
    let turns = 0;
    const done = new Future<void>();
    class Flood extends WebSocketHandler {
      override async open(): Promise<void> {
        const block = Buffer.alloc(10_000);
        for (let n = 0; n < 2000; n++) await this.send(block);
        done.setResult();
      }
    }
    const client = await rig.raw(await rig.serve([['/', Flood]]));
    client.socket.removeAllListeners('data').resume();
    const count = (): void => {
      turns++;
      if (!done.done()) setImmediate(count);
    };
    setImmediate(count);
    await done;
    expect(turns).toBeGreaterThan(50);
    client.socket.destroy();
  });

  describe('a topic', () => {
    it('reaches every handler once, compressed or not, and forgets who has gone', async () => {
      const topic = new LocalTopic('t');
      class Plain extends WebSocketHandler {
        override open(): void {
          topic.subscribe(this);
          topic.subscribe(this);
        }
      }
      class Compressed extends Plain {
        override getCompressionOptions(): object {
          return {};
        }
      }
      const url = await rig.serve([
        ['/plain', Plain],
        ['/compressed', Compressed],
      ]);
      const clients = [
        await rig.connect(`${url}/plain`),
        await rig.connect(`${url}/compressed`),
        await rig.connect(`${url}/compressed`, { compressionOptions: {} }),
        await rig.connect(`${url}/compressed`, { compressionOptions: { contextTakeover: true } }),
      ];
      expect(topic.size).toBe(4);
      for (const message of ['short', 'long '.repeat(2000), 'ünïcödé '.repeat(100)]) {
        void topic.publish(message);
        for (const client of clients) expect(await client.readMessage()).toBe(message);
      }
      void topic.publish(Buffer.from([0, 255]));
      for (const client of clients)
        expect(await client.readMessage()).toEqual(Buffer.from([0, 255]));
      for (const client of clients) {
        client.close();
        await client.readMessage();
      }
      while (topic.size > 0) await turn();
    });

    it('goes on to those who read while others do not', async () => {
      const topic = new LocalTopic('t');
      class Subscriber extends WebSocketHandler {
        override getSendLimit(): SendLimitOptions {
          return { maxBytes: MAX_BYTES, policy: 'dropOldest' };
        }
        override open(): void {
          topic.subscribe(this);
        }
      }
      const url = await rig.serve([['/', Subscriber]]);
      for (let n = 0; n < 5; n++) (await rig.raw(url)).socket.pause();
      const healthy = await rig.connect(url);
      const message = 'x'.repeat(20_000);
      for (let n = 0; n < 300; n++) {
        void topic.publish(message);
        expect(await healthy.readMessage()).toBe(message);
      }
      expect(topic.size).toBe(6);
    });
  });
});
