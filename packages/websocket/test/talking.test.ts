// Handler and client with each other, over real sockets.
import { Future } from '@typhoon/concurrent';
import { HTTPClientError, HTTPRequest } from '@typhoon/httpclient';
import { testCertificate } from '@typhoon/ioloop/testing';
import { RequestHandler } from '@typhoon/web';
import { describe, expect, it } from 'vitest';
import { WebSocketClosedError, WebSocketError, WebSocketHandler } from '../src/index.ts';
import { logged, onBothPollers, Rig } from './on-both-pollers.ts';
import { closing, CLOSE, frame, TEXT } from './strictness/rows.ts';

class Echo extends WebSocketHandler {
  override onMessage(message: string | Buffer): Future<void> {
    return this.send(message);
  }
}

onBothPollers(() => {
  const rig = new Rig();

  describe('messages', () => {
    it('go both ways: text as text, bytes as bytes (WSK-8, 10)', async () => {
      const client = await rig.connect(await rig.serve([['/', Echo]]));
      for (const message of ['', 'hello', 'häß€😀', 'x'.repeat(200), 'é'.repeat(50_000)]) {
        void client.writeMessage(message);
        expect(await client.readMessage()).toBe(message);
      }
      for (const size of [0, 1, 125, 126, 4096, 65_536, 1_000_000]) {
        const bytes = Buffer.alloc(size, 'abc');
        void client.writeMessage(bytes);
        const echo = await client.readMessage();
        expect(Buffer.isBuffer(echo) && echo.equals(bytes)).toBe(true);
      }
    });

    it('go as JSON where they are objects, and as text where bytes are to be (WSK-10)', async () => {
      class Talker extends WebSocketHandler {
        override open(): void {
          void this.writeMessage({ a: 1 });
          void this.writeMessage(Buffer.from('text'), { binary: false });
          void this.writeMessage('bytes', { binary: true });
        }
      }
      const client = await rig.connect(await rig.serve([['/', Talker]]));
      expect(await client.readMessage()).toBe('{"a": 1}');
      expect(await client.readMessage()).toBe('text');
      expect(await client.readMessage()).toEqual(Buffer.from('bytes'));
    });

    it('wait for the one before them (WSK-6)', async () => {
      const events: string[] = [];
      const gates: Future<void>[] = [];
      class Slow extends WebSocketHandler {
        override async onMessage(message: string): Promise<void> {
          events.push(`begin ${message}`);
          const gate = new Future<void>();
          gates.push(gate);
          void this.send('begun');
          await gate;
          events.push(`end ${message}`);
        }
      }
      const client = await rig.connect(await rig.serve([['/', Slow]]));
      for (const message of ['1', '2', '3']) void client.writeMessage(message);
      for (let n = 0; n < 3; n++) {
        await client.readMessage();
        gates[n]?.setResult();
      }
      client.close();
      await client.readMessage();
      expect(events).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
    });

    it('come by async iteration, until the end', async () => {
      class Counter extends WebSocketHandler {
        override open(): void {
          for (let n = 0; n < 100; n++) void this.send(String(n));
          this.close();
        }
      }
      const client = await rig.connect(await rig.serve([['/', Counter]]));
      const all: unknown[] = [];
      for await (const message of client) all.push(message);
      expect(all).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
    });

    it('come to a callback, null last (WSK-27)', async () => {
      const got: unknown[] = [];
      const ended = new Future<void>();
      const client = await rig.connect(await rig.serve([['/', Echo]]), {
        onMessageCallback: (message) => {
          got.push(message);
          if (message === null) ended.setResult();
          else client.close();
        },
      });
      void client.writeMessage('one');
      await ended;
      expect(got).toEqual(['one', null]);
    });
  });

  describe('open', () => {
    it('gets what the path says, and is waited for (WSK-5)', async () => {
      const gate = new Future<void>();
      const events: string[] = [];
      class Greeter extends WebSocketHandler {
        override async open(name: string): Promise<void> {
          events.push(name);
          void this.send('hello');
          await gate;
          events.push('opened');
        }
        override onMessage(message: string): void {
          events.push(message);
          void this.send(message);
        }
      }
      const client = await rig.connect(`${await rig.serve([['/(\\w+)', Greeter]])}/ann`);
      void client.writeMessage('early');
      expect(await client.readMessage()).toBe('hello');
      gate.setResult();
      expect(await client.readMessage()).toBe('early');
      expect(events).toEqual(['ann', 'opened', 'early']);
    });

    it('gets a record of named groups', async () => {
      class Greeter extends WebSocketHandler {
        override open({ name }: { name: string }): void {
          void this.send(name);
        }
      }
      const client = await rig.connect(`${await rig.serve([['/(?<name>\\w+)', Greeter]])}/ben`);
      expect(await client.readMessage()).toBe('ben');
    });

    it('ends the connection when it throws, at once or later (WSK-5)', async () => {
      class Broken extends WebSocketHandler {
        override open(how: string): Promise<void> {
          if (how === 'now') throw new Error('broken now');
          return Promise.reject(new Error('broken later'));
        }
      }
      const url = await rig.serve([['/(\\w+)', Broken]]);
      for (const how of ['now', 'later']) {
        const client = await rig.connect(`${url}/${how}`);
        expect(await client.readMessage()).toBeNull();
        expect(client.closeCode).toBe(1011);
        expect(logged.some((line) => line.includes('Uncaught exception'))).toBe(true);
        logged.length = 0;
      }
    });
  });

  describe('errors', () => {
    it.each(['onMessage', 'onPing', 'onPong'] as const)(
      'in %s are logged and end the connection (WSK-7)',
      async (method) => {
        class Broken extends WebSocketHandler {
          override open(): void {
            if (method === 'onPong') this.ping('p');
          }
        }
        Broken.prototype[method] = () => {
          throw new Error('broken');
        };
        const client = await rig.connect(await rig.serve([['/', Broken]]));
        if (method === 'onPing') client.ping();
        else void client.writeMessage('x');
        expect(await client.readMessage()).toBeNull();
        expect(client.closeCode).toBe(1011);
        expect(logged.filter((line) => line.includes('Uncaught exception'))).toHaveLength(1);
      },
    );

    it('say so when onMessage is not overridden (WSK-32)', async () => {
      const client = await rig.connect(await rig.serve([['/', WebSocketHandler]]));
      void client.writeMessage('x');
      expect(await client.readMessage()).toBeNull();
    });

    it('of the peer end the connection with the code that says why (WSK-12, 13, SEC-31)', async () => {
      const url = await rig.serve([['/', Echo]], { websocketMaxMessageSize: 10 });
      for (const [bytes, code] of [
        [frame(3, 'x'), 1002],
        [frame(TEXT, Buffer.of(0xff)), 1007],
        [frame(TEXT, 'x'.repeat(11)), 1009],
        [frame(TEXT, 'x', { mask: null }), 1002],
      ] as const) {
        const client = await rig.raw(url);
        client.socket.write(bytes);
        const said = await client.end();
        expect(said[0]).toBe(0x88);
        expect(said.readUInt16BE(2)).toBe(code);
      }
    });
  });

  describe('closing', () => {
    const closed = new Map<string, Future<unknown[]>>();
    class Closing extends Echo {
      override onClose(): void {
        closed.get(this.request.path)?.setResult([this.closeCode, this.closeReason]);
      }
    }
    const opened = async (path: string) => {
      const ended = new Future<unknown[]>();
      closed.set(path, ended);
      return { url: `${await rig.serve([['/\\w+', Closing]])}${path}`, ended };
    };

    it('tells the handler what the client said, and answers it (WSK-9, 11)', async () => {
      const { url, ended } = await opened('/a');
      const client = await rig.connect(url);
      client.close(3001, 'goodbye');
      expect(await ended).toEqual([3001, 'goodbye']);
      expect(await client.readMessage()).toBeNull();
      expect([client.closeCode, client.closeReason]).toEqual([3001, 'goodbye']);
    });

    it('has no code where none was said (WSK-34)', async () => {
      const { url, ended } = await opened('/b');
      const client = await rig.connect(url);
      client.close();
      expect(await ended).toEqual([null, '']);
      expect(await client.readMessage()).toBeNull();
      expect(client.closeCode).toBeNull();
    });

    it('is told of an end without a close frame, once, without a code (WSK-9, 35, 36)', async () => {
      const { url, ended } = await opened('/c');
      const client = await rig.raw(url);
      client.socket.write(frame(TEXT, 'half').subarray(0, 3));
      client.socket.destroy();
      expect(await ended).toEqual([null, null]);
    });

    it('by the server is answered by the client (WSK-11)', async () => {
      class Bye extends WebSocketHandler {
        override open(): void {
          this.close(4000, 'no more');
          expect(this.wsConnection).toBeNull();
          expect(() => this.send('x')).toThrow(WebSocketClosedError);
          expect(() => {
            this.ping();
          }).toThrow(WebSocketClosedError);
          this.close(); // a second time does nothing
        }
      }
      const client = await rig.connect(await rig.serve([['/', Bye]]));
      expect(await client.readMessage()).toBeNull();
      expect([client.closeCode, client.closeReason]).toEqual([4000, 'no more']);
    });

    it('drops what was said to a connection that is gone, and says so (WSK-10)', async () => {
      const gone = new Future<void>();
      const sent = new Future<unknown>();
      class Late extends WebSocketHandler {
        override onClose(): void {
          try {
            void this.send('x');
          } catch (error) {
            sent.setResult(error);
          }
          gone.setResult();
        }
      }
      const client = await rig.connect(await rig.serve([['/', Late]]));
      client.close();
      expect(() => client.writeMessage('x')).toThrow(WebSocketClosedError);
      expect(client.protocol).toBeNull();
      await gone;
      expect(await sent).toBeInstanceOf(WebSocketClosedError);
    });

    it('comes with code 1001 when the server drains', async () => {
      const server = await rig.server([['/', Echo]]);
      const client = await rig.connect(server.url.replace('http', 'ws'));
      void client.writeMessage('x');
      await client.readMessage();
      const drained = server.drain({ deadlineMs: 5000 });
      expect(await client.readMessage()).toBeNull();
      expect(client.closeCode).toBe(1001);
      expect((await drained).aborted).toEqual([]);
    });

    it('refuses codes and reasons that cannot be sent', async () => {
      const client = await rig.connect(await rig.serve([['/', Echo]]));
      for (const [code, reason] of [
        [1005, ''],
        [999, ''],
        [1000, 'r'.repeat(124)],
      ] as const) {
        expect(() => {
          client.protocol?.close(code, reason);
        }).toThrow(WebSocketError);
      }
    });
  });

  describe('behind the handshake', () => {
    it('what belongs to an answer is refused (WSK-4)', async () => {
      const codes: unknown[] = [];
      class Wrong extends WebSocketHandler {
        override open(): void {
          for (const call of [
            () => {
              this.write('x');
            },
            () => {
              this.redirect('/');
            },
            () => {
              this.setHeader('A', 'b');
            },
            () => {
              this.setCookie('a', 'b');
            },
            () => {
              this.setStatus(200);
            },
            () => void this.flush(),
            () => void this.finish(),
          ]) {
            try {
              call();
            } catch (error) {
              codes.push((error as WebSocketError).code);
            }
          }
          void this.send('done');
        }
      }
      const client = await rig.connect(await rig.serve([['/', Wrong]]));
      expect(await client.readMessage()).toBe('done');
      expect(codes).toEqual(Array(7).fill('ERR_NOT_SUPPORTED'));
    });

    it('prepare, the current user, cookies and headers are those of any handler (WSK-3, 33)', async () => {
      class Prepared extends WebSocketHandler {
        override async prepare(): Promise<void> {
          await Promise.resolve();
          if (this.getQueryArgument('user', { default: '' }) === '') {
            this.setStatus(401);
            void this.finish('who?');
            return;
          }
          this.setHeader('X-Prepared', 'yes');
          this.setCookie('seen', '1');
        }
        override getCurrentUser(): unknown {
          return this.getQueryArgument('user');
        }
        override open(): void {
          this.setNodelay(true);
          void this.send(String(this.currentUser));
        }
      }
      const url = await rig.serve([['/', Prepared]], { compressResponse: true });
      const client = await rig.connect(`${url}/?user=ann`);
      expect(await client.readMessage()).toBe('ann');
      expect(client.headers.get('X-Prepared')).toBe('yes');
      expect(client.headers.get('Set-Cookie')).toContain('seen=1');
      expect(client.headers.has('Content-Type')).toBe(false);
      const refused = await rig.connect(url).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(HTTPClientError);
      expect((refused as HTTPClientError).status).toBe(401);
    });
  });

  it('talks over TLS', async () => {
    const url = await rig.serve([['/', Echo]], {}, { tls: testCertificate });
    const request = new HTTPRequest(url, {
      caCerts: testCertificate.cert,
      sslOptions: { ca: testCertificate.cert, servername: 'localhost' },
    });
    const client = await rig.connect(request);
    for (const message of ['x', 'y'.repeat(300_000)]) {
      void client.writeMessage(message);
      expect(await client.readMessage()).toBe(message);
    }
  });

  it('keeps what comes in the same segment as the handshake', async () => {
    class Both extends Echo {
      override open(): void {
        void this.send('first');
      }
    }
    const client = await rig.raw(await rig.serve([['/', Both]]));
    client.socket.write(Buffer.concat([frame(TEXT, 'a'), frame(CLOSE, closing(1000))]));
    const all = await client.end();
    expect(all.toString('latin1')).toBe('\x81\x05first\x81\x01a\x88\x02\x03\xe8');
  });

  it('is 404 to plain requests elsewhere, and leaves other handlers alone', async () => {
    class Plain extends RequestHandler {
      override get(): void {
        this.write('plain');
      }
    }
    const server = await rig.server([
      ['/ws', Echo],
      ['/', Plain],
    ]);
    expect(await (await fetch(server.url)).text()).toBe('plain');
    const failed = await rig.connect(server.url.replace('http', 'ws')).catch((e: unknown) => e);
    expect((failed as WebSocketError).message).toBe('Non-websocket response');
  });
});
