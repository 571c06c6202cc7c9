// The server behind nginx and HAProxy, configured as docs/deploying.md says.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  Agent,
  request,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as requestTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HTTPHeaders } from '@typhoon/http1';
import { testCertificate } from '@typhoon/ioloop/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { Socket } from 'node:net';
import { HTTPServer } from '../../src/lib/http-server.ts';
import { onBothPollers, Rig } from '../on-both-pollers.ts';
import {
  PROXY_KINDS,
  type Changes,
  type ProxyKind,
  type Replacements,
} from './deployed-configuration.ts';
import { ForeignProxy, type Program } from './foreign-proxy.ts';
import type { Protocol } from '@typhoon/ioloop';
import type { HTTPServerOptions } from '../../src/lib/server-options.ts';
import type { HTTPConnection } from '../../src/lib/http-connection.ts';
import type { HTTPServerRequest } from '../../src/lib/server-request.ts';

/** A client that is not at the proxy's address. */
const CLIENT = '127.0.0.2';
const BELIEVING: HTTPServerOptions = { xheaders: { trusted: ['127.0.0.1', 'unix:'] } };

/** The other way to say who the client is. */
const FORWARDED: Readonly<Record<string, Replacements>> = {
  nginx: [
    [
      'X-Real-Ip $remote_addr',
      'X-Real-Ip ""; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for',
    ],
    ['X-Scheme $scheme', 'X-Scheme ""; proxy_set_header X-Forwarded-Proto $scheme'],
  ],
  HAProxy: [
    [
      'http-request set-header X-Real-Ip %[src]',
      'http-request del-header X-Real-Ip\n  option forwardfor',
    ],
    ['set-header X-Scheme', 'set-header X-Forwarded-Proto'],
  ],
};

type Address = Pick<RequestOptions, 'host' | 'port' | 'localAddress' | 'agent'>;

const proxies: ForeignProxy[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function startProxy(program: Program): Promise<ForeignProxy> {
  const proxy = await ForeignProxy.start(program);
  proxies.push(proxy);
  return proxy;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'typhoon-'));
  folders.push(folder);
  return folder;
}

/** What the server saw of a request. */
interface Seen {
  readonly method: string;
  readonly uri: string;
  readonly length: number;
  readonly ip: string;
  readonly protocol: string;
  /** Of the connection that it came on. */
  readonly port: number;
}

function tell(seen: HTTPServerRequest): void {
  const { connection, method, uri, body, remoteIp, protocol } = seen;
  if (uri === '/upgrade') {
    echo(connection);
    return;
  }
  if (uri === '/204' || uri === '/304') {
    end(connection, Number(uri.slice(1)));
    return;
  }
  const { port } = connection.context.transport.remoteAddress;
  const said: Seen = { method, uri, length: body.length, ip: remoteIp, protocol, port };
  end(connection, 200, JSON.stringify(said));
}

function end(connection: HTTPConnection, code: number, text?: string): void {
  const head = new HTTPHeaders();
  if (text !== undefined) head.set('Content-Length', String(Buffer.byteLength(text)));
  void connection.writeHeaders({ code }, head, text);
  connection.finish();
}

function echo(connection: HTTPConnection): void {
  const headers = new HTTPHeaders({ Connection: 'Upgrade', Upgrade: 'echo' });
  void connection.writeHeaders({ code: 101 }, headers);
  const transport = connection.detach();
  const protocol: Protocol = {
    connectionMade: () => undefined,
    dataReceived: (buffer, from, to) => {
      transport.write(Buffer.from(buffer.subarray(from, to)));
    },
    eofReceived: () => {
      transport.close();
    },
    connectionLost: () => undefined,
  };
  transport.setProtocol(protocol);
  transport.resumeReading();
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message) text += String(chunk);
  return text;
}

async function answerTo(sent: ClientRequest): Promise<Seen> {
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  const text = await textOf(message);
  if (message.statusCode !== 200) throw new Error(`${message.statusCode}: ${text}`);
  return JSON.parse(text) as Seen;
}

