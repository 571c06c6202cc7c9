// Clients and servers from other hands: ws, Node.js's own client, Python's websockets and Tornado, Chromium, and nginx between.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { describeInBrowser } from '../../../browser.shared.ts';
import { RequestHandler } from '@typhoon/web';
import { WebSocketHandler } from '../src/index.ts';
import { onBothPollers, Rig } from './on-both-pollers.ts';

const PYTHON = process.env['TYPHOON_TEST_PYTHON'] ?? '/usr/bin/python3';
const PEERS = fileURLToPath(new URL('python_peers.py', import.meta.url));
const hasPython = (library: string): boolean =>
  spawnSync(PYTHON, ['-c', `import ${library}`], { stdio: 'ignore' }).status === 0;
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
const hasNginx = spawnSync('nginx', ['-v'], { env: { PATH } }).error === undefined;

/** From Node.js 22 on. */
const NodeWebSocket = Reflect.get(globalThis, 'WebSocket') as
  | (new (url: string) => EventTarget & {
      binaryType: string;
      send(message: string | Uint8Array): void;
      close(code: number): void;
    })
  | undefined;

const MESSAGES: readonly (string | Buffer)[] = [
  '',
  'hello',
  'häß€😀',
  'x'.repeat(70_000),
  Buffer.alloc(0),
  Buffer.from([0, 255]),
  Buffer.alloc(70_000, 'abc'),
];

class Echo extends WebSocketHandler {
  override onMessage(message: string | Buffer): unknown {
    return this.send(message);
  }
  override getCompressionOptions(): object {
    return { thresholdBytes: 0 };
  }
  override selectSubprotocol(offered: readonly string[]): string | null {
    return offered.at(-1) ?? null;
  }
}

