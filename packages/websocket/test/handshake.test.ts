// The handshake, from both sides.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { HTTPClientError, HTTPRequest } from '@typhoon/httpclient';
import { TransportError } from '@typhoon/ioloop';
import { RequestHandler } from '@typhoon/web';
import { afterEach, describe, expect, it } from 'vitest';
import { websocketConnect, WebSocketError, WebSocketHandler } from '../src/index.ts';
import { acceptDeflate, agreedDeflate, deflateOffer } from '../src/lib/deflate/deflate-params.ts';
import { acceptKey } from '../src/lib/handshake/accept-key.ts';
import { logged, onBothPollers, Rig } from './on-both-pollers.ts';
import { frame, TEXT } from './strictness/rows.ts';

class Echo extends WebSocketHandler {
  override onMessage(message: string | Buffer): unknown {
    return this.send(message);
  }
}

it('proves that it has read the key (WSK-3, 30)', () => {
  expect(acceptKey('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
});

onBothPollers(() => {
  const rig = new Rig();

  describe('a server', () => {
    it('answers 101, without a Content-Type (WSK-3)', async () => {
      const { head } = await rig.raw(await rig.serve([['/', Echo]]));
      expect(head).toContain('HTTP/1.1 101 Switching Protocols\r\n');
      expect(head).toContain('Sec-Websocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n');
      expect(head).not.toMatch(/Content-|Sec-Websocket-Extensions/);
    });

    it.each([
      [{ Upgrade: 'h2c' }, 400, 'Can "Upgrade" only to "WebSocket".'],
      [{ Upgrade: '' }, 400, 'Can "Upgrade" only to "WebSocket".'],
      [{ Connection: 'keep-alive' }, 400, '"Connection" must be "Upgrade".'],
      [{ Connection: 'keep-alive, UPGRADE', Upgrade: 'WebSocket' }, 101, ''],
      [{ Origin: 'http://evil.example' }, 403, 'Cross origin websockets not allowed'],
      [{ 'Sec-WebSocket-Version': '12' }, 426, 'Upgrade Required'],
      [{ 'Sec-WebSocket-Version': '' }, 426, 'Upgrade Required'],
      [{ 'Sec-WebSocket-Version': '7' }, 101, ''],
      [{ 'Sec-WebSocket-Version': '8' }, 101, ''],
      [{ 'Sec-WebSocket-Key': '' }, 400, 'Missing/Invalid WebSocket headers'],
      [{ 'Sec-WebSocket-Key': 'short' }, 400, 'Missing/Invalid WebSocket headers'],
      [{ Upgrade: 'x', Origin: 'http://evil.example' }, 400, 'Can "Upgrade" only to "WebSocket".'],
      [{ Origin: 'http://evil.example', 'Sec-WebSocket-Version': '' }, 403, 'Cross origin'],
    ] as const)('looks at %o: %i (WSK-1)', async (fields, status, message) => {
      const client = await rig.raw(await rig.serve([['/', Echo]]), { ...fields });
      expect(client.status).toBe(status);
      if (status === 101) return;
      await client.until(({ output }) => output.includes(message));
      expect(client.head.includes('Sec-Websocket-Version: 7, 8, 13')).toBe(status === 426);
    });

    it('can be asked for its request for as long as it lives, also when that was put away', async () => {
      class Asked extends WebSocketHandler {
        opened: unknown = null;
        override open(): void {
          this.opened = this.request;
        }
        override onMessage(): unknown {
          const { method, uri, headers, remoteIp, host, connection } = this.request;
          const user = `${this.getCookie('user', '')}, ${this.getArgument('name')}`;
          const at = `${method} ${uri} ${host} ${remoteIp} ${headers.get('X-A', '')}`;
          const isFirst = this.request === this.opened;
          const isOld = this.request.requestTime() >= 0;
          return this.send(
            `${user}: ${at} ${this.getStatus()} ${connection.isClosed} ${isOld} ${isFirst}`,
          );
        }
      }
      class Named extends Asked {
        override prepare(): void {
          this.request.headers.set('X-A', 'changed'); // no text says that any more
        }
      }
      const url = await rig.serve([
        ['/', Asked],
        ['/named', Named],
      ]);
      const host = new URL(url).host;
      for (const [path, field, isFirst] of [
        ['/', 'sent', false],
        ['/named', 'changed', true],
      ] as const) {
        const headers = { Cookie: 'user=me', 'X-A': 'sent' };
        const client = await rig.connect(new HTTPRequest(`${url}${path}?name=n`, { headers }));
        await client.writeMessage('?');
        const at = `GET ${path}?name=n ${host} 127.0.0.1 ${field}`;
        expect(await client.readMessage()).toBe(`me, n: ${at} 101 true true ${isFirst}`);
      }
    });

    it('keeps what the path and the user were found to be', async () => {
      class Room extends WebSocketHandler {
        override getCurrentUser(): unknown {
          return {};
        }
        override onMessage(): unknown {
          return this.send(`${this.pathArgs.join()} ${this.currentUser === seen}`);
        }
        override open(): void {
          seen = this.currentUser;
        }
      }
      let seen: unknown = null;
      const client = await rig.connect(`${await rig.serve([['/room/(.*)', Room]])}/room/7`);
      await client.writeMessage('?');
      expect(await client.readMessage()).toBe('7 true');
    });

    it('knows who comes from the same host and port (WSK-2)', async () => {
      const url = new URL(await rig.serve([['/', Echo]]));
      const other = Number(url.port) + 1;
      for (const [fields, status] of [
        [{ Origin: `http://${url.host}` }, 101],
        [{ Origin: `https://${url.host}` }, 101],
        [{ Origin: `http://127.0.0.1:${other}` }, 403],
        [{ Origin: url.host }, 403],
        [{ Origin: 'null' }, 403],
        [{ 'Sec-Websocket-Origin': 'http://evil.example' }, 403],
        [{ Host: 'App.example', Origin: 'http://aPP.example' }, 101],
        [{ Host: 'app.example', Origin: 'http://sub.app.example' }, 403],
      ] as const) {
        expect([fields, (await rig.raw(url.href, { ...fields })).status]).toEqual([fields, status]);
      }
    });

    it('lets an application decide', async () => {
      class Open extends Echo {
        override checkOrigin(origin: string): boolean {
          return origin.endsWith('.example');
        }
      }
      const url = await rig.serve([['/', Open]]);
      expect((await rig.raw(url, { Origin: 'http://a.example' })).status).toBe(101);
    });

    it('asks once for the subprotocol, with an empty list when none is offered (WSK-23)', async () => {
      const asked: (readonly string[])[] = [];
      class Choosing extends Echo {
        override selectSubprotocol(offered: readonly string[]): string | null {
          asked.push(offered);
          return offered.includes('b') ? 'b' : null;
        }
      }
      const url = await rig.serve([['/', Choosing]]);
      const client = await rig.connect(url, { subprotocols: ['a', 'b'] });
      expect(client.selectedSubprotocol).toBe('b');
      expect((await rig.connect(url, { subprotocols: ['c'] })).selectedSubprotocol).toBeNull();
      expect((await rig.connect(url)).selectedSubprotocol).toBeNull();
      expect(asked).toEqual([['a', 'b'], ['c'], []]);
    });

    it('must not choose one that was not offered (WSK-23)', async () => {
      class Wrong extends Echo {
        override selectSubprotocol(): string {
          return 'other';
        }
      }
      expect((await rig.raw(await rig.serve([['/', Wrong]]))).status).toBe(500);
      expect(logged.join()).toContain('Uncaught exception');
    });
  });

  describe('compression', () => {
    class Compressing extends Echo {
      override getCompressionOptions(): object {
        return { thresholdBytes: 0 };
      }
    }

    it('is used when both want it, and not when one alone does (WSK-19, 22)', async () => {
      const url = await rig.serve([
        ['/yes', Compressing],
        ['/no', Echo],
      ]);
      for (const [path, options, answer] of [
        [
          '/yes',
          { compressionOptions: {} },
          'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
        ],
        ['/yes', {}, undefined],
        ['/no', { compressionOptions: {} }, undefined],
      ] as const) {
        const client = await rig.connect(url + path, options);
        expect(client.headers.get('Sec-WebSocket-Extensions')).toBe(answer);
        void client.writeMessage('a'.repeat(1000));
        expect(await client.readMessage()).toBe('a'.repeat(1000));
      }
    });

    it('costs a short message of a client six bytes, of a server two, and four between them when compressed (WSK-31)', async () => {
      const plain = await rig.raw(await rig.serve([['/', Echo]]));
      const sent = frame(TEXT, 'hello');
      plain.socket.write(sent);
      await plain.until(({ output }) => output.length >= 7);
      expect([sent.length, plain.output.length]).toEqual([11, 7]);
    });
  });

  describe('a client', () => {
    const servers: Server[] = [];
    afterEach(() => {
      for (const server of servers.splice(0)) server.close();
    });

    /** A server that answers every handshake with this. */
    async function answering(answer: (key: string) => string): Promise<string> {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', (head) => {
          const key = /Sec-WebSocket-Key: (\S+)/i.exec(String(head))?.[1] ?? '';
          socket.end(answer(key));
        });
      });
      servers.push(server);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    }
    const failure = async (url: string, options: object = {}): Promise<unknown> =>
      websocketConnect(url, options).then(
        () => 'connected',
        (error: unknown) => error,
      );
    const upgraded = (key: string, more = ''): string =>
      `HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n${more}\r\n`;

    it('wants a proper answer, and no extension that it did not ask for (WSK-25)', async () => {
      for (const answer of [
        (key: string) => upgraded(key).replace('Upgrade: websocket', 'Upgrade: x'),
        (key: string) => upgraded(key).replace('Connection: Upgrade', 'Connection: close'),
        () => upgraded('another'),
        (key: string) => upgraded(key, 'Sec-WebSocket-Extensions: permessage-deflate\r\n'),
        (key: string) => upgraded(key, 'Sec-WebSocket-Protocol: chat\r\n'),
        () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
        () => 'nonsense\r\n\r\n',
        () => '',
      ]) {
        const error = await failure(await answering(answer));
        expect(error).toBeInstanceOf(WebSocketError);
        expect((error as WebSocketError).code).toBe('ERR_HANDSHAKE');
      }
    });

    it('does not follow redirects, and tells every other answer as an error (WSK-24)', async () => {
      class Elsewhere extends RequestHandler {
        override get(): void {
          this.redirect('/');
        }
      }
      const url = await rig.serve([['/x', Elsewhere]]);
      for (const [path, status] of [
        ['/x', 302],
        ['/nowhere', 404],
      ] as const) {
        const error = await failure(url + path);
        expect(error).toBeInstanceOf(HTTPClientError);
        expect((error as HTTPClientError).status).toBe(status);
      }
    });

    it('tells what kept it from connecting (WSK-24)', async () => {
      const url = await answering(() => '');
      for (const server of servers.splice(0)) {
        server.close();
        await once(server, 'close');
      }
      const error = await failure(url);
      expect(error).toBeInstanceOf(TransportError);
      expect(await failure('ftp://x/')).toMatchObject({ code: 'ERR_BAD_OPTION' });
      expect(await failure('ws://x/', { maxMessageSize: -1 })).toMatchObject({
        code: 'ERR_BAD_OPTION',
      });
    });

    it('gives up after its time, or when nobody waits any more (WSK-29)', async () => {
      const server = createServer((socket) => socket.on('error', () => undefined)).listen(
        0,
        '127.0.0.1',
      );
      servers.push(server);
      await once(server, 'listening');
      const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      expect(await failure(url, { connectTimeoutMs: 20 })).toMatchObject({ code: 'ERR_TIMEOUT' });
      const abort = new AbortController();
      const attempt = websocketConnect(new HTTPRequest(url, { signal: abort.signal }));
      abort.abort();
      await expect(Promise.resolve(attempt)).rejects.toMatchObject({ name: 'CancelledError' });
      const both = websocketConnect(new HTTPRequest(url), { connectTimeoutMs: 1 });
      await expect(Promise.resolve(both)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    });

    it('sends the header fields and credentials of its request (WSK-24)', async () => {
      class Fields extends WebSocketHandler {
        override open(): void {
          const { headers } = this.request;
          void this.writeMessage([
            headers.get('X-A'),
            headers.get('Authorization'),
            this.request.uri,
          ]);
        }
      }
      const { host } = new URL(await rig.serve([['/x', Fields]]));
      const client = await rig.connect(
        new HTTPRequest(`ws://ann:p%20w@${host}/x?y=1#z`, { headers: { 'X-A': 'b' } }),
      );
      const basic = Buffer.from('ann:p w').toString('base64');
      expect(JSON.parse(String(await client.readMessage()))).toEqual([
        'b',
        `Basic ${basic}`,
        '/x?y=1',
      ]);
    });

    it('keeps one message that nobody asks for, and lets the server wait with the next (WSK-26)', async () => {
      class Talker extends WebSocketHandler {
        override open(): void {
          for (let n = 0; n < 3; n++) void this.send(String(n));
          this.close();
        }
      }
      const client = await rig.connect(await rig.serve([['/', Talker]]));
      const got = [];
      for (let n = 0; n < 5; n++) got.push(await client.readMessage());
      expect(got).toEqual(['0', '1', '2', null, null]);
    });

    it('pings with what it is given, at most 125 bytes (WSK-16, 38)', async () => {
      const got: string[] = [];
      class Pinged extends Echo {
        override onPing(data: Buffer): void {
          got.push(data.toString());
        }
      }
      const client = await rig.connect(await rig.serve([['/', Pinged]]));
      client.ping();
      client.ping('text');
      client.ping(Buffer.from('bytes'));
      expect(() => {
        client.ping('x'.repeat(126));
      }).toThrow(expect.objectContaining({ code: 'ERR_CONTROL_TOO_LONG' }));
      void client.writeMessage('done');
      await client.readMessage();
      expect(got).toEqual(['', 'text', 'bytes']);
    });
  });
});

