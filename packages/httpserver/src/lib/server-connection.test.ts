import { HTTPHeaders } from '@typhoon/http1';
import { IOLoop } from '@typhoon/ioloop';
import { ExceptionStackContext } from '@typhoon/ioloop/legacy';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { CallbackDelegate } from './callback-delegate.ts';
import { Connections } from './connections.ts';
import { resolveSettings, type HTTPServerOptions } from './server-options.ts';
import { WireClient } from '../../test/wire.ts';
import type { HTTPConnection, HTTPServerConnectionDelegate } from './http-connection.ts';
import type { RequestCallback } from './callback-delegate.ts';
import type { HTTPServerRequest } from './server-request.ts';

function connect(
  app: HTTPServerConnectionDelegate | RequestCallback,
  options: HTTPServerOptions = {},
): WireClient {
  const delegate = typeof app === 'function' ? new CallbackDelegate(app) : app;
  const settings = resolveSettings({ maxHeaderSize: 1000, maxBodySize: 100, ...options });
  const owner = { connectionGone: () => undefined, setAccepting: () => undefined };
  return new WireClient(new Connections(IOLoop.current(), delegate, settings, owner).accept(null));
}

/** Answers with what was asked. */
function echo(request: HTTPServerRequest): void {
  const text = `${request.method} ${request.path} ${request.body.toString()}`;
  answer(request.connection, text);
}

function answer(connection: HTTPConnection, text: string, code = 200): void {
  const headers = new HTTPHeaders({ 'Content-Length': String(text.length) });
  void connection.writeHeaders({ code }, headers, text);
  connection.finish();
}

