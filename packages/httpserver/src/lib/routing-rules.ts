// Rules: a matcher and what is behind it. Owns: the forms in which rules may be written.
// Must not know: routers.
import { Matcher, NO_PARAMS } from './routing-matchers.ts';
import { PathMatches } from './routing-path.ts';
import type { MatchParams } from './routing-matchers.ts';

/** What a rule hands to its target. */
export interface RouteParams extends MatchParams {
  /** The rule's options for its target; null where it has none (RTE-7). */
  readonly targetKwargs: object | null;
}

/** More about a rule. */
export interface RuleOptions {
  /** Options for the target. */
  readonly targetKwargs?: object | undefined;
  /** Name for `reverseUrl`. */
  readonly name?: string | undefined;
}

/** Sends the requests that a matcher chooses to a target; what targets there are, the router says. */
export class Rule {
  readonly matcher: Matcher;
  readonly target: unknown;
  /** Null where there are none. */
  readonly targetKwargs: object | null;
  /** Null for a rule without one. */
  readonly name: string | null;
  readonly #plainParams: RouteParams;

  constructor(matcher: Matcher, target: unknown, { targetKwargs, name }: RuleOptions = {}) {
    this.matcher = matcher;
    this.target = target;
    const hasKwargs = targetKwargs !== undefined && Object.keys(targetKwargs).length > 0;
    this.targetKwargs = hasKwargs ? targetKwargs : null;
    this.name = name ?? null;
    this.#plainParams = { ...NO_PARAMS, targetKwargs: this.targetKwargs };
  }

  /** The path that leads here with these values in its groups; null where nothing can be said. Errors as the matcher's. */
  reverse(...args: readonly unknown[]): string | null {
    return this.matcher.reverse(...args);
  }

  /** For routers: what the target gets for a match. */
  paramsOf(match: MatchParams): RouteParams {
    if (match === NO_PARAMS) return this.#plainParams;
    const { pathArgs, pathKwargs } = match;
    return { pathArgs, pathKwargs, targetKwargs: this.targetKwargs };
  }
}

/** More about a rule for a path. */
export interface URLSpecOptions {
  /** Options for the handler's `initialize`. */
  readonly kwargs?: object | undefined;
  /** Name for `reverseUrl`. */
  readonly name?: string | undefined;
}

/** A rule for a path. */
export class URLSpec extends Rule {
  /** Anchored at the start. */
  readonly regex: RegExp;

  /** @throws TypeError for a pattern with named and unnamed groups (RTE-5). */
  constructor(pattern: string | RegExp, handler: unknown, { kwargs, name }: URLSpecOptions = {}) {
    const matcher = new PathMatches(pattern);
    super(matcher, handler, { targetKwargs: kwargs, name });
    this.regex = matcher.regex;
  }
}

/** A rule, or what one is made of: pattern or matcher, target, options for the target, name (RTE-1). */
export type RuleSpec<Target = unknown> =
  | Rule
  | readonly [matcher: string | RegExp | Matcher, target: Target, kwargs?: object, name?: string];

/** Rules, tried in this order. */
export type RuleList<Target = unknown> = readonly RuleSpec<Target>[];

/** Makes a rule of whatever describes one. @throws TypeError for anything else (RTE-1). */
export function toRule(spec: RuleSpec): Rule {
  if (spec instanceof Rule) return spec;
  if (!Array.isArray(spec) || spec.length < 2 || spec.length > 4) {
    throw new TypeError('a rule is a Rule, or [matcher, target, kwargs?, name?]');
  }
  const [matcher, target, kwargs, name] = spec;
  if (matcher instanceof Matcher) return new Rule(matcher, target, { targetKwargs: kwargs, name });
  return new URLSpec(matcher, target, { kwargs, name });
}
