// Compressed request bodies, wherever the server runs.
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { answer, listener, ok, Rig, WORLDS } from './worlds.ts';
import type { RawClient, World } from './worlds.ts';
import type { HTTPServerOptions } from '../src/lib/server-options.ts';
import type { HTTPServerRequest } from '../src/lib/server-request.ts';

const TEXT = Array.from({ length: 5000 }, (_, at) => String(at * at)).join(' ');
const GET = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';

let rig: Rig | null = null;

afterEach(async () => {
  await rig?.close();
  rig = null;
});

/** Says how the body is compressed, and what it is. */
function tell({ connection, headers, body }: HTTPServerRequest): void {
  const names = ['Content-Encoding', 'X-Consumed-Content-Encoding'];
  answer(connection, [...names.map((name) => headers.get(name) ?? '-'), body.toString()].join(' '));
}

function post(body: Uint8Array, coding = 'gzip', fields = ''): Buffer {
  const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: ${coding}\r\n${fields}Content-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

describe.each(WORLDS)('on $name', (world: World) => {
  const start = (
    app: ConstructorParameters<typeof Rig>[1],
    options: HTTPServerOptions = { decompressRequest: true },
  ): Promise<RawClient> => {
    rig = new Rig(world, app, options);
    return rig.connect();
  };

  async function refusal(client: RawClient, bytes: Buffer, reason: RegExp): Promise<string> {
    const log = new ExpectLog('typhoon.general', reason, { level: 20 });
    return log.run(() => client.send(bytes).all());
  }

  it.each([
    ['gzip', gzipSync(TEXT)],
    ['GZip', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
  ])(
    'a body that came as %s is told decompressed, and its header renamed (H1C-38)',
    async (coding, body) => {
      const client = await start(tell);
      await client.send(post(body, coding)).heard(ok(`- ${coding} ${TEXT}`));
      await client.send(GET).heard(ok('- - '));
    },
  );

  it('a body comes in pieces of at most chunkSize (H1C-38)', async () => {
    const heard: string[] = [];
    const app = listener(heard, {
      finish: (c) => {
        answer(c, 'x');
      },
    });
    const client = await start(app, { decompressRequest: true, chunkSize: 100 });
    await client.send(post(gzipSync(TEXT))).heard(ok('x'));
    const pieces = heard.filter((one) => one.startsWith('data ')).map((one) => one.slice(5));
    expect(pieces.join('')).toBe(TEXT);
    expect(Math.max(...pieces.map(({ length }) => length))).toBe(100);
    expect(heard.at(-1)).toBe('finish');
  });

  it('a form is parsed once it is decompressed, refused when it is not (HSV-11)', async () => {
    const form = gzipSync('city=K%C3%B6ln');
    const type = 'Content-Type: application/x-www-form-urlencoded\r\n';
    const app = (request: HTTPServerRequest): void => {
      answer(request.connection, String(request.bodyArguments.get('city')?.[0]?.length));
    };
    const client = await start(app);
    await client.send(post(form, 'gzip', type)).heard(ok('5'));
    await rig?.close();
    const plain = await start(app, {});
    const text = await refusal(plain, post(form, 'gzip', type), /.*Content-Encoding/i);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('what comes out counts against the limit; nothing beyond it is told (H1C-39, SEC-30, PYS-14)', async () => {
    const heard: string[] = [];
    const client = await start(listener(heard), { decompressRequest: true, maxBodySize: 200_000 });
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const text = await refusal(client, post(bomb), /.*decompressed body too large/);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    const told = heard.filter((one) => one.startsWith('data '));
    expect(told.join('').length).toBeLessThanOrEqual(200_000 + 5 * told.length);
    expect(heard).toContain('gone');
  });

  it('the application’s limit for one request counts what comes out, too (H1C-21, 39)', async () => {
    const app = listener([], {
      head: (c) => {
        c.setMaxBodySize(1000);
      },
    });
    const client = await start(app);
    const text = await refusal(client, post(gzipSync(Buffer.alloc(1001))), /.*too large/);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
  });

  it.each([
    ['cut short', gzipSync(TEXT).subarray(0, -9)],
    ['no gzip', Buffer.from('hello')],
    ['zlib, and said to be gzip', deflateSync(TEXT)],
    ['another body behind its end', Buffer.concat([gzipSync(TEXT), Buffer.from('more')])],
    ['zeros behind its end', Buffer.concat([gzipSync(TEXT), Buffer.alloc(5)])],
    ['a broken checksum', Buffer.concat([gzipSync(TEXT).subarray(0, -8), Buffer.alloc(8)])],
  ])(
    'a body that is %s is answered 400, its request is not complete (H1C-39, SEC-8, UTL-3)',
    async (_what, body) => {
      const heard: string[] = [];
      const client = await start(listener(heard));
      const text = await refusal(client, post(body), /Malformed HTTP message from/);
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      expect(heard).not.toContain('finish');
      expect(heard).toContain('gone');
    },
  );

  it('a body waits for a delegate that asks for time, piece by piece', async () => {
    let running = 0;
    let most = 0;
    const app = listener([], {
      data: async () => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running--;
      },
      finish: (c) => {
        answer(c, `${running} ${most}`);
      },
    });
    const client = await start(app, { decompressRequest: true, chunkSize: 1000 });
    await client.send(post(gzipSync(TEXT))).heard(ok('0 1'));
  });

  it('a delegate that fails in the midst loses its connection', async () => {
    const app = listener([], {
      data: () => {
        throw new Error('broken');
      },
    });
    const client = await start(app);
    const log = new ExpectLog('typhoon.application', /Exception in callback/);
    await log.run(() => client.send(post(gzipSync(TEXT))).all());
    expect(client.output).toBe('');
  });

  it('a coding that nobody knows is the application’s', async () => {
    const client = await start(tell);
    await client.send(post(Buffer.from('x'), 'zstd')).heard(ok('zstd - x'));
  });
});
