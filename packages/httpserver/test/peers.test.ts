// The server seen from outside: clients from other hands. Those that this machine lacks are skipped by name.
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as nodeRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { HTTPHeaders } from '@typhoon/http1';
import { IOLoop, NetPoller, type Protocol } from '@typhoon/ioloop';
import { Client } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { answer } from './worlds.ts';
import { HTTPServer } from '../src/lib/http-server.ts';
import type { HTTPConnection } from '../src/lib/http-connection.ts';
import type { HTTPServerRequest } from '../src/lib/server-request.ts';

const TIMEOUT_MS = 15_000;
const execute = promisify(execFile);
const has = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { timeout: TIMEOUT_MS }).status === 0;

const POLLERS = [
  { poller: 'net', loopOptions: { poller: (loop: IOLoop) => new NetPoller(loop) } },
  { poller: 'the default', loopOptions: {} },
];

let loop: IOLoop;
let server: HTTPServer;
let running = new AbortController();

afterEach(async () => {
  running.abort();
  running = new AbortController();
  server.stop();
  await server.closeAllConnections();
  loop.close();
});

/** Answers with what came, and on which connection. */
function app(request: HTTPServerRequest): void {
  const { connection, method, path, body } = request;
  if (path === '/upgrade') {
    upgrade(connection);
    return;
  }
  const { port } = connection.context.transport.remoteAddress;
  answer(
    connection,
    `${method} ${path} ${body.length} ${request.trailers?.get('Digest') ?? '-'} ${port}\n`,
  );
}

function upgrade(connection: HTTPConnection): void {
  const headers = new HTTPHeaders({ Connection: 'Upgrade', Upgrade: 'echo' });
  void connection.writeHeaders({ code: 101 }, headers);
  const transport = connection.detach();
  const echo: Protocol = {
    connectionMade: () => undefined,
    dataReceived: (buffer, from, to) => {
      transport.write(Buffer.from(buffer.subarray(from, to)));
    },
    connectionLost: () => undefined,
  };
  transport.setProtocol(echo);
  transport.resumeReading();
}

/** What a command says. It dies with the test. */
async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(command, [...args], {
    signal: running.signal,
    timeout: TIMEOUT_MS,
  });
  return stdout;
}

const PYTHON = `
import http.client, sys
c = http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]), timeout=10)
for n in range(3):
    c.request('GET', '/py')
    print(c.getresponse().read().decode().strip())
c.request('POST', '/chunks', body=(b'x' * 1000 for _ in range(50)), encode_chunked=True, headers={'Transfer-Encoding': 'chunked'})
print(c.getresponse().read().decode().strip())
`;

