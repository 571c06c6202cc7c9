// One verb of one path in an OpenAPI document. Owns: which arguments are parameters, and which are the body.
import { isStandardSchema, jsonSchemaOf, type JsonSchema } from '../arguments/standard-schema.ts';
import type { ArgumentPlaces, ArgumentsInfo } from '../arguments/args-spec.ts';
import type { StandardSchema } from '../arguments/standard-schema.ts';
import type { EmbeddedSchemas } from './embedded-schemas.ts';
import type { PathTemplate } from './path-template.ts';

/** A parameter in path or query. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

interface Answer {
  readonly description: string;
  readonly content?: Content;
}

/** What a verb takes and answers. */
export interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
}

const PROBLEM: JsonSchema = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    status: { type: 'integer' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          in: { type: 'string' },
          path: { type: 'array' },
          message: { type: 'string' },
        },
      },
    },
  },
};

/** Verbs whose arguments are not in a body. */
const BODILESS = new Set(['get', 'head', 'delete', 'options']);

/** Describes a verb by what its method says of its arguments, if it says anything. */
export function describeOperation(
  verb: string,
  { names }: PathTemplate,
  info: ArgumentsInfo | null,
  schemas: EmbeddedSchemas,
): Operation {
  const places = info === null ? {} : placesOf(verb, info);
  const path = members(places.path, schemas);
  const query = members(places.query, schemas);
  const parameters: Parameter[] = [
    ...names.map((name, at): Parameter => {
      const schema = path.properties[name] ?? path.properties[at] ?? { type: 'string' };
      return { name, in: 'path', required: true, schema };
    }),
    ...Object.entries(query.properties)
      .filter(([name]) => !names.includes(name))
      .map(([name, schema]): Parameter => {
        return { name, in: 'query', required: query.required.has(name), schema };
      }),
  ];
  const content = bodyContent(places, schemas);
  return {
    ...(info?.notes.summary === undefined ? {} : { summary: info.notes.summary }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(content === null ? {} : { requestBody: { required: true, content } }),
    responses: responsesOf(info, schemas),
  };
}

/** One validator for all places stands for the path, and for query or body. */
function placesOf(verb: string, { schema }: ArgumentsInfo): ArgumentPlaces {
  if (!isStandardSchema(schema)) return schema;
  if (BODILESS.has(verb)) return { path: schema, query: schema };
  return { path: schema, form: schema, json: schema };
}

interface Members {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: ReadonlySet<string>;
}

function members(validator: StandardSchema | undefined, schemas: EmbeddedSchemas): Members {
  const schema = validator === undefined ? null : jsonSchemaOf(validator);
  const { properties = {}, required = [] } = schema === null ? {} : schemas.embed(schema);
  return {
    properties: properties as Record<string, JsonSchema>,
    required: new Set(required as string[]),
  };
}

function bodyContent({ form, json }: ArgumentPlaces, schemas: EmbeddedSchemas): Content | null {
  const content: Record<string, { schema: JsonSchema }> = {};
  if (json !== undefined) content['application/json'] = contentOf(json, schemas);
  if (form !== undefined) {
    const described = contentOf(form, schemas);
    content['application/x-www-form-urlencoded'] = described;
    content['multipart/form-data'] = described;
  }
  return Object.keys(content).length === 0 ? null : content;
}

function contentOf(validator: StandardSchema, schemas: EmbeddedSchemas): { schema: JsonSchema } {
  const schema = jsonSchemaOf(validator);
  return { schema: schema === null ? {} : schemas.embed(schema) };
}

function responsesOf(info: ArgumentsInfo | null, schemas: EmbeddedSchemas): Operation['responses'] {
  const described: Readonly<Record<string, StandardSchema | null>> = info?.notes.responses ?? {
    200: null,
  };
  const answers = Object.entries(described).map(([status, validator]): [string, Answer] => {
    const description = `Status ${status}`;
    if (validator === null) return [status, { description }];
    const content = { 'application/json': contentOf(validator, schemas) };
    return [status, { description, content }];
  });
  if (info === null) return Object.fromEntries(answers);
  const fault = {
    description: 'Invalid arguments, every fault of them',
    content: { 'application/problem+json': { schema: PROBLEM } },
  };
  return Object.fromEntries([...answers, ['400', fault]]);
}
