import { AsyncLocalStorage } from 'node:async_hooks';
import { gzipSync } from 'node:zlib';
import { Future } from '@typhoon/concurrent';
import { ExceptionStackContext } from '@typhoon/ioloop/legacy';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { failureOf, makeRig } from './rig.ts';
import type { FetchOptions, WriteBody } from '../src/index.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** What `write` was handed to a producer that ends when `end` is settled. */
function producing(options: FetchOptions = {}): {
  readonly options: FetchOptions;
  readonly end: Future<void>;
  write: WriteBody;
} {
  const end = new Future<void>();
  const handle = {
    end,
    write: (() => Future.resolved(undefined)) as WriteBody,
    options: {
      method: 'POST',
      bodyProducer: (write: WriteBody): Future<void> => {
        handle.write = write;
        return end;
      },
      ...options,
    },
  };
  return handle;
}

describe('streamingCallback', () => {
  it('gets the body as it comes, and leaves none (HCL-14)', () => {
    const { client, accept } = makeRig();
    const chunks: Buffer[] = [];
    const fetch = client.fetch('http://a.test/', { streamingCallback: (one) => chunks.push(one) });
    const peer = accept(0);
    peer.send(`${OK}Content-Length: 5\r\n\r\nhe`);
    peer.send('llo');
    expect(chunks.map(String)).toEqual(['he', 'llo']);
    expect(fetch.result().body).toHaveLength(0);
  });

  it('is called in the stack contexts of the fetch, like headerCallback (STK-12)', () => {
    const { client, accept } = makeRig();
    const heard: unknown[] = [];
    const fail = (what: unknown): never => {
      throw new Error(String(what));
    };
    new ExceptionStackContext((error) => heard.push(String(error)) > 0).run(() => {
      client.fetch('http://a.test/', { streamingCallback: fail });
      client.fetch('http://b.test/', { headerCallback: fail });
    });
    accept(0).send(`${OK}Content-Length: 5\r\n\r\nhello`);
    accept(1).send(`${OK}\r\n`);
    expect(heard.slice(0, 2)).toEqual(['Error: hello', 'Error: HTTP/1.1 200 OK\r\n']);
  });

  it('gets it decoded (SHC-18)', async () => {
    const { client, accept } = makeRig();
    const chunks: Buffer[] = [];
    const fetch = client.fetch('http://a.test/', { streamingCallback: (one) => chunks.push(one) });
    const body = gzipSync('hello').toString('latin1');
    accept(0).send(`${OK}Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await fetch;
    expect(Buffer.concat(chunks).toString()).toBe('hello');
  });

  it('holds the connection up while its promise is pending (TIP-3)', () => {
    const { client, accept, event } = makeRig();
    const waiting: Future<void>[] = [];
    const heard: string[] = [];
    const fetch = client.fetch('http://a.test/', {
      streamingCallback: (chunk) => {
        heard.push(chunk.toString());
        const work = new Future<void>();
        waiting.push(work);
        // A thenable that is settled within an event, so that a test can see it.
        return {
          then: (done: () => void) => {
            work.addDoneCallback(done);
          },
        };
      },
    });
    const peer = accept(0);
    peer.send(`${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n`);
    expect(heard).toEqual(['a']);
    expect(peer.isPaused).toBe(true);
    event(() => waiting[0]?.setResult());
    expect(heard).toEqual(['a', 'b']);
    expect(fetch.done()).toBe(false);
    event(() => waiting[1]?.setResult());
    expect(fetch.result().code).toBe(200);
    expect(peer.isPaused).toBe(false);
  });

  it('gets the rest of a body that the server ended meanwhile', () => {
    const { client, accept, event } = makeRig();
    const heard: string[] = [];
    const first = new Future<void>();
    const fetch = client.fetch('http://a.test/', {
      streamingCallback: (chunk) => {
        heard.push(chunk.toString());
        return heard.length > 1
          ? null
          : {
              then: (done: () => void) => {
                first.addDoneCallback(done);
              },
            };
      },
    });
    const peer = accept(0);
    peer.send(`${OK}\r\none`);
    peer.send('two');
    peer.hangUp();
    expect([heard.length, fetch.done()]).toEqual([1, false]);
    event(() => {
      first.setResult();
    });
    expect(heard).toEqual(['one', 'two']);
    expect(fetch.result().code).toBe(200);
  });

  it('leaves the connection to others while it chews on the last piece', () => {
    const { client, accept, attempts, event } = makeRig();
    const never = { then: () => undefined };
    void client.fetch('http://a.test/', { streamingCallback: () => never });
    const peer = accept(0);
    peer.answer('x');
    expect(peer.isPaused).toBe(false);
    const next = event(() => client.fetch('http://a.test/'));
    peer.answer('y');
    expect(next.result().body.toString()).toBe('y');
    expect(attempts).toHaveLength(1);
  });

  it('leaves no connection whose end was seen while it was busy', () => {
    const { client, accept, attempts, event } = makeRig();
    const first = new Future<void>();
    const fetch = client.fetch('http://a.test/', {
      streamingCallback: () => ({ then: first.addDoneCallback.bind(first) }),
    });
    const peer = accept(0);
    peer.send(`${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`);
    peer.hangUp();
    event(() => {
      first.setResult();
    });
    expect(fetch.result().code).toBe(200);
    void client.fetch('http://a.test/');
    expect(attempts).toHaveLength(2);
  });

  it('fails the fetch with what it throws, and closes the connection', () => {
    const { client, accept } = makeRig();
    const mine = new Error('mine');
    const fetch = client.fetch('http://a.test/', {
      streamingCallback: () => {
        throw mine;
      },
    });
    const peer = accept(0);
    peer.send(`${OK}Content-Length: 5\r\n\r\nhe`);
    expect(fetch.exception()).toBe(mine);
    expect(peer.state).toBe('aborted');
  });
});

describe('headerCallback', () => {
  it('gets the status line, each field and the empty line, each with CRLF (HCL-14, CRL-12)', () => {
    const { client, accept } = makeRig();
    const lines: string[] = [];
    void client.fetch('http://a.test/', { headerCallback: (line) => lines.push(line) });
    accept(0).send('HTTP/1.0 200 Fine\r\nx-one: 1\r\nContent-Length: 0\r\nX-One: 2\r\n\r\n');
    expect(lines.shift()).toBe('HTTP/1.0 200 Fine\r\n');
    expect(lines.pop()).toBe('\r\n');
    expect(lines.sort()).toEqual(['Content-Length: 0\r\n', 'X-One: 1\r\n', 'X-One: 2\r\n']);
  });

  it('fails the fetch with what it throws', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/', {
      headerCallback: () => {
        throw new Error('mine');
      },
    });
    const peer = accept(0);
    peer.answer('x');
    expect(fetch.exception()).toEqual(new Error('mine'));
    expect(peer.state).not.toBe('open');
  });
});

describe('bodyProducer', () => {
  it('writes chunks, and the body ends when it does (SHC-11)', () => {
    const { client, accept, event } = makeRig();
    const producer = producing();
    const fetch = client.fetch('http://a.test/', producer.options);
    const peer = accept(0);
    expect(peer.received).toMatch(/Transfer-Encoding: chunked\r\n\r\n$/);
    event(() => producer.write('ä'));
    event(() => producer.write(Buffer.from('bytes')));
    event(() => producer.write(''));
    expect(peer.received).toMatch(/\r\n\r\n2\r\n\xc3\xa4\r\n5\r\nbytes\r\n$/);
    event(() => {
      producer.end.setResult();
    });
    // The end of a promise is a microtask away.
    return Promise.resolve().then(() => {
      event(() => undefined);
      expect(peer.received).toMatch(/\r\n0\r\n\r\n$/);
      peer.answer();
      expect(fetch.result().code).toBe(200);
    });
  });

  it('writes as it is where the length is given (SHC-11)', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/', {
      method: 'PUT',
      headers: { 'Content-Length': '5' },
      bodyProducer: (write) => {
        void write('he');
        void write('llo');
      },
    });
    const peer = accept(0);
    expect(peer.received).toMatch(/\r\n\r\nhello$/);
    peer.answer();
    expect(fetch.done()).toBe(true);
  });

  it('may write no more and no less than the length given', () => {
    for (const text of ['hell', 'hello!']) {
      const { client, accept } = makeRig();
      const fetch = client.fetch('http://a.test/', {
        method: 'PUT',
        headers: { 'Content-Length': '5' },
        bodyProducer: (write) => void write(text),
      });
      const peer = accept(0);
      expect(String(fetch.exception())).toMatch(/Content-Length/);
      expect(peer.state).toBe('aborted');
    }
  });

  it('is told to wait while the server takes no more', () => {
    const { client, accept, event } = makeRig();
    const producer = producing();
    void client.fetch('http://a.test/', producer.options);
    const peer = accept(0);
    expect(producer.write('a').done()).toBe(true);
    peer.block(true);
    const held = producer.write('b');
    expect(held.done()).toBe(false);
    peer.block(false);
    expect(held.done()).toBe(true);
    event(() => undefined);
  });

  it('fails the fetch with what it throws', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/', {
      method: 'PUT',
      bodyProducer: () => {
        throw new Error('mine');
      },
    });
    expect(accept(0).state).toBe('aborted');
    expect(fetch.exception()).toEqual(new Error('mine'));
  });

  it('hears from its next write that the answer is there already', () => {
    const { client, accept } = makeRig();
    const producer = producing();
    const fetch = client.fetch('http://a.test/', { ...producer.options, raiseError: false });
    accept(0).answer('too large', 'HTTP/1.1 413 Payload Too Large');
    expect(fetch.result().code).toBe(413);
    expect(failureOf(producer.write('more')).code).toBe('ERR_STREAM_CLOSED');
  });

  it('that fails when nobody waits any more is told in the log (HCL-18, SHC-24)', async () => {
    const { client, accept } = makeRig();
    const producer = producing();
    const fetch = client.fetch('http://a.test/', producer.options);
    accept(0);
    fetch.cancel();
    const log = new ExpectLog(
      'typhoon.application',
      /Exception in bodyProducer after its request was over/,
    );
    await log.run(async () => {
      producer.end.setException(new Error('mine'));
      await new Promise(setImmediate);
    });
    expect(fetch.cancelled()).toBe(true);
  });
});

describe('expect100Continue', () => {
  const options: FetchOptions = { method: 'POST', body: 'body', expect100Continue: true };

  it('sends the body after 100 (SHC-12)', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/', options);
    const peer = accept(0);
    expect(peer.received).toMatch(/Expect: 100-continue\r\n.*\r\n\r\n$/s);
    peer.send('HTTP/1.1 103 Early Hints\r\n\r\n');
    expect(peer.received).not.toMatch(/body$/);
    peer.send('HTTP/1.1 100 Continue\r\n\r\n');
    expect(peer.received).toMatch(/\r\n\r\nbody$/);
    peer.answer('done');
    expect(fetch.result().body.toString()).toBe('done');
  });

  it('sends it once, however often the server says so', () => {
    const { client, accept } = makeRig();
    void client.fetch('http://a.test/', options);
    const peer = accept(0);
    peer.send('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n');
    expect(peer.received.match(/body/g)).toHaveLength(1);
  });

  it('sends it all the same when the server keeps silent for continueTimeoutMs', () => {
    const { client, accept, clock } = makeRig();
    const fetch = client.fetch('http://a.test/', options);
    const peer = accept(0);
    clock.advance(999);
    expect(peer.received).not.toMatch(/body$/);
    clock.advance(1);
    expect(peer.received).toMatch(/\r\n\r\nbody$/);
    peer.send('HTTP/1.1 100 Continue\r\n\r\n');
    peer.answer('done');
    expect(peer.received.match(/body/g)).toHaveLength(1);
    expect([fetch.result().code, peer.state]).toEqual([200, 'open']);
  });

  it('waits no longer than the fetch, and as long as that if it is to', () => {
    const { client, accept, clock } = makeRig({ idleTimeoutMs: 0 });
    const fetch = client.fetch('http://a.test/', { ...options, continueTimeoutMs: 0 });
    clock.advance(19_000);
    accept(0).answer('no', 'HTTP/1.1 200 OK');
    expect(fetch.done()).toBe(true);
    const other = client.fetch('http://a.test/', options);
    accept(1);
    other.cancel();
    expect(clock.pending).toBe(0);
  });

  it('never sends it when the final answer comes first, and ends the connection (SHC-12)', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/', { ...options, raiseError: false });
    const peer = accept(0);
    peer.answer('no', 'HTTP/1.1 417 Expectation Failed');
    expect(fetch.result().code).toBe(417);
    expect(peer.received).not.toMatch(/body$/);
    expect(peer.state).toBe('aborted');
  });

  it('calls a producer only then (SHC-12)', () => {
    const { client, accept } = makeRig();
    void client.fetch('http://a.test/', {
      method: 'PUT',
      expect100Continue: true,
      bodyProducer: (write) => void write('body'),
    });
    const peer = accept(0);
    expect(peer.received).toMatch(/\r\n\r\n$/);
    peer.send('HTTP/1.1 100 Continue\r\n\r\n');
    expect(peer.received).toMatch(/4\r\nbody\r\n0\r\n\r\n$/);
  });
});

describe('callbacks', () => {
  it('run in the context that fetch was called in, whoever opened the connection', () => {
    const { client, accept, event } = makeRig();
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const note = (): void => void seen.push(storage.getStore());
    const options = { streamingCallback: note, headerCallback: note, bodyProducer: note };
    const ask = (): void => void client.fetch('http://a.test/', { ...options, method: 'PUT' });
    storage.run('first', ask);
    const peer = accept(0);
    peer.answer('x');
    event(() => {
      storage.run('second', ask);
    });
    storage.run('third', () => {
      peer.answer('x');
    });
    expect([...new Set(seen)]).toEqual(['first', 'second']);
  });
});
