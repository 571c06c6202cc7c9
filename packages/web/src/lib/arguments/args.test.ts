import { ExpectLog } from '@typhoon/log/testing';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import '../../../test/quiet.ts';
import { Application } from '../application/application.ts';
import { authenticated } from '../redirects/authenticated.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { fetchApp, type FetchAppOptions } from '../testing/fetch-app.ts';
import { args, type ArgsOf } from './args.ts';
import type { ArgumentsSchema } from './args-spec.ts';
import type { StandardSchema } from './standard-schema.ts';

/** A handler that answers what it got. */
function echo(schema: ArgumentsSchema): typeof RequestHandler {
  class Echo extends RequestHandler {
    @args(schema)
    override get(input: unknown): void {
      this.write({ input });
    }
    @args(schema)
    override post(input: unknown): void {
      this.write({ input });
    }
  }
  return Echo;
}

async function ask(
  schema: ArgumentsSchema,
  target: string,
  options?: FetchAppOptions,
): Promise<unknown> {
  const app = new Application([['/(?<id>\\w+)?', echo(schema)]]);
  const { status, body } = await fetchApp(app, target, options);
  return status === 200 ? (JSON.parse(body.toString()) as { input: unknown }).input : status;
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };

/** The same by two makers: a number of at least 1, and a list of tags. */
const MAKERS: readonly (readonly [string, (place: 'text' | 'json') => StandardSchema])[] = [
  [
    'zod',
    (place) =>
      z.object({
        page: place === 'text' ? z.coerce.number().min(1) : z.number().min(1),
        tag: z.array(z.string()).default([]),
      }),
  ],
  [
    'valibot',
    (place) =>
      v.object({
        page:
          place === 'text'
            ? v.pipe(v.string(), v.toNumber(), v.minValue(1))
            : v.pipe(v.number(), v.minValue(1)),
        tag: v.optional(v.array(v.string()), []),
      }),
  ],
];

describe.each(MAKERS)('args with %s', (_maker, make) => {
  it('checks the query', async () => {
    const schema = { query: make('text') };
    expect(await ask(schema, '/?page=2&tag=a&tag=b')).toEqual({
      query: { page: 2, tag: ['a', 'b'] },
    });
    expect(await ask(schema, '/?page=2')).toEqual({ query: { page: 2, tag: [] } });
    expect(await quietly(() => ask(schema, '/?page=0'))).toBe(400);
  });

  it('checks a form', async () => {
    const schema = { form: make('text') };
    const options = { headers: FORM, body: 'page=3&tag=a&tag=b' };
    expect(await ask(schema, '/', options)).toEqual({ form: { page: 3, tag: ['a', 'b'] } });
    expect(await quietly(() => ask(schema, '/', { headers: FORM, body: 'page=x' }))).toBe(400);
  });

  it('checks JSON', async () => {
    const schema = { json: make('json') };
    const options = { headers: JSON_TYPE, body: '{"page": 4, "tag": ["a"]}' };
    expect(await ask(schema, '/', options)).toEqual({ json: { page: 4, tag: ['a'] } });
    const wrong = { headers: JSON_TYPE, body: '{"page": "4"}' };
    expect(await quietly(() => ask(schema, '/', wrong))).toBe(400);
  });

  it('checks all places together, body before query', async () => {
    const options = { headers: FORM, body: 'page=5' };
    expect(await ask(make('text'), '/?page=1&tag=a&tag=b', options)).toEqual({
      page: 5,
      tag: ['a', 'b'],
    });
  });
});

describe('args with arktype', () => {
  const Text = type({ page: type('string.numeric.parse').to('number >= 1'), 'tag?': 'string[]' });

  it('checks query, form and JSON', async () => {
    expect(await ask({ query: Text }, '/?page=2&tag=a')).toEqual({
      query: { page: 2, tag: ['a'] },
    });
    expect(await ask({ form: Text }, '/', { headers: FORM, body: 'page=3' })).toEqual({
      form: { page: 3 },
    });
    const options = { headers: JSON_TYPE, body: '{"page": 4}' };
    expect(await ask({ json: type({ page: 'number >= 1' }) }, '/', options)).toEqual({
      json: { page: 4 },
    });
    expect(await quietly(() => ask({ query: Text }, '/?page=0'))).toBe(400);
  });
});

