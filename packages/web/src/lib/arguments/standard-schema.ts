// Validators, whoever made them: the interfaces of Standard Schema 1 and Standard JSON Schema 1 (standardschema.dev), which zod,
// valibot and arktype implement. Must not know: requests.

/** What a validator finds wrong. */
export interface SchemaIssue {
  readonly message: string;
  /** Where: keys from the outside in. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a validator makes of a value. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** A validator. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a validator lets pass. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];

/** A JSON schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const DIALECT = { target: 'draft-2020-12' };

/** Whether something is a validator. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && '~standard' in value;
}

/** What a validator takes, as a JSON schema; null for one that cannot say it. */
export function jsonSchemaOf(schema: StandardSchema): JsonSchema | null {
  const { '~standard': standard } = schema;
  if (!hasJsonSchema(standard)) return null;
  try {
    return standard.jsonSchema.input(DIALECT);
  } catch {
    return null; // what no JSON schema can say, such as a date
  }
}

interface HasJsonSchema {
  readonly jsonSchema: { input(options: { readonly target: string }): JsonSchema };
}

function hasJsonSchema(standard: object): standard is HasJsonSchema {
  return 'jsonSchema' in standard && typeof standard.jsonSchema === 'object';
}
