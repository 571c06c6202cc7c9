import { sleep } from '@typhoon/gen';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { ask, textOf, type Answer } from '../../../test/ask.ts';
import { etagOf } from '../output/etag.ts';
import { RequestHandler } from './request-handler.ts';

/** Asserts that `answer` ends as 500, and logs what it threw. */
async function expectFailure(answer: Answer, message: string): Promise<void> {
  const expected = new ExpectLog('typhoon.application', 'Uncaught exception GET /');
  await expected.run(async () => {
    const settings = { serveTraceback: true };
    const { status, body } = await ask(answer, { settings });
    expect(status).toBe(500);
    expect(body.toString()).toContain(message);
  });
}

describe('write', () => {
  it('takes text and bytes, in any order (WEB-51, 52)', async () => {
    const text = await textOf((handler) => {
      handler.write('a✓');
      handler.write(Buffer.from('b'));
      handler.write(new Uint8Array([0x63]));
      handler.write('');
      handler.write('é');
    });
    expect(text).toBe('a✓bcé');
  });

  it('writes plain objects as JSON that no script element can end (WEB-51)', async () => {
    const { headers, body } = await ask((handler) => {
      handler.write({ a: 1, b: ['</script>'] });
    });
    expect(headers.get('Content-Type')).toBe('application/json; charset=UTF-8');
    expect(body.toString()).toBe('{"a": 1, "b": ["<\\/script>"]}');
  });

  it('leaves the type alone that is set behind it (WEB-69)', async () => {
    const { headers } = await ask((handler) => {
      handler.write({});
      handler.setHeader('Content-Type', 'application/vnd.api+json');
    });
    expect(headers.get('Content-Type')).toBe('application/vnd.api+json');
  });

  it.each([[[1]], [new Map()], [new Date()], [5], [null], [true], [() => 1]])(
    'refuses %j (WEB-51, SEC-34)',
    (chunk) =>
      expectFailure((handler) => {
        handler.write(chunk as object);
      }, 'write() only accepts text, bytes, and plain objects'),
  );

  it('comes too late behind finish (WEB-51)', async () => {
    let thrown: unknown;
    await ask((handler) => {
      void handler.finish('x');
      try {
        handler.write('y');
      } catch (error) {
        thrown = error;
      }
    });
    expect(thrown).toMatchObject({
      code: 'ERR_FINISHED',
      message: 'Cannot write() after finish()',
    });
  });
});

describe('flush', () => {
  it('sends the head and what was written, then further pieces (WEB-52)', async () => {
    const { headers, body } = await ask(async (handler) => {
      handler.write('a');
      await handler.flush();
      await handler.flush();
      handler.setHeader('X-Late', 'x');
      handler.write('b');
      handler.write('c');
    });
    expect(body.toString()).toBe('abc');
    expect(headers.has('X-Late')).toBe(false);
    expect(headers.has('Content-Length')).toBe(false);
    expect(headers.has('Etag')).toBe(false);
  });

  it('sends the head alone where nothing was written (WEB-52)', async () => {
    const answer = await ask((handler) => {
      void handler.flush();
      handler.setStatus(404);
    });
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
  });
});