describe.each(POLLERS)('on $poller poller', ({ loopOptions }) => {
  async function start(): Promise<string> {
    loop = new IOLoop(loopOptions as ConstructorParameters<typeof IOLoop>[0]);
    server = new HTTPServer(app);
    await server.listen({ host: '127.0.0.1', port: 0 });
    return server.url;
  }

  const ports = (text: string): Set<string> =>
    new Set(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(' ').at(-1) ?? ''),
    );

  describe.skipIf(!has('curl', '--version'))('curl', () => {
    it('keeps its connection for the next request', async () => {
      const url = await start();
      const text = await run('curl', ['-sS', `${url}/a`, `${url}/b`, `${url}/c`]);
      expect(text).toMatch(/^GET \/a 0 - \d+\nGET \/b 0 - \d+\nGET \/c 0 - \d+\n$/);
      expect(ports(text).size).toBe(1);
    });

    it('uploads in chunks', async () => {
      const url = await start();
      const data = ['-H', 'Transfer-Encoding: chunked', '-d', 'x'.repeat(100_000)];
      expect(await run('curl', ['-sS', ...data, `${url}/up`])).toMatch(/^POST \/up 100000 /);
    });

    it('waits for 100 Continue before it sends a large body', async () => {
      const url = await start();
      const args = ['-sS', '-i', '--expect100-timeout', '10', '-H', 'Expect: 100-continue'];
      const text = await run('curl', [...args, '-d', 'x'.repeat(5000), `${url}/up`]);
      expect(text).toMatch(
        /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*POST \/up 5000/,
      );
    });

    it('speaks HTTP/1.0, and asks for a head alone', async () => {
      const url = await start();
      expect(await run('curl', ['-sS', '-0', `${url}/old`])).toMatch(/^GET \/old 0 /);
      const head = await run('curl', ['-sS', '-I', `${url}/head`]);
      expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Length: \d+\r\n\r\n$/);
    });
  });

  it.skipIf(!has('wrk', '-v') && spawnSync('wrk', ['-v']).error !== undefined)(
    'wrk gets no error on connections that it keeps',
    async () => {
      const url = await start();
      const text = await run('wrk', ['-t1', '-c8', '-d1s', `${url}/`]);
      expect(text).toMatch(/\d+ requests in/);
      expect(text).not.toMatch(/Socket errors|Non-2xx/);
    },
  );

  it.skipIf(!has('python3', '--version'))(
    'Python keeps its connection, and uploads in chunks',
    async () => {
      const { port } = new URL(await start());
      const text = await run('python3', ['-c', PYTHON, port]);
      expect(text).toMatch(/^(?:GET \/py 0 - \d+\n){3}POST \/chunks 50000 - \d+\n$/);
      expect(ports(text).size).toBe(1);
    },
  );

  it('undici, as fetch, keeps its connection and uploads a stream', async () => {
    const url = await start();
    const chunks = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 50; n++) controller.enqueue(Buffer.alloc(1000, 'x'));
        controller.close();
      },
    });
    const texts: string[] = [];
    const post = { method: 'POST', body: chunks, duplex: 'half' } as RequestInit;
    texts.push(await (await fetch(`${url}/up`, post)).text());
    for (let n = 0; n < 3; n++) texts.push(await (await fetch(`${url}/a`)).text());
    expect(texts[0]).toMatch(/^POST \/up 50000 /);
    expect(texts[3]).toMatch(/^GET \/a 0 /);
  });

  describe('undici', () => {
    it('has its requests answered in order, eight of them in a row on one connection', async () => {
      const client = new Client(await start(), { pipelining: 8 });
      const paths = Array.from({ length: 50 }, (_, n) => `/${n}`);
      const texts = await Promise.all(
        paths.map(async (path) => (await client.request({ method: 'GET', path })).body.text()),
      );
      await client.close();
      expect(texts.map((text) => text.split(' ')[1])).toEqual(paths);
      expect(ports(texts.join('')).size).toBe(1);
    });

    it('uploads a stream in chunks, and goes on with the same connection', async () => {
      const client = new Client(await start());
      const chunks = Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(1000, 'x')));
      const posted = await client.request({ method: 'POST', path: '/up', body: chunks });
      const texts = [await posted.body.text()];
      texts.push(await (await client.request({ method: 'GET', path: '/after' })).body.text());
      // Behind a HEAD it does not trust any server to have sent nothing, and closes.
      const { headers, body } = await client.request({ method: 'HEAD', path: '/head' });
      expect(Number(headers['content-length'])).toBeGreaterThan(0);
      expect(await body.text()).toBe('');
      await client.close();
      expect(texts[0]).toMatch(/^POST \/up 50000 /);
      expect(ports(texts.join('')).size).toBe(1);
    });

    it('upgrades, and has its bytes echoed', async () => {
      const client = new Client(await start());
      const { socket } = await client.upgrade({ path: '/upgrade', protocol: 'echo' });
      socket.write('hello');
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      expect(chunk.toString()).toBe('hello');
      socket.destroy();
      await client.destroy();
    });
  });

  describe('Node’s own client', () => {
    const reply = async (message: IncomingMessage): Promise<string> => {
      let text = '';
      for await (const chunk of message) text += String(chunk);
      return text;
    };

    it('keeps its connection', async () => {
      const url = await start();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      let text = '';
      for (let n = 0; n < 3; n++) {
        const [message] = (await once(nodeRequest(url, { agent }).end(), 'response')) as [
          IncomingMessage,
        ];
        text += await reply(message);
      }
      agent.destroy();
      expect(ports(text).size).toBe(1);
    });

    it('sends trailers, and waits for 100 Continue', async () => {
      const url = await start();
      const headers = { Expect: '100-continue', Trailer: 'Digest', 'Transfer-Encoding': 'chunked' };
      const request = nodeRequest(url, { method: 'POST', headers });
      request.flushHeaders();
      await once(request, 'continue');
      request.addTrailers({ Digest: 'abc' });
      request.end('hello');
      const [message] = (await once(request, 'response')) as [IncomingMessage];
      expect(await reply(message)).toMatch(/^POST \/ 5 abc /);
    });

    it('upgrades, and has its bytes echoed', async () => {
      const url = await start();
      const headers = { Connection: 'Upgrade', Upgrade: 'echo' };
      const request = nodeRequest(`${url}/upgrade`, { headers }).end();
      const [message, socket] = (await once(request, 'upgrade')) as [
        IncomingMessage,
        NodeJS.ReadWriteStream & { destroy(): void },
      ];
      expect(message.statusCode).toBe(101);
      socket.write('hello');
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      expect(chunk.toString()).toBe('hello');
      socket.destroy();
    });
  });
});
