import { describe, expect, it } from 'vitest';
import { ask, type Answer } from '../../../test/ask.ts';
import { RequestHandler } from './request-handler.ts';
import { Application } from '../application/application.ts';
import { fetchApp } from '../testing/fetch-app.ts';

/** Runs `answer` and gives what it threw. */
async function thrownBy(answer: Answer): Promise<unknown> {
  let thrown: unknown = null;
  await ask((handler) => {
    try {
      answer(handler);
    } catch (error) {
      thrown = error;
    }
  });
  return thrown;
}

describe('default headers', () => {
  it('are server, type and date (WEB-19)', async () => {
    const { headers } = await ask((handler) => {
      handler.write('x');
    });
    expect(headers.get('Server')).toBe('typhoon');
    expect(headers.get('Content-Type')).toBe('text/html; charset=UTF-8');
    expect(Math.abs(Date.parse(headers.get('Date', '')) - Date.now())).toBeLessThan(5000);
  });

  it('come back with clear, and with them those of setDefaultHeaders (WEB-19)', async () => {
    class Handler extends RequestHandler {
      override setDefaultHeaders(): void {
        this.setHeader('X-Default', 'yes');
      }
      override get(): void {
        this.setStatus(404);
        this.setHeader('Server', 'other');
        this.setHeader('X-Default', 'no');
        this.setHeader('X-Other', 'x');
        this.write('lost');
        this.clear();
        this.write('kept');
      }
    }
    const { status, headers, body } = await fetchApp(new Application([['/', Handler]]), '/');
    expect([status, body.toString()]).toEqual([200, 'kept']);
    expect(headers.get('Server')).toBe('typhoon');
    expect(headers.get('X-Default')).toBe('yes');
    expect(headers.has('X-Other')).toBe(false);
  });
});

describe('setStatus', () => {
  it.each([
    { status: 404, reason: undefined, text: 'Not Found' },
    { status: 404, reason: 'Nobody Home', text: 'Nobody Home' },
    { status: 682, reason: undefined, text: 'Unknown' },
    { status: 404, reason: '<script>', text: 'Unknown' },
    { status: 404, reason: 'a\r\nX: y', text: 'Unknown' },
    { status: 404, reason: '✓', text: 'Unknown' },
  ])(
    '$status with reason $reason is "$text" (WEB-20, 21, SEC-25)',
    async ({ status, reason, text }) => {
      const answer = await ask((handler) => {
        handler.setStatus(status, reason);
        expect(handler.getStatus()).toBe(status);
      });
      expect([answer.status, answer.reason]).toEqual([status, text]);
    },
  );

  it.each([99, 1000, 200.5, Number.NaN])('%d is no status', async (status) => {
    expect(
      await thrownBy((handler) => {
        handler.setStatus(status);
      }),
    ).toBeInstanceOf(RangeError);
  });
});

describe('setHeader', () => {
  it('takes text, bytes, whole numbers and dates (WEB-22)', async () => {
    const { headers } = await ask((handler) => {
      handler.setHeader('X-Text', 'a\tb é');
      handler.setHeader('X-Bytes', Buffer.from([0x61, 0xe9]));
      handler.setHeader('X-Number', 42);
      handler.setHeader('X-Date', new Date(0));
    });
    expect(headers.get('X-Text')).toBe('a\tb é');
    expect(headers.get('X-Bytes')).toBe('aé');
    expect(headers.get('X-Number')).toBe('42');
    expect(headers.get('X-Date')).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
  });

  it.each([1.5, null, undefined, true, {}])('refuses %j (WEB-22)', async (value) => {
    expect(
      await thrownBy((handler) => {
        handler.setHeader('X', value as never);
      }),
    ).toBeInstanceOf(TypeError);
  });

  it.each(['a\r\nX: y', 'a\0', '\x7f', '✓', 'a\nb'])(
    'refuses %j as unsafe (WEB-22, SEC-16, 34)',
    async (value) => {
      const thrown = await thrownBy((handler) => {
        handler.setHeader('X', value);
      });
      expect(thrown).toMatchObject({ code: 'ERR_INVALID_HEADER' });
    },
  );

  it('replaces, addHeader adds, clearHeader removes silently (WEB-23)', async () => {
    const { headers } = await ask((handler) => {
      handler.setHeader('A', '1');
      handler.setHeader('A', '2');
      handler.addHeader('A', '3');
      handler.setHeader('B', '1');
      handler.addHeader('B', '2');
      handler.clearHeader('B');
      handler.clearHeader('C');
      handler.setCookie('c', 'd');
      handler.clearHeader('Set-Cookie');
    });
    expect(headers.getList('A')).toEqual(['2', '3']);
    expect(headers.has('B')).toBe(false);
    expect(headers.get('Set-Cookie')).toBe('c=d; Path=/');
  });
});

describe('redirect', () => {
  it.each([
    { options: {}, status: 302 },
    { options: { permanent: true }, status: 301 },
    { options: { status: 307 }, status: 307 },
    { options: { permanent: true, status: 303 }, status: 303 },
  ])('with $options is $status, and finishes (WEB-24)', async ({ options, status }) => {
    const answer = await ask((handler) => {
      handler.redirect('/é?a=b', options);
      expect(() => {
        handler.write('x');
      }).toThrow('Cannot write() after finish()');
    });
    expect(answer.status).toBe(status);
    expect(Buffer.from(answer.headers.get('Location', ''), 'latin1').toString()).toBe('/é?a=b');
  });

  it('refuses another status, and line breaks (WEB-24)', async () => {
    expect(
      await thrownBy((handler) => {
        handler.redirect('/', { status: 200 });
      }),
    ).toBeInstanceOf(RangeError);
    const thrown = await thrownBy((handler) => {
      handler.redirect('/\r\nSet-Cookie: a=b');
    });
    expect(thrown).toMatchObject({ code: 'ERR_INVALID_HEADER' });
  });

  it('comes too late when the head is sent (WEB-24)', async () => {
    let thrown: unknown;
    await ask((handler) => {
      handler.write('x');
      void handler.flush();
      try {
        handler.redirect('/');
      } catch (error) {
        thrown = error;
      }
    });
    expect(thrown).toMatchObject({ code: 'ERR_HEAD_SENT' });
  });
});

it('asks for the settings that a feature needs', async () => {
  const thrown = await thrownBy((handler) => {
    handler.requireSetting('loginUrl', 'logging in');
  });
  expect(String(thrown)).toContain(
    "define the 'loginUrl' setting in your application to use logging in",
  );
});
