// Patterns of rules as OpenAPI writes paths: `/story/(\d+)` is `/story/{arg0}`. Must not know: handlers.
import { URLSpec, type Rule } from '@typhoon/httpserver';

/** A path with names in it, in the order of the pattern's groups. */
export interface PathTemplate {
  readonly path: string;
  readonly names: readonly string[];
}

/** The template of a rule; null for one that is not for a path, or for paths that no template can say. */
export function pathTemplate(rule: Rule): PathTemplate | null {
  if (!(rule instanceof URLSpec)) return null;
  const names = groupNames(rule.regex.source);
  const path = rule.reverse(...names.map((name) => `{${name}}`));
  if (path === null) return null;
  return { path: path.replaceAll('%7B', '{').replaceAll('%7D', '}'), names };
}

/** Unnamed groups are `arg0`, `arg1`, … */
function groupNames(source: string): string[] {
  // An empty alternative matches anything, and then tells which groups there are.
  const { length = 1, groups } = new RegExp(`${source}|`).exec('') ?? {};
  if (groups !== undefined) return Object.keys(groups);
  return Array.from({ length: length - 1 }, (_, at) => `arg${at}`);
}
