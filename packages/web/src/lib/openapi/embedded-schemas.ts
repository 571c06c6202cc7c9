// JSON schemas inside of one document. Owns: that what they refer to is found there. Must not know: OpenAPI's other parts.
import type { JsonSchema } from '../arguments/standard-schema.ts';

/** Takes schemas in, each as if it were a document of its own, and keeps what they define. */
export class EmbeddedSchemas {
  /** By name: what schemas refer to. */
  readonly definitions: Record<string, JsonSchema> = {};

  /** The schema as it stands in the document. */
  embed(schema: JsonSchema): JsonSchema {
    const { $defs = {}, ...own } = schema;
    const whole = without(own, '$schema');
    const names = new Map<string, string>();
    const entries = Object.entries($defs as Record<string, JsonSchema>);
    for (const [name] of entries) names.set(`#/$defs/${name}`, this.#freeName(name));
    const isRecursive = JSON.stringify(schema).includes('"$ref":"#"');
    if (isRecursive) names.set('#', this.#freeName('Schema'));
    const refer = (ref: string): string => {
      const name = names.get(ref);
      return name === undefined ? ref : `#/components/schemas/${name}`;
    };
    for (const [name, definition] of entries) {
      this.definitions[names.get(`#/$defs/${name}`) ?? name] = rewritten(definition, refer);
    }
    const embedded = rewritten(whole, refer);
    if (!isRecursive) return embedded;
    this.definitions[names.get('#') ?? 'Schema'] = embedded;
    return { $ref: refer('#') };
  }

  /** Taken at once, so that no two schemas get one name. */
  #freeName(wanted: string): string {
    const base = wanted.replace(/[^\w.-]/g, '_');
    let name = base;
    for (let n = 2; Object.hasOwn(this.definitions, name); n++) name = `${base}${n}`;
    this.definitions[name] = {};
    return name;
  }
}

function without(schema: JsonSchema, key: string): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));
}

function rewritten(schema: JsonSchema, refer: (ref: string) => string): JsonSchema {
  const entries = Object.entries(schema).map(([key, value]) => {
    if (key === '$ref' && typeof value === 'string') return [key, refer(value)] as const;
    return [key, walked(value, refer)] as const;
  });
  return Object.fromEntries(entries);
}

function walked(value: unknown, refer: (ref: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => walked(one, refer));
  if (typeof value !== 'object' || value === null) return value;
  return rewritten(value as JsonSchema, refer);
}