describe('parameters of compression', () => {
  it('are offered as the options say (WSK-19)', () => {
    expect(deflateOffer({ contextTakeover: true })).toBe(
      'permessage-deflate; client_max_window_bits',
    );
    expect(deflateOffer({})).toBe(
      'permessage-deflate; client_max_window_bits; client_no_context_takeover; server_no_context_takeover',
    );
  });

  it.each([
    ['permessage-deflate', 'permessage-deflate'],
    ['permessage-deflate; client_max_window_bits', 'permessage-deflate'],
    [
      'permessage-deflate; client_max_window_bits=10',
      'permessage-deflate; client_max_window_bits=10',
    ],
    [
      'permessage-deflate; server_max_window_bits="9"',
      'permessage-deflate; server_max_window_bits=9',
    ],
    [
      'permessage-deflate; server_no_context_takeover',
      'permessage-deflate; server_no_context_takeover',
    ],
    ['x-other, permessage-deflate', 'permessage-deflate'],
    ['permessage-deflate; unknown, permessage-deflate', 'permessage-deflate'],
    [
      'permessage-deflate; server_max_window_bits=7, permessage-deflate; server_max_window_bits=8',
      'permessage-deflate; server_max_window_bits=8',
    ],
    ['permessage-deflate; server_max_window_bits', null],
    ['permessage-deflate; server_no_context_takeover=1', null],
    ['permessage-deflate; client_max_window_bits=16', null],
    ['permessage-deflate; client_max_window_bits=09', null],
    ['x-webkit-deflate-frame', null],
    ['', null],
  ])('of the offer %s are answered %s (WSK-20, 37)', (offer, answer) => {
    expect(acceptDeflate(offer, { contextTakeover: true })?.answer ?? null).toBe(answer);
  });

  it.each([
    ['permessage-deflate', true, true],
    ['permessage-deflate; client_max_window_bits=8', true, true],
    ['permessage-deflate; client_max_window_bits', true, false],
    ['permessage-deflate; x', true, false],
    ['permessage-deflate, permessage-deflate', true, false],
    ['x-other', true, false],
    ['permessage-deflate', false, false],
  ])('of the answer %s, offered: %o, are taken: %o (WSK-20, 25)', (answer, isOffered, isTaken) => {
    const agree = () => agreedDeflate(answer, isOffered);
    if (isTaken) expect(agree()).not.toBeNull();
    else expect(agree).toThrow(expect.objectContaining({ code: 'ERR_HANDSHAKE' }));
  });
});
