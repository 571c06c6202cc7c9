// Routers: who answers a request. Owns: trying rules in order, names and their paths.
// Must not know: what matchers look at, request handlers of a framework (subclasses add targets; RTE-17).
// HOT: `pnpm bench http`
import { genLog } from '@typhoon/log';
import { CallableDelegate, RoutingDelegate } from './routing-delegates.ts';
import { RuleIndex } from './routing-index.ts';
import { toRule } from './routing-rules.ts';
import type { CallableTarget, FindHandler } from './routing-delegates.ts';
import type {
  HTTPConnection,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
} from './http-connection.ts';
import type { RouteParams, Rule, RuleList } from './routing-rules.ts';
import type { HTTPServerRequest } from './server-request.ts';

/** Chooses who answers, by the head of the request. */
export abstract class Router implements HTTPServerConnectionDelegate {
  readonly #find: FindHandler = (request) => this.findHandler(request);

  /**
   * Who answers; null for nobody, which a server answers with 404 and no body (RTE-14).
   *
   * @param params What the rule that led here has to say.
   */
  abstract findHandler(
    request: HTTPServerRequest,
    params?: RouteParams,
  ): HTTPMessageDelegate | null;

  /** For servers. */
  startRequest(connection: HTTPConnection): HTTPMessageDelegate {
    return new RoutingDelegate(this.#find, connection);
  }
}

/** A router that can say which path leads to a name. */
export interface ReversibleRouter {
  /** The path with these values in its groups; null for an unknown name. */
  reverseUrl(name: string, ...args: readonly unknown[]): string | null;
}

/** Tries rules in order; the first that matches and whose target takes the request wins (RTE-3). */
export class RuleRouter extends Router {
  readonly #rules: Rule[] = [];
  #index: RuleIndex | null = null;

  /** @param rules Rules, or arrays of matcher or path pattern, target, options, name (RTE-1). */
  constructor(rules: RuleList = []) {
    super();
    this.addRules(rules);
  }

  /** The rules, in the order they are tried. */
  get rules(): readonly Rule[] {
    return this.#rules;
  }

  /** Adds rules behind those there are. @throws TypeError for what is no rule. */
  addRules(rules: RuleList): void {
    for (const spec of rules) this.#rules.push(this.processRule(toRule(spec)));
    this.#index = null;
  }

  /**
   * Called with each rule that is added, and says what is added instead. A subclass that overrides it and has fields
   * calls `addRules` in its constructor, rather than handing the rules to this one.
   */
  processRule(rule: Rule): Rule {
    return rule;
  }

  override findHandler(request: HTTPServerRequest): HTTPMessageDelegate | null {
    this.#index ??= new RuleIndex(this.#rules);
    const rules = this.#index.candidates(request.path);
    for (const rule of rules) {
      const match = rule.matcher.match(request);
      if (match === null) continue;
      const delegate = this.getTargetDelegate(rule.target, request, rule.paramsOf(match));
      if (delegate !== null) return delegate;
    }
    return null;
  }

  /**
   * Who answers for this target: a nested router, a connection delegate, a function; null for what it does not know.
   * Subclasses add kinds of their own (RTE-2, RTE-17).
   */
  getTargetDelegate(
    target: unknown,
    request: HTTPServerRequest,
    params: RouteParams,
  ): HTTPMessageDelegate | null {
    if (target instanceof Router) return target.findHandler(request, params);
    if (isConnectionDelegate(target)) return target.startRequest(request.connection);
    if (isCallable(target)) return new CallableDelegate(target, request, params);
    return null;
  }
}

/** A rule router whose rules may have names. */
export class ReversibleRuleRouter extends RuleRouter implements ReversibleRouter {
  readonly #named = new Map<string, Rule>();

  constructor(rules: RuleList = []) {
    super();
    this.addRules(rules);
  }

  override processRule(rule: Rule): Rule {
    const { name } = rule;
    if (name === null) return rule;
    if (this.#named.has(name)) {
      genLog.warning('Multiple handlers named %s; replacing previous value', name); // RTE-8
    }
    this.#named.set(name, rule);
    return rule;
  }

  /** RTE-9: own names first, then those of the routers among the targets, in order. Errors as the matcher's. */
  reverseUrl(name: string, ...args: readonly unknown[]): string | null {
    const rule = this.#named.get(name);
    if (rule !== undefined) return rule.reverse(...args);
    for (const { target } of this.rules) {
      const url = isReversible(target) ? target.reverseUrl(name, ...args) : null;
      if (url !== null) return url;
    }
    return null;
  }
}

function isConnectionDelegate(target: unknown): target is HTTPServerConnectionDelegate {
  return hasMethod(target, 'startRequest');
}

function isReversible(target: unknown): target is ReversibleRouter {
  return hasMethod(target, 'reverseUrl');
}

function isCallable(target: unknown): target is CallableTarget {
  return typeof target === 'function';
}

function hasMethod(target: unknown, name: string): boolean {
  return (
    typeof target === 'object' && target !== null && typeof Reflect.get(target, name) === 'function'
  );
}
