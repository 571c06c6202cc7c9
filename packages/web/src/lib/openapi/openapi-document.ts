// What an application takes and answers, as an OpenAPI 3.1 document (spec.openapis.org). Owns: paths and operations.
// Must not know: applications, how requests are checked.
import { RuleRouter, type Rule } from '@typhoon/httpserver';
import { argumentsInfoOf } from '../arguments/args-spec.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { StaticFileHandler } from '../static/static-file-handler.ts';
import { describeOperation } from './operation.ts';
import { EmbeddedSchemas } from './embedded-schemas.ts';
import { pathTemplate } from './path-template.ts';
import type { JsonSchema } from '../arguments/standard-schema.ts';
import type { Operation } from './operation.ts';

/** What a document says about the application itself. */
export interface OpenApiInfo {
  readonly title: string;
  /** Of the application, not of OpenAPI. */
  readonly version: string;
  readonly description?: string;
}

/** An OpenAPI document. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: OpenApiInfo;
  /** By path, then by verb. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

const VERBS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const;

/** Describes the handlers that rules lead to; of rules for one path the first counts. */
export function openApiDocument(rules: readonly Rule[], info: OpenApiInfo): OpenApiDocument {
  const schemas = new EmbeddedSchemas();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const rule of flattened(rules)) {
    const template = pathTemplate(rule);
    if (template === null || !isDescribed(rule.target)) continue;
    paths[template.path] ??= Object.fromEntries(
      Array.from(verbMethods(rule.target), ([verb, method]) => {
        const taken = argumentsInfoOf(method);
        return [verb, describeOperation(verb, template, taken, schemas)];
      }),
    );
  }
  return { openapi: '3.1.0', info, paths, components: { schemas: schemas.definitions } };
}

/** Lists of rules within rules, and applications within applications. */
function flattened(rules: readonly Rule[]): Rule[] {
  return rules.flatMap((rule) => {
    const { target } = rule;
    if (target instanceof RuleRouter) return flattened(target.rules);
    if (hasRules(target)) return flattened(target.allRules);
    return [rule];
  });
}

function hasRules(target: unknown): target is { readonly allRules: readonly Rule[] } {
  return typeof target === 'object' && target !== null && 'allRules' in target;
}

/** The verbs that a class has methods of its own for. */
function verbMethods({ prototype }: typeof RequestHandler): Map<string, object> {
  const methods = new Map<string, object>();
  for (const verb of VERBS) {
    const method: unknown = Reflect.get(prototype, verb);
    if (typeof method !== 'function' || method === Reflect.get(RequestHandler.prototype, verb))
      continue;
    methods.set(verb, method);
  }
  return methods;
}

function isDescribed(target: unknown): target is typeof RequestHandler {
  if (typeof target !== 'function' || target === StaticFileHandler) return false;
  const prototype: unknown = target.prototype;
  return prototype instanceof RequestHandler && !(prototype instanceof StaticFileHandler);
}
