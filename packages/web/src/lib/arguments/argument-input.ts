// What a request has to say in each place, as validators get it. Owns: text, lists, JSON.
// Must not know: what is valid.
import { cleanArgument } from '../handler/argument-text.ts';
import { HTTPError } from '../errors/http-error.ts';
import { ArgumentsError } from './arguments-error.ts';
import { jsonSchemaOf, type StandardSchema } from './standard-schema.ts';
import type { ArgumentMap } from '@typhoon/http1';
import type { HTTPServerRequest } from '@typhoon/httpserver';

/** All that is asked of a handler here. */
export interface ArgumentSubject {
  readonly request: HTTPServerRequest;
  readonly pathArgs: readonly (string | null)[];
  readonly pathKwargs: Readonly<Record<string, string | null>>;
  decodeArgument(value: Uint8Array, name: string | null): string;
}

type Input = Record<string, unknown>;

/** The path's groups by name, or by number, from 0. */
export function pathInput({ pathArgs, pathKwargs }: ArgumentSubject): Input {
  const groups = [...Object.entries(pathArgs), ...Object.entries(pathKwargs)];
  return Object.fromEntries(groups.filter(([, value]) => value !== null));
}

/** The query's arguments: text, or a list of texts where there are several, or `lists` names it. */
export function queryInput(handler: ArgumentSubject, lists: ReadonlySet<string>): Input {
  return textsOf(handler, handler.request.queryArguments, lists);
}

/** The same of a form, and its files. @throws HTTPInputError for what is no form. */
export function formInput(handler: ArgumentSubject, lists: ReadonlySet<string>): Input {
  const { request } = handler;
  const files = Array.from(request.files, ([name, all]) => [name, oneOrAll(name, all, lists)]);
  const texts = Object.entries(textsOf(handler, request.bodyArguments, lists));
  return Object.fromEntries([...files, ...texts]) as Input;
}

/** The body as JSON; undefined for none. @throws HTTPError 415 for another type, ArgumentsError for what is no JSON. */
export function jsonInput({ request }: ArgumentSubject): unknown {
  if (request.body.length === 0) return undefined;
  if (!isJson(request)) throw new HTTPError(415);
  try {
    return JSON.parse(UTF_8.decode(request.body));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ArgumentsError([{ in: 'json', path: [], message }]);
  }
}

/** Whether a request says that its body is JSON. */
export function isJson({ headers }: HTTPServerRequest): boolean {
  const type = headers.get('Content-Type', '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type === 'application/json' || type.endsWith('+json');
}

/** The members of which a validator takes lists, as far as it can say that. */
export function listNames(schema: StandardSchema): ReadonlySet<string> {
  const { properties } = jsonSchemaOf(schema) ?? {};
  if (typeof properties !== 'object' || properties === null) return new Set();
  const names = Object.entries(properties as Record<string, unknown>);
  return new Set(names.filter(([, member]) => isList(member)).map(([name]) => name));
}

function isList(member: unknown): boolean {
  if (typeof member !== 'object' || member === null) return false;
  if ('type' in member && member.type === 'array') return true;
  return 'anyOf' in member && Array.isArray(member.anyOf) && member.anyOf.some(isList);
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function textsOf(handler: ArgumentSubject, values: ArgumentMap, lists: ReadonlySet<string>): Input {
  const entries = Array.from(values, ([name, all]) => {
    const texts = all.map((value) => cleanArgument(handler.decodeArgument(value, name), true));
    return [name, oneOrAll(name, texts, lists)] as const;
  });
  return Object.fromEntries(entries);
}

function oneOrAll(name: string, all: readonly unknown[], lists: ReadonlySet<string>): unknown {
  return all.length === 1 && !lists.has(name) ? all[0] : all;
}