function ok(text: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

const GET = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';

describe('requests', () => {
  const cases = [
    { name: 'one request', bytes: GET, output: ok('GET /a ') },
    {
      name: 'two pipelined',
      bytes: GET + GET.replace('/a', '/b'),
      output: ok('GET /a ') + ok('GET /b '),
    },
    {
      name: 'a body with a length, and a request behind it',
      bytes: `POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello${GET}`,
      output: ok('POST /p hello') + ok('GET /a '),
    },
    {
      name: 'a body in chunks with trailers, and a request behind it',
      bytes: `POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n${GET}`,
      output: ok('POST /p hello') + ok('GET /a '),
    },
    {
      name: 'an empty line before the request (RFC 9112 §2.2)',
      bytes: `\r\n${GET}`,
      output: ok('GET /a '),
    },
  ];
  it.each(cases)('answers $name, cut anywhere (H1C-7, 24)', async ({ bytes, output }) => {
    for (let cut = 0; cut < bytes.length; cut++) {
      const client = connect(echo).send(bytes.slice(0, cut)).send(bytes.slice(cut));
      await Promise.resolve();
      expect(client.output).toBe(output);
    }
    const client = connect(echo);
    for (const octet of bytes) client.send(octet);
    await Promise.resolve();
    expect(client.output).toBe(output);
  });

  it('keeps what is pipelined until the answer before it is finished (H1C-24)', async () => {
    const waiting: HTTPServerRequest[] = [];
    const client = connect((request) => waiting.push(request)).send(GET + GET.replace('/a', '/b'));
    expect(waiting.map(({ path }) => path)).toEqual(['/a']);
    expect(client.transport.isReadingPaused).toBe(true);
    answer(waiting[0]!.connection, 'one');
    await Promise.resolve();
    expect(waiting.map(({ path }) => path)).toEqual(['/a', '/b']);
    expect(client.transport.isReadingPaused).toBe(false);
  });

  it('says 100 Continue before the body is sent (H1C-10)', () => {
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n';
    const client = connect(echo).send(head);
    expect(client.output).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('ok');
    expect(client.output).toContain('POST / ok');
  });
});

describe('keep-alive', () => {
  const request = (version: string, connection: string): string =>
    `GET / HTTP/${version}\r\nHost: x\r\n${connection === '' ? '' : `Connection: ${connection}\r\n`}\r\n`;
  it.each([
    { version: '1.1', connection: '', ending: 'open', header: '' },
    { version: '1.1', connection: 'close', ending: 'closed', header: 'Connection: close\r\n' },
    { version: '1.1', connection: 'x, Close', ending: 'closed', header: 'Connection: close\r\n' },
    { version: '1.0', connection: '', ending: 'closed', header: 'Connection: close\r\n' },
    {
      version: '1.0',
      connection: 'Keep-Alive',
      ending: 'open',
      header: 'Connection: Keep-Alive\r\n',
    },
  ])('of HTTP/$version with "$connection" leaves the connection $ending (H1C-22, 23)', (one) => {
    const client = connect(echo).send(request(one.version, one.connection));
    expect(client.transport.ending).toBe(one.ending);
    expect(client.output).toContain(`Content-Length: 6\r\n${one.header}\r\n`);
  });

  it('ends with the first answer when the server is told so', () => {
    const client = connect(echo, { noKeepAlive: true }).send(GET);
    expect(client.output).toContain('Connection: close\r\n');
    expect(client.transport.ending).toBe('closed');
  });
});

describe('bad input', () => {
  const post = (fields: string): string => `POST / HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n`;
  it.each([
    { name: 'a malformed request line', bytes: 'NONSENSE\r\n\r\n', status: 400 },
    { name: 'a malformed header line', bytes: 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', status: 400 },
    { name: 'no Host', bytes: 'GET / HTTP/1.1\r\n\r\n', status: 400 },
    {
      name: 'both framings at once',
      bytes: post('Content-Length: 1\r\nTransfer-Encoding: chunked'),
      status: 400,
    },
    {
      name: 'two unequal lengths',
      bytes: post('Content-Length: 1\r\nContent-Length: 2'),
      status: 400,
    },
    {
      name: 'an unknown transfer coding',
      bytes: post('Transfer-Encoding: gzip, chunked'),
      status: 501,
    },
    {
      name: 'a head over the limit',
      bytes: `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(1000)}\r\n\r\n`,
      status: 431,
    },
    { name: 'a body over the limit', bytes: post('Content-Length: 101'), status: 413 },
    {
      name: 'chunks over the limit',
      bytes: `${post('Transfer-Encoding: chunked')}65\r\n`,
      status: 413,
    },
    { name: 'a bad chunk size', bytes: `${post('Transfer-Encoding: chunked')}-1\r\n`, status: 400 },
    { name: 'HTTP/2.0', bytes: 'GET / HTTP/2.0\r\nHost: x\r\n\r\n', status: 505 },
  ])('$name is answered $status, once, and the connection ends (H1C-6)', ({ bytes, status }) => {
    const client = connect(echo).send(bytes).send(GET);
    expect(client.output).toMatch(
      new RegExp(`^HTTP/1.1 ${status} .*\r\nConnection: close\r\nContent-Length: 0\r\n\r\n$`),
    );
    expect(client.transport.ending).toBe('ended');
  });

  it('is logged in one line, with the client and the reason (H1C-6)', () => {
    const log = new ExpectLog(
      'typhoon.general',
      /Malformed HTTP message from 192\.0\.2\.1: .*no colon/,
      { level: 20 },
    );
    log.run(() => {
      connect(echo).send('GET / HTTP/1.1\r\nHost\r\n\r\n');
    });
  });
});

describe('the application', () => {
  it('that throws loses its own connection only (H1C-8)', () => {
    const log = new ExpectLog('typhoon.application', /Exception in callback/);
    log.run(() => {
      const broken = connect(() => {
        throw new Error('broken');
      }).send(GET);
      expect(broken.transport.ending).toBe('closed');
    });
    expect(connect(echo).send(GET).output).toBe(ok('GET /a '));
  });

  it('that fails later loses its own connection only (H1C-8)', async () => {
    const log = new ExpectLog('typhoon.application', /Exception in callback/);
    await log.run(async () => {
      const broken = connect(() => Promise.reject(new Error('broken'))).send(GET);
      await new Promise(setImmediate);
      expect(broken.transport.ending).toBe('closed');
    });
  });

  it('hears of a client that leaves before the answer (H1C-36)', () => {
    let isGone = false;
    const client = connect((request) => {
      request.connection.setCloseCallback(() => {
        isGone = true;
      });
    });
    client.send(GET).lose();
    expect(isGone).toBe(true);
  });

  it('hears of that in the stack contexts that were open (STK-12)', () => {
    const heard: unknown[] = [];
    const context = new ExceptionStackContext((error) => heard.push(error) > 0);
    const client = connect((request) => {
      context.run(() => {
        request.connection.setCloseCallback(() => {
          throw new Error('mine');
        });
      });
    });
    client.send(GET).lose();
    expect(heard).toEqual([new Error('mine')]);
  });

  it('may write to a client that is gone: the future fails, and nothing else happens (H1C-34)', async () => {
    let connection: HTTPConnection | null = null;
    const client = connect((request) => {
      connection = request.connection;
    });
    client.send(GET).lose();
    const written = connection!.writeHeaders({ code: 200 }, new HTTPHeaders(), 'x');
    await expect(written).rejects.toMatchObject({ code: 'ERR_TRANSPORT_CLOSED' });
    connection!.finish();
  });

  it('that answers before the body has come ends the connection in order (H1C-25)', () => {
    const early: HTTPServerConnectionDelegate = {
      startRequest: (connection) => ({
        headersReceived: () => {
          answer(connection, 'no');
          return undefined;
        },
        dataReceived: () => undefined,
        finish: () => undefined,
        onConnectionClose: () => undefined,
      }),
    };
    const client = connect(early).send(
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nab',
    );
    expect(client.output).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno',
    );
    expect(client.transport.ending).toBe('ended');
    client.send('the rest is dropped');
    expect(client.output).toHaveLength(59);
  });

  it('that takes its time with a piece of the body is not sent more (H1C-7)', async () => {
    const pieces: string[] = [];
    let release: () => void = () => undefined;
    const slow: HTTPServerConnectionDelegate = {
      startRequest: (connection) => ({
        headersReceived: () => undefined,
        dataReceived: (chunk) => {
          pieces.push(chunk.toString());
          return new Promise<void>((resolve) => {
            release = resolve;
          });
        },
        finish: () => {
          answer(connection, 'done');
        },
        onConnectionClose: () => undefined,
      }),
    };
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const client = connect(slow).send(`${head}2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n${GET.slice(0, 5)}`);
    expect(pieces).toEqual(['ab']);
    expect(client.transport.isReadingPaused).toBe(true);
    release();
    await new Promise(setImmediate);
    expect(pieces).toEqual(['ab', 'cd']);
    release();
    await new Promise(setImmediate);
    expect(client.output).toContain('done');
    expect(client.transport.isReadingPaused).toBe(false);
  });
});

describe('a proxy', () => {
  const request =
    'GET / HTTP/1.1\r\nHost: x\r\nX-Real-Ip: 198.51.100.7\r\nX-Forwarded-Proto: http, https\r\n\r\n';
  const seen = (settings: HTTPServerOptions, bytes = request): unknown => {
    let found: unknown = null;
    connect(({ remoteIp, protocol }) => {
      found = { remoteIp, protocol };
    }, settings).send(bytes);
    return found;
  };

  it('is not believed unless the server is told to (HSV-7)', () => {
    expect(seen({})).toEqual({ remoteIp: '192.0.2.1', protocol: 'http' });
  });

  it('tells the client and the scheme where it is believed (HSV-4, 5)', () => {
    expect(seen({ xheaders: true })).toEqual({ remoteIp: '198.51.100.7', protocol: 'https' });
  });

  it('is skipped in X-Forwarded-For when it is trusted (HSV-4)', () => {
    const bytes = 'GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9, 198.51.100.1\r\n\r\n';
    const settings = { xheaders: true, trustedDownstream: ['198.51.100.1'] };
    expect(seen(settings, bytes)).toMatchObject({ remoteIp: '203.0.113.9' });
  });

  it('that sends junk leaves the address as it is (HSV-4)', () => {
    const bytes = request.replace('198.51.100.7', 'evil<script>');
    expect(seen({ xheaders: true }, bytes)).toMatchObject({ remoteIp: '192.0.2.1' });
  });

  it('is believed for the one request that it said it of (HSV-6)', () => {
    const all: unknown[] = [];
    const client = connect(
      (one) => {
        all.push(one.remoteIp);
        answer(one.connection, 'a');
      },
      { xheaders: true },
    );
    client.send(request).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(all).toEqual(['198.51.100.7', '192.0.2.1']);
  });

  it('need not be asked for the scheme where the server is told it (HSV-8)', () => {
    expect(seen({ protocol: 'https' })).toMatchObject({ protocol: 'https' });
  });
});
