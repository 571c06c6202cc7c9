// How a request's body comes in, wherever the server runs: in memory, on both pollers, behind TLS.
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { answer, echo, listener, nextTurn, ok, Rig, until, WORLDS } from './worlds.ts';
import type { RawClient, World } from './worlds.ts';
import type { RequestCallback } from '../src/lib/callback-delegate.ts';
import type { HTTPServerConnectionDelegate } from '../src/lib/http-connection.ts';
import type { HTTPServerOptions } from '../src/lib/server-options.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: x\r\n';
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;

let rig: Rig | null = null;

afterEach(async () => {
  await rig?.close();
  rig = null;
});

describe.each(WORLDS)('on $name', (world: World) => {
  function start(
    app: HTTPServerConnectionDelegate | RequestCallback,
    options: HTTPServerOptions = {},
  ): Promise<RawClient> {
    rig = new Rig(world, app, options);
    return rig.connect();
  }

  describe('a body', () => {
    it('comes in pieces of at most chunkSize, none of them empty (H1C-19)', async () => {
      const heard: string[] = [];
      const app = listener(heard, {
        finish: (c) => {
          answer(c, 'x');
        },
      });
      const client = await start(app, { chunkSize: 4 });
      client.send(`${CHUNKED}a\r\n0123456789\r\n1\r\na\r\n0\r\n\r\n`);
      await client.heard(ok('x'));
      const pieces = heard.filter((one) => one.startsWith('data ')).map((one) => one.slice(5));
      expect(pieces.join('')).toBe('0123456789a');
      expect(pieces.every(({ length }) => length > 0 && length <= 4)).toBe(true);
    });

    it('is not told on when the answer is complete (H1C-19, 25)', async () => {
      const heard: string[] = [];
      const app = listener(heard, {
        head: (c) => {
          answer(c, 'no');
        },
      });
      const client = await start(app);
      client.send(`${POST}Content-Length: 10\r\n\r\n01234`);
      await client.heard('Connection: close\r\n\r\nno');
      client.send('56789').transport.end();
      await client.all();
      expect(heard.slice(0, 1)).toEqual(['head /']);
      expect(heard.filter((one) => one.startsWith('data'))).toEqual([]);
    });

    it('may be limited by the application while its head is handled (H1C-21)', async () => {
      const heard: string[] = [];
      const app = listener(heard, {
        head: (c) => {
          c.setMaxBodySize(3);
        },
      });
      await new ExpectLog('typhoon.general', /.*Content-Length too long/, { level: 20 }).run(
        async () => {
          const client = await start(app);
          client.send(`${POST}Content-Length: 4\r\n\r\n`);
          expect(await client.all()).toMatch(/^HTTP\/1\.1 413 .*\r\nConnection: close\r\n/);
        },
      );
      await until(() => heard.length >= 3);
      expect(heard).toEqual(['head /', 'gone', 'close 127.0.0.1']);
    });

    it('may be given more room, too, for that request alone (H1C-21)', async () => {
      const heard: string[] = [];
      const app = listener(heard, {
        head: (c) => {
          if (heard.length === 1) c.setMaxBodySize(9);
        },
        finish: (c) => {
          answer(c, 'x');
        },
      });
      await new ExpectLog('typhoon.general', /.*too long/, { level: 20 }).run(async () => {
        const client = await start(app, { maxBodySize: 0 });
        await client.send(`${POST}Content-Length: 4\r\n\r\nabcd`).heard(ok('x'));
        client.send(`${POST}Content-Length: 4\r\n\r\n`);
        expect(await client.all()).toContain('HTTP/1.1 413 ');
      });
    });

    it('waits for the delegate at each step, finish included (H1C-7)', async () => {
      const heard: string[] = [];
      const wait = async (): Promise<void> => {
        await nextTurn();
        heard.push('ready');
      };
      const client = await start(
        listener(heard, {
          head: wait,
          data: wait,
          finish: (c) => {
            answer(c, 'x');
          },
        }),
      );
      client.send(`${POST}Content-Length: 2\r\n\r\nab${GET}`);
      await client.heard(ok('x') + ok('x'));
      expect(heard).toEqual([
        'head /',
        'ready',
        'data ab',
        'ready',
        'finish',
        'head /a',
        'ready',
        'finish',
      ]);
    });

    it('has trailers behind its chunks', async () => {
      const heard: string[] = [];
      const client = await start(
        listener(heard, {
          finish: (c) => {
            answer(c, 'x');
          },
        }),
      );
      client.send(`${CHUNKED}1\r\na\r\n0\r\nDigest: y\r\n\r\n`);
      await client.heard(ok('x'));
      expect(heard).toEqual(['head /', 'data a', 'trailers Digest,y', 'finish']);
    });

    it('has its trailers in the request of a plain function', async () => {
      const client = await start((request) => {
        answer(request.connection, String(request.trailers?.get('Digest')));
      });
      client.send(`${CHUNKED}1\r\na\r\n0\r\nDigest: y\r\n\r\n`);
      await client.heard(ok('y'));
    });
  });

  describe('Expect: 100-continue', () => {
    const head = `${POST}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`;

    it('is answered 100 when the application takes the body (H1C-10)', async () => {
      const client = await start(echo);
      await client.send(head).heard('HTTP/1.1 100 Continue\r\n\r\n');
      await client.send('ok').heard(`100 Continue\r\n\r\n${ok('POST / ok')}`);
    });

    it('is answered when the application has made up its mind (H1C-10)', async () => {
      let decide: () => void = () => undefined;
      const heard: string[] = [];
      const client = await start(
        listener(heard, { head: () => new Promise<void>((resolve) => (decide = resolve)) }),
      );
      client.send(head);
      await until(() => heard.length > 0);
      expect(client.output).toBe('');
      decide();
      await client.heard('HTTP/1.1 100 Continue\r\n\r\n');
    });

    it.each([413, 417])('is refused by %s, and no body is read (H1C-10)', async (code) => {
      const heard: string[] = [];
      const client = await start(
        listener(heard, {
          head: (c) => {
            answer(c, 'no', code);
          },
        }),
      );
      client.send(head);
      await client.heard('\r\n\r\nno');
      client.send('ok').transport.end();
      expect(await client.all()).toMatch(new RegExp(`^HTTP/1.1 ${code} .*\r\n\r\nno$`, 's'));
      await until(() => heard.length >= 2);
      expect(heard).toEqual(['head /', 'close 127.0.0.1']);
    });

    it('is not answered 100 when the body is too large', async () => {
      await new ExpectLog('typhoon.general', /.*too long/, { level: 20 }).run(async () => {
        const client = await start(echo, { maxBodySize: 1 });
        expect(await client.send(head).all()).toMatch(/^HTTP\/1\.1 413 /);
      });
    });

    it('is the only expectation there is: another is answered 417', async () => {
      await new ExpectLog('typhoon.general', /.*Unknown expectation/, { level: 20 }).run(
        async () => {
          const client = await start(echo);
          client.send(`${POST}Content-Length: 2\r\nExpect: tea\r\n\r\n`);
          expect(await client.all()).toMatch(/^HTTP\/1\.1 417 /);
        },
      );
    });
  });
});
