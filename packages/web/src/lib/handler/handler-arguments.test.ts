import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { ask, type Answer, type AskOptions } from '../../../test/ask.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** What `answer` gives, for `/?a=1&a=2&b=query` with the form `b=body&c=3&c=4`. */
async function given(answer: Answer, options: AskOptions = {}): Promise<unknown> {
  let result: unknown;
  const request = { path: '/?a=1&a=2&b=query', headers: FORM, body: 'b=body&c=3&c=4', ...options };
  await ask((handler) => {
    result = answer(handler);
  }, request);
  return result;
}

describe('getArgument', () => {
  it('gives the last value, the form before the query (WEB-25, 28)', async () => {
    expect(await given((handler) => handler.getArgument('a'))).toBe('2');
    expect(await given((handler) => handler.getArgument('b'))).toBe('body');
    expect(await given((handler) => handler.getArgument('c'))).toBe('4');
  });

  it('has sisters that look at one source (WEB-28)', async () => {
    const fallback = { default: null };
    expect(await given((handler) => handler.getQueryArgument('b'))).toBe('query');
    expect(await given((handler) => handler.getQueryArgument('c', fallback))).toBeNull();
    expect(await given((handler) => handler.getBodyArgument('b'))).toBe('body');
    expect(await given((handler) => handler.getBodyArgument('a', fallback))).toBeNull();
  });

  it('gives the default, or answers 400 and names the argument (WEB-25)', async () => {
    expect(await given((handler) => handler.getArgument('x', { default: '' }))).toBe('');
    await new ExpectLog('typhoon.general', '400 GET /.*Missing argument x').run(async () => {
      const { status } = await ask((handler) => {
        handler.write(handler.getArgument('x'));
      });
      expect(status).toBe(400);
    });
  });

  it.each([
    ['%20a%20b%20', 'a b'],
    ['a%00%08b%0Ec%1F', 'a  b c'],
    ['a%09b%0Dc', 'a\tb\rc'],
    ['%C2%85a%E3%80%80', 'a'],
    ['%EF%BB%BFa', '\ufeffa'],
    ['', ''],
    ['%20', ''],
  ])('cleans "%s" to %j (WEB-26)', async (query, text) => {
    expect(await given((handler) => handler.getArgument('q'), { path: `/?q=${query}` })).toBe(text);
  });

  it('leaves white space where it is told to (WEB-26)', async () => {
    const path = '/?q=%20a%00%20';
    expect(await given((handler) => handler.getArgument('q', { strip: false }), { path })).toBe(
      ' a  ',
    );
  });

  it('answers 400 to what is no UTF-8 (WEB-26)', async () => {
    await new ExpectLog('typhoon.general', '.*Invalid unicode in q').run(async () => {
      const { status } = await ask((handler) => handler.getArgument('q'), { path: '/?q=%ff' });
      expect(status).toBe(400);
    });
  });

  it('takes time in proportion to what it trims', async () => {
    const spaces = ' '.repeat(100_000);
    const body = `q=a${spaces}b`;
    const started = performance.now();
    expect(await given((handler) => handler.getArgument('q'), { body })).toBe(`a${spaces}b`);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('getArguments', () => {
  it('gives all values, the query before the form (WEB-27, 28)', async () => {
    const path = '/?c=0&c=1';
    expect(await given((handler) => handler.getArguments('c'), { path })).toEqual([
      '0',
      '1',
      '3',
      '4',
    ]);
    expect(await given((handler) => handler.getQueryArguments('c'), { path })).toEqual(['0', '1']);
    expect(await given((handler) => handler.getBodyArguments('c'), { path })).toEqual(['3', '4']);
    expect(await given((handler) => handler.getArguments('x'))).toEqual([]);
  });

  it('trims unless told otherwise (WEB-27)', async () => {
    const path = '/?q=%20a';
    expect(await given((handler) => handler.getArguments('q'), { path })).toEqual(['a']);
    const all = await given((handler) => handler.getArguments('q', { strip: false }), { path });
    expect(all).toEqual([' a']);
  });
});

describe('a body', () => {
  it('that is no valid form is answered 400 when its arguments are asked for (WEB-6)', async () => {
    const headers = { 'Content-Type': 'multipart/form-data' };
    await new ExpectLog('typhoon.general', '400 POST /.*Invalid body: multipart boundary').run(
      async () => {
        const { status } = await ask((handler) => handler.getArgument('q'), { headers, body: 'x' });
        expect(status).toBe(400);
      },
    );
    await new ExpectLog('typhoon.general', '400 POST /.*Invalid body').run(async () => {
      const { status } = await ask((handler) => handler.request.files, { headers, body: 'x' });
      expect(status).toBe(400);
    });
  });

  it('that is a form may hold files', async () => {
    const body =
      '--b\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\n\r\nhello\r\n--b--\r\n';
    const headers = { 'Content-Type': 'multipart/form-data; boundary=b' };
    const files = await given((handler) => handler.request.files.get('f'), { headers, body });
    expect(files).toMatchObject([{ filename: 'x.txt', body: Buffer.from('hello') }]);
  });
});
