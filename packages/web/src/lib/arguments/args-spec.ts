// What a method says about its arguments. Owns: where that is kept, and what is made of a request by it.
// Must not know: decorators, handlers.
import {
  formInput,
  isJson,
  jsonInput,
  listNames,
  pathInput,
  queryInput,
  type ArgumentSubject,
} from './argument-input.ts';
import { ArgumentsError, type ArgumentFault, type ArgumentPlace } from './arguments-error.ts';
import { isStandardSchema, type SchemaOutput, type StandardSchema } from './standard-schema.ts';

/** A validator for each place that arguments come from. */
export interface ArgumentPlaces {
  /** The path's groups, by name, or by number from `0`. */
  readonly path?: StandardSchema;
  /** The query. */
  readonly query?: StandardSchema;
  /** A form, its files too. */
  readonly form?: StandardSchema;
  /** The body as JSON; one of another type is answered 415. */
  readonly json?: StandardSchema;
}

/** What a method takes: one validator for the arguments of all places together, or one for each place. */
export type ArgumentsSchema = StandardSchema | ArgumentPlaces;

/** What a method gets. */
export type ArgumentsOutput<S extends ArgumentsSchema> = S extends StandardSchema
  ? SchemaOutput<S>
  : { readonly [K in keyof S]: S[K] extends StandardSchema ? SchemaOutput<S[K]> : never };

/** More for the description of a method. */
export interface ArgumentsNotes {
  /** What the method does, in a few words. */
  readonly summary?: string;
  /** What it answers, by status, in JSON. */
  readonly responses?: Readonly<Record<number, StandardSchema>>;
}

/** A method's arguments. */
export interface ArgumentsInfo {
  readonly schema: ArgumentsSchema;
  readonly notes: ArgumentsNotes;
}

const infos = new WeakMap<object, ArgumentsInfo>();

/** Remembers what a method takes. */
export function describeMethod(method: object, info: ArgumentsInfo): void {
  infos.set(method, info);
}

/** What a method takes; null if it has not said so. */
export function argumentsInfoOf(method: object): ArgumentsInfo | null {
  return infos.get(method) ?? null;
}

/** For decorators: what stands before a method takes what the method takes. */
export function sameArguments<F extends object>(method: object, wrapper: F): F {
  const info = infos.get(method);
  if (info !== undefined) infos.set(wrapper, info);
  return wrapper;
}

type Read = (handler: ArgumentSubject) => unknown;
interface Source {
  readonly place: ArgumentPlace;
  readonly schema: StandardSchema;
  readonly read: Read;
}
interface Checked {
  readonly value: unknown;
  readonly faults: readonly ArgumentFault[];
}

/** Reads the arguments of requests by a schema. */
export class ArgumentsReader {
  readonly #isFlat: boolean;
  readonly #sources: readonly Source[];

  constructor(schema: ArgumentsSchema) {
    this.#isFlat = isStandardSchema(schema);
    this.#sources = isStandardSchema(schema) ? [flatSource(schema)] : sourcesOf(schema);
  }

  /**
   * What the method gets; a promise if a validator needs one.
   * @throws ArgumentsError with every fault of every place; or rejects with it.
   */
  read(handler: ArgumentSubject): unknown {
    const checks = this.#sources.map((source) => check(source, handler));
    if (checks.some((one) => one instanceof Promise)) {
      const all = checks.map(async (one) => one);
      return Promise.all(all).then((done) => this.#result(done));
    }
    return this.#result(checks as Checked[]);
  }

  #result(checks: readonly Checked[]): unknown {
    const faults = checks.flatMap((one) => one.faults);
    if (faults.length > 0) throw new ArgumentsError(faults);
    if (this.#isFlat) return checks[0]?.value;
    return Object.fromEntries(this.#sources.map(({ place }, at) => [place, checks[at]?.value]));
  }
}

function sourcesOf({ path, query, form, json }: ArgumentPlaces): Source[] {
  const sources: Source[] = [];
  if (path !== undefined) sources.push({ place: 'path', schema: path, read: pathInput });
  if (query !== undefined) {
    const lists = listNames(query);
    sources.push({ place: 'query', schema: query, read: (one) => queryInput(one, lists) });
  }
  if (form !== undefined) {
    const lists = listNames(form);
    sources.push({ place: 'form', schema: form, read: (one) => formInput(one, lists) });
  }
  if (json !== undefined) sources.push({ place: 'json', schema: json, read: jsonInput });
  return sources;
}

/** Path before body before query. */
function flatSource(schema: StandardSchema): Source {
  const lists = listNames(schema);
  const read = (handler: ArgumentSubject): unknown => {
    const body = isJson(handler.request) ? jsonInput(handler) : formInput(handler, lists);
    const members = typeof body === 'object' && body !== null ? body : {};
    return { ...queryInput(handler, lists), ...members, ...pathInput(handler) };
  };
  return { place: 'arguments', schema, read };
}

function check(
  { place, schema, read }: Source,
  handler: ArgumentSubject,
): Checked | Promise<Checked> {
  let input: unknown;
  try {
    input = read(handler);
  } catch (error) {
    if (!(error instanceof ArgumentsError)) throw error;
    return { value: undefined, faults: error.faults };
  }
  const result = schema['~standard'].validate(input);
  if (result instanceof Promise) return result.then((done) => checked(place, done));
  return checked(place, result);
}

function checked(
  place: ArgumentPlace,
  result: Awaited<ReturnType<StandardSchema['~standard']['validate']>>,
): Checked {
  if (result.issues === undefined) return { value: result.value, faults: [] };
  const faults = result.issues.map(({ message, path = [] }) => {
    const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
    return {
      in: place,
      path: keys.map((key) => (typeof key === 'symbol' ? String(key) : key)),
      message,
    };
  });
  return { value: undefined, faults };
}
