import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { ExpectLog } from '@typhoon/log/testing';
import { availablePollers } from '@typhoon/ioloop/testing';
import { IOLoop } from '@typhoon/ioloop';
import { describe, expect, it, vi, afterEach } from 'vitest';
import { listen, open, readAll } from '../../../test/served.ts';
import { Application } from '../application/application.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { fetchApp, type FetchAppOptions } from '../testing/fetch-app.ts';
import { streamRequestBody } from './stream-request-body.ts';
import type { HTTPServer } from '@typhoon/httpserver';
import type { AppResponse } from '../testing/memory-connection.ts';

type Post = (handler: RequestHandler) => unknown;

/** A handler that asks for the body itself. */
function pulling(post: Post): typeof RequestHandler {
  @streamRequestBody({ pull: true })
  class Upload extends RequestHandler {
    override post(): unknown {
      return post(this);
    }
  }
  return Upload;
}

function send(post: Post, options: FetchAppOptions): Promise<AppResponse> {
  return fetchApp(new Application([['/', pulling(post)]]), '/', options);
}

const MULTIPART = { 'Content-Type': 'multipart/form-data; boundary=B' };
const field = (name: string, body: string): string =>
  `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${body}\r\n`;
const file = (name: string, body: string): string =>
  `--B\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.txt"\r\nContent-Type: text/plain\r\n\r\n${body}\r\n`;
const FORM = `${field('a', 'one')}${file('f', 'contents')}${field('b', 'two')}--B--\r\n`;

/** All parts, in one text. */
async function summary(handler: RequestHandler): Promise<void> {
  for await (const part of handler.parts()) {
    handler.write(`${part.name} ${String(part.filename)} ${await part.text()}, `);
  }
}

describe('bodyChunks', () => {
  it('gives the body in pieces while it comes', async () => {
    const chunks: string[] = [];
    const post = async (handler: RequestHandler): Promise<void> => {
      for await (const chunk of handler.bodyChunks()) chunks.push(chunk.toString());
      handler.write(`${chunks.length} of ${handler.request.body.length}`);
    };
    const { body } = await send(post, { body: ['some', 'more', 'bytes'] });
    expect(chunks.join('')).toBe('somemorebytes');
    expect(body.toString()).toMatch(/ of 0$/);
  });

  it('gives the whole body of other handlers, too', async () => {
    class Plain extends RequestHandler {
      override async post(): Promise<void> {
        for await (const chunk of this.bodyChunks()) this.write(`[${chunk.toString()}]`);
      }
    }
    const app = new Application([['/', Plain]]);
    expect((await fetchApp(app, '/', { body: 'bytes' })).body.toString()).toBe('[bytes]');
    expect((await fetchApp(app, '/', { method: 'POST' })).body.toString()).toBe('');
  });

  it('drops what a loop that is left early has not taken', async () => {
    const post = async (handler: RequestHandler): Promise<void> => {
      for await (const chunk of handler.bodyChunks()) {
        handler.write(chunk);
        break;
      }
    };
    expect((await send(post, { body: ['a', 'b', 'c'] })).body.toString()).toMatch(/^a/);
  });

  it('has one reader', async () => {
    const codes: unknown[] = [];
    const post = async (handler: RequestHandler): Promise<void> => {
      const chunks = handler.bodyChunks();
      const first = chunks.next();
      await chunks.next().catch((error: unknown) => codes.push(error));
      await first;
    };
    await send(post, { body: 'x' });
    expect(codes).toMatchObject([{ code: 'ERR_BODY' }]);
  });

  it('ends with the client, without a word in the log', async () => {
    const client = new AbortController();
    let seen: unknown;
    const post = async (handler: RequestHandler): Promise<void> => {
      try {
        for await (const chunk of handler.bodyChunks()) if (chunk.length > 0) client.abort();
      } catch (error) {
        seen = error;
        throw error;
      }
    };
    const sent = send(post, { body: ['x', 'y', 'z'], signal: client.signal });
    await expect(sent).rejects.toThrow();
    await vi.waitFor(() => {
      expect(seen).toMatchObject({ code: 'ERR_TRANSPORT_CLOSED' });
    });
  });
});