describe('args', () => {
  it('gives the path’s groups, by name or by number', async () => {
    const schema = { path: z.object({ id: z.string() }) };
    expect(await ask(schema, '/abc')).toEqual({ path: { id: 'abc' } });
    expect(await quietly(() => ask(schema, '/'))).toBe(400);
    class Numbered extends RequestHandler {
      @args({ path: z.tuple([]).or(z.object({ 0: z.coerce.number(), 1: z.string() })) })
      override get({ path }: { path: object }): void {
        this.write({ path });
      }
    }
    const app = new Application([['/(\\d+)/(\\w+)', Numbered]]);
    const { body } = await fetchApp(app, '/7/x');
    expect(JSON.parse(body.toString())).toEqual({ path: { 0: 7, 1: 'x' } });
  });

  it('tells every fault of every place', async () => {
    const schema = {
      path: z.object({ id: z.string().min(5, 'too short') }),
      query: z.object({ page: z.coerce.number({ error: 'no number' }), q: z.string('missing') }),
      json: z.object({ user: z.object({ name: z.string('no name') }) }),
    };
    const app = new Application([['/(?<id>\\w+)', echo(schema)]], { serveTraceback: true });
    const options = { headers: JSON_TYPE, body: '{"user": {}}' };
    const answer = await quietly(() => fetchApp(app, '/abc?page=x', options));
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([
      400,
      'application/problem+json',
    ]);
    expect(JSON.parse(answer.body.toString())).toEqual({
      title: 'Bad Request',
      status: 400,
      errors: [
        { in: 'path', path: ['id'], message: 'too short' },
        { in: 'query', path: ['page'], message: 'no number' },
        { in: 'query', path: ['q'], message: 'missing' },
        { in: 'json', path: ['user', 'name'], message: 'no name' },
      ],
    });
  });

  it('tells of JSON that is none beside the other faults, and refuses other types with 415', async () => {
    const schema = { query: z.object({ q: z.string('missing') }), json: z.unknown() };
    const app = new Application([['/', echo(schema)]]);
    const broken = await quietly(() => fetchApp(app, '/', { headers: JSON_TYPE, body: '{' }));
    const { errors } = JSON.parse(broken.body.toString()) as { errors: { in: string }[] };
    expect(errors.map((one) => one.in)).toEqual(['query', 'json']);
    expect((await fetchApp(app, '/?q=x', { headers: FORM, body: '{}' })).status).toBe(415);
  });

  it('waits for validators that need time, and for the method behind them', async () => {
    const schema = z.object({
      q: z.string().refine(async (q) => (await Promise.resolve(q)) === 'ok', 'no'),
    });
    class Waiting extends RequestHandler {
      @args(schema)
      override async get({ q }: { q: string }): Promise<void> {
        await Promise.resolve();
        this.write(q);
      }
    }
    const app = new Application([['/', Waiting]]);
    expect((await fetchApp(app, '/?q=ok')).body.toString()).toBe('ok');
    expect((await quietly(() => fetchApp(app, '/?q=x'))).status).toBe(400);
  });

  it('cleans text as getArgument does, and refuses what is no UTF-8', async () => {
    const schema = { query: z.object({ q: z.string() }) };
    expect(await ask(schema, '/?q=%20a%00b%20')).toEqual({ query: { q: 'a b' } });
    expect(await quietly(() => ask(schema, '/?q=%ff'))).toBe(400);
  });

  it('gives a form’s files', async () => {
    const body =
      '--B\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nhello\r\n--B--';
    class Upload extends RequestHandler {
      @args({
        form: z.object({ f: z.object({ filename: z.string(), body: z.instanceof(Uint8Array) }) }),
      })
      override post({ form }: { form: { f: { filename: string; body: Uint8Array } } }): void {
        this.write(`${form.f.filename} ${Buffer.from(form.f.body).toString()}`);
      }
    }
    const headers = { 'Content-Type': 'multipart/form-data; boundary=B' };
    const answer = await fetchApp(new Application([['/', Upload]]), '/', { headers, body });
    expect(answer.body.toString()).toBe('a.txt hello');
  });

  it('goes with other decorators, and keeps a __proto__ in its place', async () => {
    const listing = args({ query: z.looseObject({}) });
    class Mine extends RequestHandler {
      override getCurrentUser(): string {
        return 'me';
      }
      @authenticated
      @listing
      override get({ query }: ArgsOf<typeof listing>): void {
        this.write({ keys: Object.keys(query), isPolluted: 'polluted' in {} });
      }
    }
    const { body } = await fetchApp(new Application([['/', Mine]]), '/?__proto__=polluted&a=1');
    expect(JSON.parse(body.toString())).toMatchObject({ isPolluted: false });
  });
});

/** Without the warnings of refused requests. */
function quietly<T>(run: () => Promise<T>): Promise<T> {
  return new ExpectLog('typhoon.general', /400 /).run(run);
}
