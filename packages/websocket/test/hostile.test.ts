// Peers that do their worst, and applications that make mistakes: what it costs, and what goes on all the same.
import { deflateRawSync } from 'node:zlib';
import { Future } from '@typhoon/concurrent';
import { HTTPHeaders } from '@typhoon/http1';
import { describe, expect, it, vi } from 'vitest';
import { WebSocketHandler } from '../src/index.ts';
import { refusalOf } from '../src/lib/handshake/handshake-request.ts';
import { logged, onBothPollers, Rig } from './on-both-pollers.ts';
import { CLOSE, closing, CONTINUATION, frame, PING, PONG, TEXT } from './strictness/rows.ts';

class Echo extends WebSocketHandler {
  override onMessage(message: string | Buffer): unknown {
    return this.send(message);
  }
}

onBothPollers(() => {
  const rig = new Rig();

  describe('a peer', () => {
    it('that sends many messages at once has them copied once, not once for each that waits', async () => {
      const COUNT = 3000;
      class Patient extends WebSocketHandler {
        override async onMessage(message: string): Promise<void> {
          await Promise.resolve();
          await this.send(message);
        }
      }
      const client = await rig.raw(await rig.serve([['/', Patient]]));
      const copies = vi.spyOn(Buffer, 'from');
      client.socket.write(Buffer.concat(Array.from({ length: COUNT }, () => frame(TEXT, 'x'))));
      await client.until(({ output }) => output.length === 3 * COUNT);
      const large = copies.mock.calls.filter(([what]) => Buffer.isBuffer(what) && what.length > 99);
      copies.mockRestore();
      expect(large.length).toBeLessThan(COUNT / 10);
    });

    it('that sends fragments of nothing without end is let, and costs nothing', async () => {
      const client = await rig.raw(await rig.serve([['/', Echo]]));
      const nothing = frame(CONTINUATION, '', { isFinal: false });
      client.socket.write(frame(TEXT, 'a', { isFinal: false }));
      client.socket.write(Buffer.concat(Array.from({ length: 20_000 }, () => nothing)));
      client.socket.write(frame(CONTINUATION, 'b'));
      await client.until(({ output }) => output.equals(Buffer.from('\x81\x02ab', 'latin1')));
    });

    it('that pings without reading has no more waiting than fits on the way', async () => {
      const opened = new Future<WebSocketHandler>();
      let most = 0;
      class Pinged extends WebSocketHandler {
        override open(): void {
          opened.setResult(this);
        }
        override onPing(): void {
          most = Math.max(most, this.bufferedAmount);
        }
      }
      const client = await rig.raw(await rig.serve([['/', Pinged]]));
      client.socket.pause();
      const pings = Buffer.concat(Array.from({ length: 400 }, () => frame(PING, 'x'.repeat(125))));
      for (let n = 0; n < 120; n++) {
        if (!client.socket.write(pings)) await new Promise((go) => client.socket.once('drain', go));
      }
      expect(most).toBeLessThan(1_000_000);
      (await opened).wsConnection?.abort();
    });

    it('that answers pings nobody sent is not answered', async () => {
      const client = await rig.raw(await rig.serve([['/', Echo]]));
      client.socket.write(Buffer.concat(Array.from({ length: 1000 }, () => frame(PONG, 'x'))));
      client.socket.write(frame(TEXT, 'end'));
      await client.until(({ output }) => output.equals(Buffer.from('\x81\x03end', 'latin1')));
    });

    it('may close in the middle of a compressed message', async () => {
      const codes = new Future<number | null>();
      class Compressed extends Echo {
        override getCompressionOptions(): object {
          return {};
        }
        override onClose(): void {
          codes.setResult(this.closeCode);
        }
      }
      const offer = { 'Sec-WebSocket-Extensions': 'permessage-deflate' };
      const client = await rig.raw(await rig.serve([['/', Compressed]]), offer);
      const half = deflateRawSync('x'.repeat(1000)).subarray(0, 5);
      client.socket.write(frame(TEXT, half, { reserved: 4, isFinal: false }));
      client.socket.write(frame(CLOSE, closing(3000)));
      expect(await client.end()).toEqual(Buffer.from([0x88, 2, 0x0b, 0xb8]));
      expect(await codes).toBe(3000);
    });

    it('is told of pings between the fragments while the handler is busy, in order', async () => {
      const heard: string[] = [];
      const gate = new Future<void>();
      class Busy extends WebSocketHandler {
        override async onMessage(message: string): Promise<void> {
          heard.push(message);
          if (message === 'first') await gate;
          if (message === 'last') this.close();
        }
        override onPing(data: Buffer): void {
          heard.push(data.toString());
        }
      }
      const client = await rig.raw(await rig.serve([['/', Busy]]));
      client.socket.write(
        Buffer.concat([
          frame(TEXT, 'first'),
          frame(TEXT, 'la', { isFinal: false }),
          frame(PING, 'ping'),
          frame(CONTINUATION, 'st'),
        ]),
      );
      setImmediate(() => {
        gate.setResult();
      });
      await client.until(({ output }) => output.includes(Buffer.from([0x88, 0])));
      expect(heard).toEqual(['first', 'ping', 'last']);
      expect(client.output.toString('latin1')).toBe('\x8a\x04ping\x88\x00');
    });
  });

  describe('an application', () => {
    it('that allows origins later, by a promise, allows nobody', async () => {
      class Later extends Echo {}
      Later.prototype.checkOrigin = (() => Promise.resolve(true)) as unknown as () => boolean;
      const url = await rig.serve([['/', Later]]);
      expect((await rig.raw(url, { Origin: 'http://a.example' })).status).toBe(403);
    });

    it('hears of the end although who else is told of it throws', async () => {
      const ended = new Future<string>();
      const told: string[] = [];
      class Followed extends Echo {
        override open(): void {
          this.whenGone(() => {
            throw new Error('broken');
          });
          this.whenGone(() => told.push('second'));
        }
        override onClose(): void {
          ended.setResult('told');
        }
      }
      const client = await rig.raw(await rig.serve([['/', Followed]]));
      client.socket.destroy();
      expect(await ended).toBe('told');
      expect(told).toEqual(['second']);
      expect(logged.join()).toContain('Uncaught exception');
    });

    it('that sets no limit to messages has none, compressed ones included', async () => {
      class Unlimited extends Echo {
        override getCompressionOptions(): object {
          return {};
        }
        override get maxMessageSize(): number {
          return Infinity;
        }
      }
      const url = await rig.serve([['/', Unlimited]]);
      const client = await rig.connect(url, { compressionOptions: {} });
      const message = 'x'.repeat(1000);
      await client.writeMessage(message);
      expect(await client.readMessage()).toBe(message);
    });
  });

  it.each([
    [{ 'Content-Length': '1' }, 'x'],
    [{ 'Transfer-Encoding': 'chunked' }, '0\r\n\r\n'],
  ])('a handshake with a body is none: %o', async (fields, body) => {
    const url = await rig.serve([['/', Echo]]);
    const asked = rig.raw(url, fields, body);
    expect((await asked).status).toBe(400);
  });
});

it('a handshake in HTTP/1.0 is none (RFC 9110 7.8)', () => {
  const fields = {
    Host: 'x',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const headers = new HTTPHeaders(fields);
  const body = Buffer.alloc(0);
  const isAllowed = (): boolean => true;
  expect(refusalOf({ headers, body, version: 'HTTP/1.1' }, isAllowed)).toBeNull();
  expect(refusalOf({ headers, body, version: 'HTTP/1.0' }, isAllowed)?.status).toBe(400);
});
