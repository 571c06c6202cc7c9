import { createHash } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ExpectLog } from '@typhoon/log/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { handlerOf } from '../../../test/ask.ts';
import { folderOf } from '../../../test/folder.ts';
import { Application } from '../application/application.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { StaticFileHandler } from './static-file-handler.ts';
import type { AppResponse } from '../testing/memory-connection.ts';
import type { ApplicationSettings } from '../application/application-settings.ts';

const ROBOTS = 'User-agent: *\nDisallow: /\n';
const BIG = Buffer.from(Array.from({ length: 200_000 }, (_, at) => at % 251));
const MODIFIED = new Date('2024-05-06T07:08:09Z');
const root = folderOf({
  'robots.txt': ROBOTS,
  'big.bin': BIG,
  'empty.txt': '',
  'dir/index.html': '<p>index</p>',
  'dir/style.css': 'p {}',
  'sämple.html': '<p>ä</p>',
});
for (const name of ['robots.txt', 'big.bin', 'empty.txt'])
  utimesSync(join(root, name), MODIFIED, MODIFIED);
const outside = folderOf({ 'secret.txt': 'secret' });

const app = new Application([
  ['/files/(.*)', StaticFileHandler, { path: root }],
  ['/site/(.*)', StaticFileHandler, { path: root, defaultFilename: 'index.html' }],
  ['/(.*)', StaticFileHandler, { path: root, defaultFilename: 'index.html' }],
]);

function sha512(content: string | Uint8Array): string {
  return createHash('sha512').update(content).digest('hex');
}

