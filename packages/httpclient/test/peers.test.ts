// Servers of others, as Debian has them: nginx, and Python's http.server.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onWorlds } from './on-pollers.ts';
import type { ChildProcess } from 'node:child_process';
import type { AddressInfo } from 'node:net';

const LARGE = Buffer.alloc(3_000_000, 'a line of text that compresses well\n');

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function nginxConf(folder: string, port: number): string {
  return `
    daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 128; }
    http {
      access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p;
      fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
      default_type text/plain; gzip on; gzip_min_length 1; keepalive_requests 3;
      server {
        listen 127.0.0.1:${port};
        root ${folder}/root;
        location /moved { return 301 /large.txt; }
        location /round { return 302 /round; }
        location /put { dav_methods PUT; }
        location /teapot { return 418 short; }
      }
    }`;
}

interface Peer {
  readonly name: string;
  readonly isThere: boolean;
  start(folder: string, port: number): ChildProcess;
}

const nginx: Peer = {
  name: 'nginx',
  isThere: spawnSync('nginx', ['-v']).error === undefined,
  start: (folder, port) => {
    writeFileSync(join(folder, 'conf'), nginxConf(folder, port));
    return spawn('nginx', ['-e', join(folder, 'error.log'), '-c', join(folder, 'conf')], {
      stdio: 'ignore',
    });
  },
};

const python: Peer = {
  name: 'http.server of Python',
  isThere: spawnSync('/usr/bin/python3', ['-V']).error === undefined,
  start: (folder, port) =>
    spawn(
      '/usr/bin/python3',
      ['-m', 'http.server', '--bind', '127.0.0.1', '-d', join(folder, 'root'), String(port)],
      { stdio: 'ignore' },
    ),
};

describe.each([nginx, python].filter(({ isThere }) => isThere))('$name', (peer) => {
  const folder = mkdtempSync(join(tmpdir(), 'typhoon-peer-'));
  let child: ChildProcess;
  let url = '';

  beforeAll(async () => {
    mkdirSync(join(folder, 'root', 'folder'), { recursive: true });
    writeFileSync(join(folder, 'root', 'large.txt'), LARGE);
    writeFileSync(join(folder, 'root', 'folder', 'index.html'), 'index');
    const port = await freePort();
    child = peer.start(folder, port);
    url = `http://127.0.0.1:${port}`;
    for (let n = 0; n < 100; n++) {
      if (
        await fetch(url).then(
          () => true,
          () => false,
        )
      )
        break;
      await delay(50);
    }
  });
  afterAll(async () => {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    rmSync(folder, { recursive: true });
  });

  onWorlds((_world, make) => {
    it('sends a large file, and what is asked of it at once', async () => {
      using client = make({ maxClients: 4 });
      const answers = Array.from({ length: 8 }, () => client.fetch(`${url}/large.txt`));
      for (const { body } of await Promise.all(answers)) expect(body.equals(LARGE)).toBe(true);
    });

    it('answers one request after another, and closes when it likes', async () => {
      using client = make();
      for (let n = 0; n < 10; n++) {
        const { code } = await client.fetch(`${url}/large.txt`, { method: 'HEAD' });
        expect(code).toBe(200);
      }
    });

    it('says what is not there, and where a folder is', async () => {
      using client = make();
      const missing = await client.fetch(`${url}/none`, { raiseError: false });
      expect(missing.code).toBe(404);
      const { effectiveUrl, body } = await client.fetch(`${url}/folder`);
      expect([effectiveUrl, body.toString()]).toEqual([`${url}/folder/`, 'index']);
    });

    it('streams, and hears when the stream is left', async () => {
      using client = make();
      const response = await client.stream(`${url}/large.txt`, { decompressResponse: false });
      for await (const piece of response) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      expect((await client.fetch(`${url}/folder/`)).code).toBe(200);
    });

    if (peer !== nginx) return;

    it('redirects, in a circle, too', async () => {
      using client = make();
      expect((await client.fetch(`${url}/moved`)).body.equals(LARGE)).toBe(true);
      await expect(async () => await client.fetch(`${url}/round`)).rejects.toMatchObject({
        code: 'ERR_TOO_MANY_REDIRECTS',
        status: 302,
      });
      expect((await client.fetch(`${url}/teapot`, { raiseError: false })).body.toString()).toBe(
        'short',
      );
    });
  });
});