describe('parts', () => {
  it('gives fields and files, one after another', async () => {
    const { body } = await send(summary, { headers: MULTIPART, body: FORM });
    expect(body.toString()).toBe('a null one, f f.txt contents, b null two, ');
  });

  it('does so however the body comes, and of whole bodies', async () => {
    const pieces = FORM.match(/[^]{1,7}/g) ?? [];
    const { body } = await send(summary, { headers: MULTIPART, body: pieces });
    expect(body.toString()).toBe('a null one, f f.txt contents, b null two, ');
    class Plain extends RequestHandler {
      override async post(): Promise<void> {
        await summary(this);
      }
    }
    const whole = fetchApp(new Application([['/', Plain]]), '/', {
      headers: MULTIPART,
      body: FORM,
    });
    expect((await whole).body.toString()).toBe(body.toString());
  });

  it('passes over what is not read of a part', async () => {
    const post = async (handler: RequestHandler): Promise<void> => {
      for await (const part of handler.parts()) {
        if (part.filename === null) handler.write(`${part.name} `);
        for await (const piece of part) if (piece.length > 0) break;
      }
    };
    const pieces = FORM.match(/[^]{1,3}/g) ?? [];
    const { body } = await send(post, { headers: MULTIPART, body: pieces });
    expect(body.toString()).toBe('a b ');
  });

  it('gives nothing of a part behind its end', async () => {
    const post = async (handler: RequestHandler): Promise<void> => {
      const parts = handler.parts();
      const { value: part } = await parts.next();
      await parts.next();
      if (part) handler.write(`[${(await part.bytes()).toString()}]`);
    };
    expect((await send(post, { headers: MULTIPART, body: FORM })).body.toString()).toBe('[]');
  });

  it('saves a file, and removes it when it is cut short', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'typhoon-web-')), 'upload');
    const save = async (handler: RequestHandler): Promise<void> => {
      for await (const part of handler.parts({ maxPartSize: 100 })) {
        if (part.filename !== null) handler.write(String(await part.saveTo(path)));
      }
    };
    const { body } = await send(save, { headers: MULTIPART, body: FORM });
    expect(body.toString()).toBe('8');
    expect(readFileSync(path, 'utf8')).toBe('contents');
    const other = `${path}2`;
    const post = async (handler: RequestHandler): Promise<void> => {
      for await (const part of handler.parts({ maxPartSize: 100 })) await part.saveTo(other);
    };
    const large = [file('f', 'x'.repeat(60)).slice(0, -2), 'x'.repeat(60)];
    expect((await quietly(() => send(post, { headers: MULTIPART, body: large }))).status).toBe(413);
    expect(existsSync(other)).toBe(false);
  });

  it.each([
    ['a form that is none', 'nonsense', 400],
    ['a part that is no text', FORM.replace('one', '\u00ff'), 400],
    ['a field that is too large to keep', FORM.replace('one', 'x'.repeat(2_000_000)), 413],
  ])('answers %s', async (_name, form, status) => {
    const body = Buffer.from(form, 'latin1');
    const answer = await quietly(() => send(summary, { headers: MULTIPART, body }));
    expect(answer.status).toBe(status);
  });

  it('answers another type with 400', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    expect((await quietly(() => send(summary, { headers, body: FORM }))).status).toBe(400);
  });
});

/** Without the warnings of refused requests. */
function quietly<T>(run: () => Promise<T>): Promise<T> {
  return new ExpectLog('typhoon.general', /4\d\d|multipart/).run(run);
}

describe.each(availablePollers())('over a port, poller %s', (poller) => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  async function serve(post: Post): Promise<HTTPServer> {
    vi.stubEnv('TYPHOON_POLLER', poller);
    new IOLoop();
    return listen([['/', pulling(post)]]);
  }

  /** The answer to a client that has sent this and does not go on. */
  async function answerTo(server: HTTPServer, form: string, length = 1e9): Promise<string> {
    const socket = await open(server.url);
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: ${length}\r\n\r\n${form}`,
    );
    const [head] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return head.toString();
  }

  const HALF = file('f', 'x'.repeat(1000)).slice(0, -10);

  it('a handler that throws at a part is answered though the client does not go on', async () => {
    const server = await serve(async (handler) => {
      for await (const part of handler.parts()) throw new TypeError(part.name);
    });
    const log = new ExpectLog('typhoon.application', 'Uncaught exception');
    const answer = await log.run(() => answerTo(server, HALF, 1e6));
    expect(answer).toMatch(/^HTTP\/1\.1 500 /);
  });

  it('a handler that ignores the body is, too', async () => {
    const server = await serve((handler) => {
      handler.write('no interest');
    });
    expect(await answerTo(server, HALF, 1e6)).toMatch(/^HTTP\/1\.1 200 [^]*no interest$/);
  });

  it('a part that is too large is 413 before the body has ended', async () => {
    const server = await serve(async (handler) => {
      for await (const part of handler.parts({ maxPartSize: 500 })) await part.bytes();
    });
    expect(await quietly(() => answerTo(server, HALF, 1e6))).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('a client that sends on and on is not read while nobody asks', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const taken: number[] = [];
    const server = await serve(async (handler) => {
      const chunks = handler.bodyChunks();
      await gate;
      for await (const chunk of chunks) taken.push(chunk.length);
      handler.write(String(taken.reduce((sum, size) => sum + size, 0)));
    });
    const size = 8_000_000;
    const socket = await open(server.url);
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(size));
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.writableLength).toBeGreaterThan(0);
    release();
    expect(await readAll(socket)).toMatch(/\r\n\r\n8000000$/);
    expect(Math.max(...taken)).toBeLessThan(size / 4);
  });
});