describe.each(PROXY_KINDS)('behind $name', (kind: ProxyKind) => {
  if (kind.version === '') {
    it.skip(`[skipped: ${kind.name} is not installed]`, () => undefined);
    return;
  }
  onBothPollers(() => {
    const rig = new Rig();
    /** A server behind it, and how to reach that through the proxy. */
    async function start(options = BELIEVING, replace: Replacements = []): Promise<Address> {
      const server = await rig.serve(tell, options);
      return startBefore({ upstream: new URL(server.url).host, replace });
    }
    async function startBefore(changes: Changes): Promise<Address> {
      const [port = 0] = (await startProxy(kind.program(changes))).ports;
      return { host: '127.0.0.1', port, localAddress: CLIENT, agent: false };
    }

    it('many clients share one connection to the server, whatever they are answered', async () => {
      const at = await start();
      const { port } = await answerTo(request({ ...at, path: '/first' }).end());
      for (const [method, path, status] of [
        ['HEAD', '/', 200],
        ['GET', '/204', 204],
        ['GET', '/304', 304],
        ['POST', '/', 200],
      ] as const) {
        const [message] = (await once(request({ ...at, method, path }).end(), 'response')) as [
          IncomingMessage,
        ];
        expect(message.statusCode).toBe(status);
        await textOf(message);
      }
      expect(await answerTo(request({ ...at, path: '/last' }).end())).toMatchObject({
        port,
        uri: '/last',
      });
    });

    it('a client keeps its connection', async () => {
      const at = await start();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const ports = new Set<number | undefined>();
      for (let n = 0; n < 3; n++) {
        const sent = request({ ...at, agent }).end();
        await answerTo(sent);
        ports.add(sent.socket?.localPort);
      }
      agent.destroy();
      expect(ports.size).toBe(1);
    });

    it('an upload in chunks arrives as it is sent', async () => {
      const pieces: string[] = [];
      let hear = (): void => undefined;
      const heard = new Promise<void>((resolve) => (hear = resolve));
      const server = await rig.serve({
        startRequest: (connection) => ({
          headersReceived: () => undefined,
          dataReceived: (chunk) => {
            pieces.push(Buffer.from(chunk).toString());
            hear();
            return undefined;
          },
          finish: () => {
            end(connection, 200, 'done');
          },
          onConnectionClose: () => undefined,
        }),
      });
      const at = await startBefore({ upstream: new URL(server.url).host });
      const sent = request({ ...at, method: 'POST' });
      sent.write('one');
      await heard;
      expect(pieces).toEqual(['one']);
      sent.end('two');
      const [message] = (await once(sent, 'response')) as [IncomingMessage];
      expect(await textOf(message)).toBe('done');
      expect(pieces).toEqual(['one', 'two']);
    });

    it('a large upload in chunks is all there', async () => {
      const sent = request({ ...(await start()), method: 'POST' });
      for (let n = 0; n < 16; n++) sent.write(Buffer.alloc(65_536, n));
      sent.end();
      expect(await answerTo(sent)).toMatchObject({ method: 'POST', length: 16 * 65_536 });
    });

    it('an answer arrives as it is written', async () => {
      let finish = (): void => undefined;
      const server = await rig.serve(({ connection }) => {
        void connection.writeHeaders({ code: 200 }, new HTTPHeaders(), 'one');
        finish = () => {
          void connection.write('two');
          connection.finish();
        };
      });
      const at = await startBefore({ upstream: new URL(server.url).host });
      const [message] = (await once(request(at).end(), 'response')) as [IncomingMessage];
      expect(String((await once(message, 'data'))[0])).toBe('one');
      finish();
      expect(await textOf(message)).toBe('two');
    });

    it('a client that waits for 100 Continue gets it', async () => {
      const headers = { Expect: '100-continue', 'Content-Length': 5 };
      const sent = request({ ...(await start()), method: 'POST', headers });
      sent.flushHeaders();
      await once(sent, 'continue');
      sent.end('hello');
      expect(await answerTo(sent)).toMatchObject({ length: 5 });
    });

    it('and what is too large is refused', async () => {
      const headers = { Expect: '100-continue', 'Content-Length': 50 };
      const at = await start({ ...BELIEVING, maxBodySize: 10 });
      const sent = request({ ...at, method: 'POST', headers });
      sent.flushHeaders();
      const [message] = (await once(sent, 'response')) as [IncomingMessage];
      expect(message.statusCode).toBe(413);
      sent.destroy();
    });

    it('a connection is upgraded, and detached from the server', async () => {
      const headers = { Connection: 'Upgrade', Upgrade: 'echo' };
      const sent = request({ ...(await start()), path: '/upgrade', headers }).end();
      const [message, socket] = (await once(sent, 'upgrade')) as [IncomingMessage, Socket];
      expect(message.statusCode).toBe(101);
      socket.write('hello');
      expect(String((await once(socket, 'data'))[0])).toBe('hello');
      socket.end();
      await once(socket, 'close');
    });

    it('a client that leaves ends its request', async () => {
      let began = (): void => undefined;
      let ended = (): void => undefined;
      const begun = new Promise<void>((resolve) => (began = resolve));
      const end = new Promise<void>((resolve) => (ended = resolve));
      const server = await rig.serve(({ signal }) => {
        signal.addEventListener('abort', ended);
        began();
      });
      const sent = request(await startBefore({ upstream: new URL(server.url).host })).end();
      sent.on('error', () => undefined);
      await begun;
      sent.destroy();
      await end;
    });

    it('the client’s address and scheme are known, and what clients pretend is not believed', async () => {
      const headers = {
        'X-Real-Ip': '203.0.113.9',
        'X-Scheme': 'https',
        'X-Forwarded-For': '203.0.113.9',
        'X-Forwarded-Proto': 'https',
      };
      const seen = await answerTo(request({ ...(await start()), headers }).end());
      expect(seen).toMatchObject({ ip: CLIENT, protocol: 'http' });
    });

    it('so they are by X-Forwarded-For and X-Forwarded-Proto', async () => {
      const at = await start(BELIEVING, FORWARDED[kind.name]);
      const headers = { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'https' };
      const seen = await answerTo(request({ ...at, headers }).end());
      expect(seen).toMatchObject({ ip: CLIENT, protocol: 'http' });
    });

    it('TLS at the proxy is https', async () => {
      const file = join(newFolder(), 'both.pem');
      writeFileSync(file, `${testCertificate.cert}${testCertificate.key}`);
      const server = await rig.serve(tell, BELIEVING);
      const changes = { upstream: new URL(server.url).host };
      const proxy = await startProxy(kind.program(changes, file));
      const tls = { ca: testCertificate.cert, servername: 'localhost', agent: false };
      const sent = requestTls({ host: '127.0.0.1', port: proxy.ports[1], ...tls }).end();
      expect(await answerTo(sent)).toMatchObject({ protocol: 'https' });
    });

    it('the server may listen on a unix socket', async () => {
      const path = join(newFolder(), 'socket');
      const server = new HTTPServer(tell, BELIEVING);
      await server.listen({ path });
      try {
        const at = await startBefore({ upstream: path });
        expect(await answerTo(request(at).end())).toMatchObject({ ip: CLIENT, protocol: 'http' });
      } finally {
        server.stop();
        await server.closeAllConnections();
      }
    });
  });
});
