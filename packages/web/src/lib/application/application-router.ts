// Routes to request handlers. Owns: classes of handlers and nested lists of rules as targets.
import { ReversibleRuleRouter, Rule } from '@typhoon/httpserver';
import { RequestHandler } from '../handler/request-handler.ts';
import type {
  CallableTarget,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  HTTPServerRequest,
  RouteParams,
  RuleList,
  RuleSpec,
} from '@typhoon/httpserver';
import type { HandlerClass } from '../handler/request-run.ts';

/** What a rule of an application may lead to; lists nest. */
export type RouteTarget =
  HandlerClass | HTTPServerConnectionDelegate | CallableTarget | readonly RuleSpec<RouteTarget>[];

/** Rules of an application (RTE-1, 2). */
export type RouteList = RuleList<RouteTarget>;

/** Makes the delegate of a request that a class of handlers answers. */
export type MakeDelegate = (
  request: HTTPServerRequest,
  handlerClass: HandlerClass,
  params: RouteParams,
) => HTTPMessageDelegate;

/** A router whose targets may be request handlers. */
export class ApplicationRouter extends ReversibleRuleRouter {
  readonly #makeDelegate: MakeDelegate;

  constructor(makeDelegate: MakeDelegate, rules: RouteList) {
    super();
    this.#makeDelegate = makeDelegate;
    this.addRules(rules);
  }

  override processRule(rule: Rule): Rule {
    const known = super.processRule(rule);
    const { target, matcher, targetKwargs, name } = known;
    if (!isRouteList(target)) return known;
    const nested = new ApplicationRouter(this.#makeDelegate, target);
    return new Rule(matcher, nested, {
      targetKwargs: targetKwargs ?? undefined,
      name: name ?? undefined,
    });
  }

  override getTargetDelegate(
    target: unknown,
    request: HTTPServerRequest,
    params: RouteParams,
  ): HTTPMessageDelegate | null {
    if (isHandlerClass(target)) return this.#makeDelegate(request, target, params);
    return super.getTargetDelegate(target, request, params);
  }
}

function isRouteList(target: unknown): target is RouteList {
  return Array.isArray(target);
}

function isHandlerClass(target: unknown): target is HandlerClass {
  return typeof target === 'function' && target.prototype instanceof RequestHandler;
}