describe('finish', () => {
  it('may bring the last piece, and gives the future of the flush (WEB-53, 70)', async () => {
    const text = await textOf(async (handler) => {
      handler.write('a');
      await handler.finish('b');
    });
    expect(text).toBe('ab');
  });

  it('comes only once (WEB-53)', async () => {
    let thrown: unknown;
    await ask((handler) => {
      void handler.finish();
      try {
        void handler.finish();
      } catch (error) {
        thrown = error;
      }
    });
    expect(thrown).toMatchObject({ code: 'ERR_FINISHED', message: 'finish() called twice' });
  });

  it('sets Etag and Content-Length, in bytes (WEB-54)', async () => {
    const { headers } = await ask((handler) => {
      handler.write('✓');
    });
    expect(headers.get('Content-Length')).toBe('3');
    expect(headers.get('Etag')).toBe(etagOf('✓'));
  });

  it('sets an Etag for GET and HEAD with 200 alone, and keeps the application’s own (WEB-54)', async () => {
    const lost: Answer = (handler) => {
      handler.setStatus(404);
    };
    expect((await ask(lost)).headers.has('Etag')).toBe(false);
    expect((await ask(() => undefined, { method: 'POST' })).headers.has('Etag')).toBe(false);
    const own: Answer = (handler) => {
      handler.setHeader('Etag', '"mine"');
    };
    expect((await ask(own)).headers.get('Etag')).toBe('"mine"');
  });

  it.each(['"x"', '"y", "mine"', 'W/"mine"', '*'])(
    'compares with If-None-Match: %s (WEB-54, 56)',
    async (header) => {
      const answer = await ask(
        (handler) => {
          handler.setHeader('Etag', '"mine"');
          handler.write('body');
        },
        { headers: { 'If-None-Match': header } },
      );
      const isKnown = header !== '"x"';
      expect(answer.status).toBe(isKnown ? 304 : 200);
      expect(answer.body.toString()).toBe(isKnown ? '' : 'body');
      expect(answer.headers.get('Etag')).toBe('"mine"');
      expect(answer.headers.has('Content-Type')).toBe(!isKnown);
      expect(answer.headers.has('Content-Length')).toBe(!isKnown);
    },
  );

  it('answers HEAD with the length of what was written, and nothing of it (WEB-10, 54)', async () => {
    const write: Answer = (handler) => {
      handler.write('12345');
    };
    const [head, get] = [await ask(write, { method: 'HEAD' }), await ask(write)];
    expect(head.body).toHaveLength(0);
    expect(head.headers.get('Content-Length')).toBe('5');
    expect(head.headers.get('Etag')).toBe(get.headers.get('Etag'));
    const flushed = await ask(
      (handler) => {
        handler.write('1');
        void handler.flush();
        handler.write('2');
      },
      { method: 'HEAD' },
    );
    expect(flushed.body).toHaveLength(0);
  });
});

describe('statuses without a body', () => {
  it.each([204, 304])(
    '%d goes out without one, and without its description (WEB-55, SEC-1)',
    async (status) => {
      const { headers, body } = await ask((handler) => {
        handler.setStatus(status);
        handler.setHeader('Content-Language', 'de');
        handler.setHeader('Content-Encoding', 'gzip');
        handler.setHeader('X-Other', 'x');
      });
      expect(body).toHaveLength(0);
      const names = ['Content-Length', 'Content-Type', 'Content-Language', 'Content-Encoding'];
      expect(names.filter((name) => headers.has(name))).toEqual([]);
      expect(headers.has('X-Other')).toBe(true);
    },
  );

  it.each([204, 304])('%d with a body ends as 500 (WEB-55, 67)', async (status) => {
    await expectFailure((handler) => {
      handler.setStatus(status);
      handler.write('x');
    }, `Cannot send body with ${status}`);
    await expectFailure((handler) => {
      handler.setStatus(status);
      handler.write('x');
      void handler.flush();
    }, `Cannot send body with ${status}`);
  });

  it('below 200 are no answer (WEB-55)', async () => {
    await expectFailure((handler) => {
      handler.setStatus(100);
    }, '100 is no final answer');
  });
});

describe('a wrong Content-Length', () => {
  it.each([
    { length: 5, body: 'abc', message: 'Tried to write 2 bytes less than Content-Length' },
    { length: 2, body: 'abc', message: 'Tried to write more data than Content-Length' },
  ])('of $length for "$body" closes the connection (WEB-68)', async ({ length, body, message }) => {
    await new ExpectLog('typhoon.application', 'Uncaught exception').run(async () => {
      let logged: unknown;
      const answer: Answer = (handler) => {
        handler.logException = (error) => {
          logged = error;
          RequestHandler.prototype.logException.call(handler, error);
        };
        handler.setHeader('Content-Length', length);
        handler.write(body);
      };
      await new ExpectLog('typhoon.general', '', { required: false }).run(async () => {
        await expect(ask(answer)).rejects.toThrow('closed before the answer was complete');
      });
      expect(String(logged)).toContain(message);
    });
  });

  it('is refused when it is no number', async () => {
    await expectFailure((handler) => {
      handler.setHeader('Content-Length', 'five');
      handler.write('x');
    }, 'Invalid Content-Length');
  });
});

describe('detach', () => {
  it('gives the connection away, and is the end for the framework (WEB-72)', async () => {
    let isClosing: boolean | null = null;
    const controller = new AbortController();
    const response = ask(
      (handler) => {
        isClosing = handler.detach().isClosing;
        expect(() => {
          handler.write('x');
        }).toThrow('finish');
      },
      { signal: controller.signal },
    );
    await sleep(1);
    controller.abort();
    await expect(response).rejects.toThrow('closed');
    expect(isClosing).toBe(false);
  });
});
