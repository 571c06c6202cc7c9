import { Validator } from '@seriousme/openapi-schema-validator';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Application } from '../application/application.ts';
import { args, type ArgsOf } from '../arguments/args.ts';
import { authenticated } from '../redirects/authenticated.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { url } from '../application/url.ts';
import type { RouteList } from '../application/application-router.ts';
import type { OpenApiDocument } from './openapi-document.ts';

const Story = z.object({
  title: z.string(),
  get replies() {
    return z.array(Story);
  },
});
const getStory = args(
  {
    path: z.object({ id: z.coerce.number().int() }),
    query: z.object({ full: z.string().optional() }),
  },
  { summary: 'One story', responses: { 200: Story } },
);
const postStory = args({ json: Story });
const search = args(type({ q: 'string', 'page?': 'string.integer.parse' }));
const login = args({
  form: toStandardJsonSchema(v.object({ name: v.string(), remember: v.optional(v.string()) })),
});

class StoryHandler extends RequestHandler {
  @getStory
  override get({ path }: ArgsOf<typeof getStory>): void {
    this.write({ id: path.id });
  }
  @authenticated
  @postStory
  override post({ json }: ArgsOf<typeof postStory>): void {
    this.write({ title: json.title });
  }
}

class Search extends RequestHandler {
  @search
  override get({ q }: ArgsOf<typeof search>): void {
    this.write(q);
  }
}

class Login extends RequestHandler {
  @login
  override post({ form }: ArgsOf<typeof login>): void {
    this.write(form.name);
  }
}

class Plain extends RequestHandler {
  override get(): void {
    this.write('plain');
  }
  override delete(): void {
    this.write('plain');
  }
}

const RULES: RouteList = [
  ['/story/(?<id>\\d+)', StoryHandler],
  ['/search', Search],
  url('/login', Login, { name: 'login' }),
  ['/files/(.*)/part-(\\d+)', Plain],
  ['/nested/.*', [['/nested/one', Plain]]],
];

async function valid(document: OpenApiDocument): Promise<OpenApiDocument> {
  const { valid: isValid, errors } = await new Validator().validate({ ...document });
  expect(errors).toBeUndefined();
  expect(isValid).toBe(true);
  return document;
}

describe('openapi', () => {
  const info = { title: 'Stories', version: '1.2.3' };

  it('gives a document that a validator accepts', async () => {
    const app = new Application(RULES, { staticPath: '/' });
    app.addHandlers('api\\.test', [['/host', Plain]]);
    app.addHandlers('other\\.test', [['/app', new Application([['/inner/(\\w+)', Search]])]]);
    const document = await valid(app.openapi(info));
    expect(document).toMatchObject({ openapi: '3.1.0', info });
    expect(Object.keys(document.paths)).toEqual([
      '/host',
      '/inner/{arg0}',
      '/story/{id}',
      '/search',
      '/login',
      '/files/{arg0}/part-{arg1}',
      '/nested/one',
    ]);
    await valid(new Application().openapi());
  });

  it('says which parameters there are, and what the answers are', () => {
    const { paths, components } = new Application(RULES).openapi(info);
    const operation = paths['/story/{id}']?.['get'];
    expect(operation?.summary).toBe('One story');
    expect(operation?.parameters).toMatchObject([
      { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
      { name: 'full', in: 'query', required: false, schema: { type: 'string' } },
    ]);
    expect(operation?.responses).toMatchObject({ 200: {}, 400: {} });
    expect(paths['/search']?.['get']?.parameters).toMatchObject([
      { name: 'q', in: 'query', required: true },
      { name: 'page', in: 'query', required: false },
    ]);
    expect(Object.keys(components.schemas)).not.toHaveLength(0);
  });

  it('describes bodies, also behind other decorators', () => {
    const { paths, components } = new Application(RULES).openapi(info);
    const json = paths['/story/{id}']?.['post']?.requestBody?.content['application/json']?.schema;
    const { $ref = '' } = json as { $ref?: string };
    const name = $ref.replace('#/components/schemas/', '');
    expect(components.schemas[name]).toMatchObject({
      properties: { replies: { items: { $ref } } },
    });
    expect(Object.keys(paths['/login']?.['post']?.requestBody?.content ?? {})).toEqual([
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ]);
  });

  it('lists the verbs that a handler has, and none that it has not', () => {
    const { paths } = new Application(RULES).openapi(info);
    expect(Object.keys(paths['/nested/one'] ?? {})).toEqual(['get', 'delete']);
    expect(paths['/nested/one']?.['get']).toEqual({
      responses: { 200: { description: 'Status 200' } },
    });
  });

  it('takes what no JSON schema can say for anything', async () => {
    const odd = args({ json: v.object({ when: v.date() }), query: z.object({ on: z.date() }) });
    class Odd extends RequestHandler {
      @odd
      override put(): void {
        this.write('');
      }
    }
    const { paths } = await valid(new Application([['/odd', Odd]]).openapi());
    expect(paths['/odd']?.['put']?.requestBody?.content['application/json']?.schema).toEqual({});
  });
});