function get(
  target: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<AppResponse> {
  return fetchApp(app, target, { headers, method });
}

/** Expects a status whose reason is in the log. */
function logged<T>(message: string, run: () => Promise<T>): Promise<T> {
  return new ExpectLog('typhoon.general', message).run(run);
}

beforeEach(() => {
  StaticFileHandler.reset();
});

describe('a file', () => {
  it('comes whole, with type, length and what it can be known by (WEB-102, 103, 105, 109, SEC-9)', async () => {
    const { status, headers, body } = await get('/files/robots.txt');
    expect([status, body.toString()]).toEqual([200, ROBOTS]);
    expect(headers.get('Content-Type')).toBe('text/plain');
    expect(headers.get('Content-Length')).toBe(String(ROBOTS.length));
    expect(headers.get('Etag')).toBe(`"${sha512(ROBOTS)}"`);
    expect(headers.get('Last-Modified')).toBe('Mon, 06 May 2024 07:08:09 GMT');
    expect(headers.get('Accept-Ranges')).toBe('bytes');
    expect(headers.has('Cache-Control')).toBe(false);
    expect(headers.has('Expires')).toBe(false);
  });

  it('that is large comes in pieces, in order (WEB-108)', async () => {
    const { body } = await get('/files/big.bin');
    expect(body.equals(BIG)).toBe(true);
  });

  it('may be empty, or have a name beyond ASCII', async () => {
    expect((await get('/files/empty.txt')).body).toHaveLength(0);
    expect((await get('/files/s%C3%A4mple.html')).body.toString()).toBe('<p>ä</p>');
  });

  it('may be kept for ten years under a path with its version (WEB-105)', async () => {
    const { headers } = await get('/files/robots.txt?v=x');
    expect(headers.get('Cache-Control')).toBe('max-age=315360000');
    const years = (Date.parse(headers.get('Expires', '')) - Date.now()) / 86_400_000 / 365;
    expect(Math.round(years)).toBe(10);
  });

  it('has the same headers for HEAD, and no body (WEB-107)', async () => {
    const withoutDate = ({ headers: all }: AppResponse): [string, string][] =>
      [...all.getAll()].filter(([name]) => name !== 'Date');
    const whole = await get('/files/robots.txt');
    // RFC 9110 §14.2: ranges are defined for GET alone.
    for (const headers of [{}, { Range: 'bytes=1-5' }, { Range: 'bytes=999-' }]) {
      const head = await get('/files/robots.txt', headers, 'HEAD');
      expect([head.status, head.body.length]).toEqual([200, 0]);
      expect(withoutDate(head)).toEqual(withoutDate(whole));
    }
  });

  it('that has changed is known by another version', async () => {
    const folder = folderOf({ 'a.txt': 'first' });
    const changing = new Application([['/(.*)', StaticFileHandler, { path: folder }]]);
    const before = (await fetchApp(changing, '/a.txt')).headers.get('Etag');
    writeFileSync(join(folder, 'a.txt'), 'second one');
    const after = await fetchApp(changing, '/a.txt');
    expect(before).toBe(`"${sha512('first')}"`);
    expect(after.headers.get('Etag')).toBe(`"${sha512('second one')}"`);
  });
});

describe('a path', () => {
  it.each([
    '/files/missing.txt',
    '/files/robots.txt/x',
    '/files/a%00b',
    `/files/${'x'.repeat(300)}`,
  ])('to nothing is 404: %s (WEB-100)', async (target) => {
    expect((await get(target)).status).toBe(404);
  });

  it.each([
    `/files/../${basename(outside)}/secret.txt`,
    `/files/%2e%2e/${basename(outside)}/secret.txt`,
    `/files/${outside}/secret.txt`,
    `/files/..%2f${basename(outside)}%2fsecret.txt`,
    '/files/../../../../etc/passwd',
    `/files/../${basename(root)}x/a`,
  ])('out of the folder is 403: %s (WEB-100, SEC-34, PYS-27)', (target) =>
    logged('403 .*is not in root static directory', async () => {
      expect((await get(target)).status).toBe(403);
    }),
  );

  it('that leaves the folder and comes back is fine (WEB-100, PYS-27)', async () => {
    expect((await get(`/files/dir/../../${basename(root)}/robots.txt`)).status).toBe(200);
  });

  it.each(['/files/', '/files/dir', '/files/dir/'])('to a folder is 403: %s (WEB-100)', (target) =>
    logged('403 .*is not a file', async () => {
      expect((await get(target)).status).toBe(403);
    }),
  );

  it('to a folder with a default file is redirected to its slash, and answered there (WEB-101)', async () => {
    const redirected = await get('/site/dir');
    expect([redirected.status, redirected.headers.get('Location')]).toEqual([301, '/site/dir/']);
    const { body, headers } = await get('/site/dir/');
    expect(body.toString()).toBe('<p>index</p>');
    expect(headers.get('Content-Type')).toBe('text/html');
  });

  it('that begins with two slashes is not redirected (WEB-101, SEC-12)', async () => {
    await logged('403 .*cannot redirect path with two initial slashes', async () => {
      const handler = new Application([
        ['//(.*)', StaticFileHandler, { path: root, defaultFilename: 'index.html' }],
      ]);
      expect((await fetchApp(handler, '//dir')).status).toBe(403);
    });
  });

  it.each(['/\\evil.example/%2e%2e', '/\\evil.example/..'])(
    'that a browser would read as two slashes is not redirected: %s (SEC-12)',
    (target) =>
      logged('403 .*cannot redirect path with two initial slashes', async () => {
        expect((await get(target)).status).toBe(403);
      }),
  );

  it('may be anywhere where the folder is the root of the system (WEB-100)', async () => {
    const all = new Application([['(/.*)', StaticFileHandler, { path: '/' }]]);
    expect((await fetchApp(all, join(root, 'robots.txt'))).body.toString()).toBe(ROBOTS);
  });
});

describe('a conditional request', () => {
  const etag = `"${sha512(ROBOTS)}"`;

  it.each([
    { headers: { 'If-None-Match': etag }, status: 304 },
    { headers: { 'If-None-Match': `"x", W/${etag}` }, status: 304 },
    { headers: { 'If-None-Match': '"x"' }, status: 200 },
    { headers: { 'If-Modified-Since': 'Mon, 06 May 2024 07:08:09 GMT' }, status: 304 },
    { headers: { 'If-Modified-Since': 'Monday, 06-May-24 07:08:10 GMT' }, status: 304 },
    { headers: { 'If-Modified-Since': 'Mon, 06 May 2024 07:08:08 GMT' }, status: 200 },
    { headers: { 'If-Modified-Since': 'yesterday' }, status: 200 },
    {
      headers: { 'If-Modified-Since': 'Mon, 06 May 2024 07:08:09 GMT', 'If-None-Match': '"x"' },
      status: 200,
    },
    {
      headers: { 'If-Modified-Since': 'Mon, 06 May 2020 07:08:09 GMT', 'If-None-Match': etag },
      status: 304,
    },
  ])('with $headers is $status (WEB-103, SEC-22)', async ({ headers, status }) => {
    expect((await get('/files/robots.txt', headers)).status).toBe(status);
  });

  it('is answered 304 with Etag, without length and type (WEB-104)', async () => {
    const { headers, body } = await get('/files/robots.txt', { 'If-None-Match': etag });
    expect(headers.get('Etag')).toBe(etag);
    expect(body).toHaveLength(0);
    expect(headers.has('Content-Length')).toBe(false);
    expect(headers.has('Content-Type')).toBe(false);
  });
});

describe('a range', () => {
  const size = ROBOTS.length;

  it.each([
    { range: 'bytes=0-9', part: [0, 10] },
    { range: 'bytes=10-', part: [10, size] },
    { range: 'bytes=-4', part: [size - 4, size] },
    { range: 'bytes=1-999', part: [1, size] },
    { range: 'bytes=5', part: [5, size] },
    { range: `bytes=${size - 1}-${size - 1}`, part: [size - 1, size] },
  ])('$range is a part (WEB-106)', async ({ range, part }) => {
    const [start = 0, end = 0] = part;
    const { status, headers, body } = await get('/files/robots.txt', { Range: range });
    expect([status, body.toString()]).toEqual([206, ROBOTS.slice(start, end)]);
    expect(headers.get('Content-Range')).toBe(`bytes ${start}-${end - 1}/${size}`);
    expect(headers.get('Content-Length')).toBe(String(end - start));
  });

  it.each([
    'bytes=0-',
    `bytes=0-${size - 1}`,
    'bytes=0-999',
    'bytes=-999',
    'asdf',
    'bytes=a-b',
    'lines=1-2',
    'bytes=0-1,3-4',
  ])('%s is the whole file (WEB-106)', async (range) => {
    const { status, headers, body } = await get('/files/robots.txt', { Range: range });
    expect([status, body.toString()]).toEqual([200, ROBOTS]);
    expect(headers.has('Content-Range')).toBe(false);
  });

  it.each([`bytes=${size}-`, 'bytes=999-', 'bytes=-0', 'bytes=5-4'])(
    '%s is 416 (WEB-106, SEC-6)',
    async (range) => {
      const { status, headers } = await get('/files/robots.txt', { Range: range });
      expect([status, headers.get('Content-Range')]).toEqual([416, `bytes */${size}`]);
      expect(headers.get('Content-Type')).toBe('text/plain');
    },
  );

  it.each([
    { ifRange: `"${sha512(ROBOTS)}"`, status: 206 },
    { ifRange: '"old"', status: 200 },
    { ifRange: `W/"${sha512(ROBOTS)}"`, status: 200 },
    { ifRange: 'Mon, 06 May 2024 07:08:09 GMT', status: 206 },
    { ifRange: 'Mon, 06 May 2024 07:08:10 GMT', status: 200 },
  ])(
    'goes with the file it was meant for: If-Range $ifRange is $status',
    async ({ ifRange, status }) => {
      const headers = { Range: 'bytes=0-3', 'If-Range': ifRange };
      expect((await get('/files/robots.txt', headers)).status).toBe(status);
    },
  );

  it('of a large file crosses pieces', async () => {
    const { body } = await get('/files/big.bin', { Range: 'bytes=60000-150000' });
    expect(body.equals(BIG.subarray(60_000, 150_001))).toBe(true);
  });
});

describe('the staticPath setting', () => {
  const settings: ApplicationSettings = { staticPath: root };
  const linking = handlerOf((handler) => {
    handler.write({
      plain: handler.staticUrl('robots.txt'),
      bare: handler.staticUrl('robots.txt', { includeVersion: false }),
      full: handler.staticUrl('robots.txt', { includeHost: true }),
    });
  });

  it('serves its prefix, the icon and robots.txt, before all else (WEB-88)', async () => {
    const shadow = handlerOf((handler) => {
      handler.write('shadowed');
    });
    const site = new Application([['/.*', shadow]], settings);
    for (const target of ['/static/robots.txt', '/robots.txt']) {
      expect((await fetchApp(site, target)).body.toString()).toBe(ROBOTS);
    }
    expect((await fetchApp(site, '/favicon.ico')).status).toBe(404);
    expect((await fetchApp(site, '/other')).body.toString()).toBe('shadowed');
  });

  it('may have another prefix, handler and options (WEB-88)', async () => {
    class Shouting extends StaticFileHandler {
      override setExtraHeaders(path: string): void {
        this.setHeader('X-Path', path);
      }
    }
    const site = new Application([], {
      ...settings,
      staticUrlPrefix: '/a.b/',
      staticHandlerClass: Shouting,
      staticHandlerArgs: { defaultFilename: 'index.html' },
    });
    const { headers, body } = await fetchApp(site, '/a.b/dir/');
    expect([headers.get('X-Path'), body.toString()]).toEqual(['dir/', '<p>index</p>']);
    expect((await fetchApp(site, '/axb/robots.txt')).status).toBe(404);
  });

  it('gives paths with the file’s version, and with the host where that is wanted (WEB-83)', async () => {
    const site = new Application([['/', linking]], settings);
    const { body } = await fetchApp(site, '/', {
      headers: { Host: 'example.com' },
      protocol: 'https',
    });
    const plain = `/static/robots.txt?v=${sha512(ROBOTS)}`;
    expect(JSON.parse(body.toString())).toEqual({
      plain,
      bare: '/static/robots.txt',
      full: `https://example.com${plain}`,
    });
  });

  it('may be asked for the host once and for all (WEB-83)', async () => {
    const full = handlerOf((handler) => {
      handler.includeHost = true;
      handler.write(handler.staticUrl('x', { includeVersion: false }));
    });
    const site = new Application([['/', full]], settings);
    expect((await fetchApp(site, '/')).body.toString()).toBe('http://localhost/static/x');
  });

  it('logs a file that cannot be read, and gives its path without a version (WEB-102)', async () => {
    const missing = handlerOf((handler) => {
      handler.write(handler.staticUrl('missing.css'));
    });
    await logged('Could not open static file', async () => {
      const { body } = await fetchApp(new Application([['/', missing]], settings), '/');
      expect(body.toString()).toBe('/static/missing.css');
    });
  });

  it('is needed for paths of static files (WEB-83)', async () => {
    await new ExpectLog('typhoon.application', 'Uncaught exception').run(async () => {
      expect((await fetchApp(new Application([['/', linking]]), '/')).status).toBe(500);
    });
  });

  it.each([
    { cache: true, isSame: true },
    { cache: false, isSame: false },
  ])(
    'keeps versions until they are forgotten: staticHashCache $cache (WEB-75, 102)',
    async ({ cache, isSame }) => {
      const folder = folderOf({ 'robots.txt': 'first' });
      const site = new Application([['/', linking]], {
        staticPath: folder,
        staticHashCache: cache,
      });
      const before = (await fetchApp(site, '/')).body.toString();
      writeFileSync(join(folder, 'robots.txt'), 'second');
      expect((await fetchApp(site, '/')).body.toString() === before).toBe(isSame);
      StaticFileHandler.reset();
      expect((await fetchApp(site, '/')).body.toString()).not.toBe(before);
    },
  );
});

describe('a subclass', () => {
  class Virtual extends StaticFileHandler {
    override async validateAbsolutePath(_root: string, absolutePath: string): Promise<string> {
      await Promise.resolve();
      return absolutePath;
    }
    override getContentSize(): number {
      return 11;
    }
    override getModifiedTime(): null {
      return null;
    }
    static override getContentVersion(): string {
      return '42';
    }
    static override *getContent(path: string, start: number, end: number): Generator<Buffer> {
      const content = Buffer.from(basename(path).padEnd(11, '.'));
      for (let at = start; at < end; at += 4) yield content.subarray(at, Math.min(at + 4, end));
    }
  }
  const site = new Application([['/v/(.*)', Virtual, { path: '/virtual' }]], {
    staticPath: '/virtual',
    staticUrlPrefix: '/v/',
    staticHandlerClass: Virtual,
  });

  it('may serve what is no file (WEB-110)', async () => {
    const { headers, body } = await fetchApp(site, '/v/hello');
    expect(body.toString()).toBe('hello......');
    expect(headers.get('Etag')).toBe('"42"');
    expect(headers.has('Last-Modified')).toBe(false);
    const part = await fetchApp(site, '/v/hello', { headers: { Range: 'bytes=2-7' } });
    expect([part.status, part.body.toString()]).toEqual([206, 'llo...']);
    const known = await fetchApp(site, '/v/hello', { headers: { 'If-None-Match': '"42"' } });
    expect(known.status).toBe(304);
    expect(
      (await fetchApp(site, '/v/hello', { method: 'HEAD' })).headers.get('Content-Length'),
    ).toBe('11');
  });

  it('gives its own versions to paths (WEB-110)', () => {
    expect(site.makeStaticUrl('x')).toBe('/v/x?v=42');
  });

  it('may give bytes at once (WEB-110)', async () => {
    class Bytes extends Virtual {
      static override getContent(): never {
        return Buffer.from('all at once') as never;
      }
    }
    const bytes = new Application([['/(.*)', Bytes, { path: '/virtual' }]]);
    expect((await fetchApp(bytes, '/x')).body.toString()).toBe('all at once');
  });
});