onBothPollers(() => {
  const rig = new Rig();
  const children: ChildProcess[] = [];

  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  function start(command: string, args: readonly string[]): ChildProcess {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH } });
    children.push(child);
    return child;
  }

  async function outputOf(child: ChildProcess): Promise<string> {
    let text = '';
    for await (const chunk of child.stdout ?? []) text += String(chunk);
    return text;
  }

  /** Sends all messages to an echo, and closes. */
  async function talkTo(url: string, options: object): Promise<number | null> {
    const client = await rig.connect(url, options);
    for (const message of MESSAGES) {
      void client.writeMessage(message);
      const echo = await client.readMessage();
      expect(typeof message === 'string' ? echo : Buffer.from(echo ?? '').equals(message)).toEqual(
        typeof message === 'string' ? message : true,
      );
    }
    client.close(1000);
    expect(await client.readMessage()).toBeNull();
    return client.closeCode;
  }

  describe('our server', () => {
    it.each([
      ['without compression', { perMessageDeflate: false }],
      ['with compression', { perMessageDeflate: { threshold: 0 } }],
      [
        'with small windows',
        { perMessageDeflate: { threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 10 } },
      ],
    ])('talks with ws, %s', async (_how, options) => {
      const client = new WebSocket(await rig.serve([['/', Echo]]), ['a', 'b'], options);
      await once(client, 'open');
      expect(client.protocol).toBe('b');
      for (const message of MESSAGES) {
        client.send(message);
        const [data, isBinary] = (await once(client, 'message')) as [Buffer, boolean];
        expect(isBinary).toBe(typeof message !== 'string');
        expect(data.equals(Buffer.from(message as string))).toBe(true);
      }
      const pong = once(client, 'pong');
      const echo = once(client, 'message');
      client.send('a', { fin: false });
      client.ping('p');
      client.send('b', { fin: true });
      await pong;
      expect(String((await echo)[0])).toBe('ab');
      client.close(3000, 'bye');
      const [code, reason] = (await once(client, 'close')) as [number, Buffer];
      expect([code, reason.toString()]).toEqual([3000, 'bye']);
    });

    it.skipIf(NodeWebSocket === undefined)("talks with Node.js's own", async () => {
      if (NodeWebSocket === undefined) return;
      const client = new NodeWebSocket(await rig.serve([['/', Echo]]));
      client.binaryType = 'arraybuffer';
      await once(client, 'open');
      for (const message of MESSAGES) {
        client.send(message);
        const [{ data }] = (await once(client, 'message')) as [{ data: string | ArrayBuffer }];
        if (typeof message === 'string') expect(data).toBe(message);
        else expect(message.equals(Buffer.from(data as ArrayBuffer))).toBe(true);
      }
      client.close(3000);
      await once(client, 'close');
    });

    it.each(['websockets', 'tornado'])("talks with Python's %s", async (library) => {
      if (!hasPython(library)) return;
      const child = start(PYTHON, [PEERS, 'client', library, await rig.serve([['/', Echo]])]);
      expect(await outputOf(child)).toBe('done\n');
    });

    it.skipIf(!hasNginx)('talks behind nginx', async () => {
      const { port } = new URL(await rig.serve([['/', Echo]]));
      const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
      const front = await freePort();
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${join(folder, name)};`,
      );
      writeFileSync(
        join(folder, 'conf'),
        `daemon off; master_process off; pid ${join(folder, 'pid')}; error_log stderr;
events {}
http { access_log off; ${temporary.join(' ')}
  server { listen 127.0.0.1:${front};
    location / { proxy_pass http://127.0.0.1:${port}; proxy_http_version 1.1; proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; } } }`,
      );
      start('nginx', ['-p', folder, '-e', 'stderr', '-c', join(folder, 'conf')]);
      try {
        await rig.listening(front);
        expect(await talkTo(`ws://127.0.0.1:${front}/`, { compressionOptions: {} })).toBe(1000);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });

  describe('our client', () => {
    it.each([
      ['without compression', false, {}],
      ['with compression', { threshold: 0 }, { compressionOptions: { thresholdBytes: 0 } }],
      [
        'with messages that refer to those before',
        { threshold: 0 },
        { compressionOptions: { thresholdBytes: 0, contextTakeover: true } },
      ],
    ])('talks with ws, %s', async (_how, perMessageDeflate, options) => {
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate });
      server.on('connection', (peer) => {
        peer.on('message', (data, isBinary) => {
          peer.send(data, { binary: isBinary });
        });
      });
      await once(server, 'listening');
      try {
        const { port } = server.address() as AddressInfo;
        expect(await talkTo(`ws://127.0.0.1:${port}/`, options)).toBe(1000);
      } finally {
        server.close();
      }
    });

    it.each(['websockets', 'tornado'])("talks with Python's %s", async (library) => {
      if (!hasPython(library)) return;
      const child = start(PYTHON, [PEERS, 'server', library]);
      const [port] = (await once(child.stdout ?? child, 'data')) as [Buffer];
      for (const contextTakeover of [false, true]) {
        const url = `ws://127.0.0.1:${port.toString().trim()}/`;
        const compressionOptions = { contextTakeover, thresholdBytes: 0 };
        expect(await talkTo(url, { compressionOptions })).toBe(1000);
      }
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describeInBrowser('our server with a browser', (visit) => {
  const rig = new Rig();

  it('talks, compressed', async () => {
    class Page extends RequestHandler {
      override get(): void {
        this.write('<!doctype html><link rel="icon" href="data:,"><title>page</title>');
      }
    }
    const { url } = await rig.server([
      ['/', Page],
      ['/ws', Echo],
    ]);
    const page = await visit(url);
    const said = await page.evaluate(`new Promise((resolve, reject) => {
      const socket = new WebSocket(location.href.replace('http', 'ws') + 'ws', ['a', 'b'])
      const got = []
      socket.binaryType = 'arraybuffer'
      socket.onopen = () => { socket.send('x'.repeat(70000)); socket.send('häß€😀'); socket.send(new Uint8Array([0, 255])) }
      socket.onmessage = ({ data }) => {
        got.push(typeof data === 'string' ? data.slice(0, 8) : [...new Uint8Array(data)])
        if (got.length === 3) socket.close(3000, 'bye')
      }
      socket.onclose = ({ code, reason }) => resolve([...got, socket.protocol, socket.extensions, code, reason])
    })`);
    expect(said).toEqual([
      'xxxxxxxx',
      'häß€😀',
      [0, 255],
      'b',
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
      3000,
      'bye',
    ]);
  }, 30_000);
});
