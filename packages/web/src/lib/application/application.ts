// An application: rules and settings. Owns: which handler answers, what handlers share.
// Must not know: how a request is answered (request-run.ts), connections.
import { DefaultHostMatches, HostMatches, HTTPServer, Router } from '@typhoon/httpserver';
import { logAccess } from './access-log.ts';
import { ApplicationRouter } from './application-router.ts';
import { completeSettings, staticRoutes, transformsOf } from './application-defaults.ts';
import { ErrorHandler } from '../errors/error-handler.ts';
import { HandlerDelegate } from '../handler/handler-delegate.ts';
import { requiredSetting } from '../handler/required-setting.ts';
import {
  openApiDocument,
  type OpenApiDocument,
  type OpenApiInfo,
} from '../openapi/openapi-document.ts';
import { StaticFileHandler } from '../static/static-file-handler.ts';
import { TemplateLoaders } from '../templates/template-loaders.ts';
import { collectMethods, collectModules } from '../ui/ui-registry.ts';
import { WebError } from '../errors/web-error.ts';
import type {
  HTTPMessageDelegate,
  HTTPServerOptions,
  HTTPServerRequest,
  ReversibleRouter,
  Rule,
  RouteParams,
} from '@typhoon/httpserver';
import type { ListenOptions } from '@typhoon/ioloop';
import type { BaseLoader } from '@typhoon/template';
import type { MakeDelegate, RouteList } from './application-router.ts';
import type { ApplicationSettings } from './application-settings.ts';
import type { PageModuleClass, UIMethod } from '../ui/page-modules.ts';
import type { OutputTransformClass } from '../output/output-transform.ts';
import type { HandlerApplication, RequestHandler } from '../handler/request-handler.ts';
import type { HandlerClass } from '../handler/request-run.ts';
import type { StaticHandlerClass } from '../static/static-file-handler.ts';

const NOT_FOUND = { statusCode: 404 };

/** How an application listens: where, and all that its server can be told. */
export interface ApplicationListenOptions extends HTTPServerOptions, ListenOptions {
  /** Host name or IP. Default: every interface. */
  readonly address?: string;
}

/**
 * Rules and settings; a server is made of it, and it can be a rule's target itself (RTE-16).
 *
 * ```ts no-run
 * const app = new Application([['/', Hello], ['/story/(\\d+)', Story, { db }, 'story']])
 * const server = await app.listen(8888)
 * ```
 */
export class Application extends Router implements HandlerApplication, ReversibleRouter {
  /** All settings, with what `debug` implies. */
  readonly settings: ApplicationSettings;
  /** The host that requests for unknown hosts are served as; may be changed at any time (WEB-94). Null for none. */
  defaultHost: string | null;
  readonly #makeDelegate: MakeDelegate = (request, handlerClass, params) =>
    this.getHandlerDelegate(request, handlerClass, params);
  /** The modules that templates know, by name (WEB-79, 80). */
  readonly uiModules: ReadonlyMap<string, PageModuleClass>;
  /** The functions that templates know, by name (WEB-79). */
  readonly uiMethods: ReadonlyMap<string, UIMethod>;
  readonly #hosts: ApplicationRouter;
  readonly #routes: ApplicationRouter;
  readonly #transforms: OutputTransformClass[];
  readonly #templateLoaders = new TemplateLoaders();
  readonly #defaultParams: RouteParams;
  readonly #staticHandler: StaticHandlerClass;

  /**
   * @param handlers Rules in the order they are tried: arrays of pattern, handler, options, name, or `url(...)`.
   * @throws TypeError for what is no rule; SyntaxError for a pattern that is no regular expression.
   */
  constructor(handlers: RouteList = [], settings: ApplicationSettings = {}) {
    super();
    this.settings = completeSettings(settings);
    this.defaultHost = settings.defaultHost ?? null;
    this.uiModules = collectModules(settings.uiModules);
    this.uiMethods = collectMethods(settings.uiMethods);
    this.#transforms = [...transformsOf(this.settings)];
    this.#hosts = new ApplicationRouter(this.#makeDelegate, []);
    this.#routes = new ApplicationRouter(this.#makeDelegate, [
      ...staticRoutes(this.settings),
      ...handlers,
    ]);
    this.#staticHandler = settings.staticHandlerClass ?? StaticFileHandler;
    const kwargs =
      settings.defaultHandlerClass === undefined ? NOT_FOUND : settings.defaultHandlerArgs;
    this.#defaultParams = { pathArgs: [], pathKwargs: {}, targetKwargs: kwargs ?? null };
    settings.autoreload?.();
  }

  /** What changes answers on their way out, in this order. */
  get transforms(): readonly OutputTransformClass[] {
    return this.#transforms;
  }

  /** Adds one behind the others. */
  addTransform(transform: OutputTransformClass): void {
    this.#transforms.push(transform);
  }

  /**
   * Adds rules for hosts; they are tried before those for every host, in the order they were added (WEB-89).
   *
   * @param hostPattern Matches the whole host name, on any port.
   */
  addHandlers(hostPattern: string | RegExp, handlers: RouteList): void {
    this.#hosts.addRules([[new HostMatches(hostPattern), handlers]]);
    this.#routes.addRules([[new DefaultHostMatches(this, hostPattern), handlers]]);
  }

  /** Who answers: never nobody, for there is the default handler (WEB-11). */
  override findHandler(request: HTTPServerRequest): HTTPMessageDelegate {
    const found =
      (this.#hosts.rules.length === 0 ? null : this.#hosts.findHandler(request)) ??
      this.#routes.findHandler(request);
    if (found !== null) return found;
    const handlerClass = this.settings.defaultHandlerClass ?? ErrorHandler;
    return this.getHandlerDelegate(request, handlerClass, this.#defaultParams);
  }

  /** Makes what answers a request with a handler of this class. */
  getHandlerDelegate(
    request: HTTPServerRequest,
    handlerClass: HandlerClass,
    params: RouteParams,
  ): HTTPMessageDelegate {
    const { compiledTemplateCache, staticHashCache } = this.settings;
    if (compiledTemplateCache === false) this.#templateLoaders.reset();
    if (staticHashCache === false) this.#staticHandler.reset();
    return new HandlerDelegate(this, request, handlerClass, params);
  }

  /** Answers a request that is complete, through its connection (RTE-16). */
  handle(request: HTTPServerRequest): unknown {
    const delegate = this.findHandler(request);
    if (delegate instanceof HandlerDelegate) {
      delegate.execute();
      return undefined;
    }
    if (request.body.length > 0) void delegate.dataReceived(request.body);
    return delegate.finish();
  }

  /** The path that leads to a rule's name, with these values in its groups (WEB-92). */
  reverseUrl(name: string, ...args: readonly unknown[]): string {
    const url = this.#hosts.reverseUrl(name, ...args) ?? this.#routes.reverseUrl(name, ...args);
    if (url === null) throw new WebError('ERR_UNKNOWN_NAME', `${name} not found in named urls`);
    return url;
  }

  /** Called when an answer is complete: the `logFunction` setting, or a line in the access log (WEB-64). */
  logRequest(handler: RequestHandler): void {
    const { logFunction } = this.settings;
    if (logFunction === undefined) logAccess(handler);
    else logFunction(handler);
  }

  /** The path of a static file (WEB-83). @throws WebError `ERR_SETTING` without the `staticPath` setting. */
  makeStaticUrl(
    path: string,
    { includeVersion = true }: { readonly includeVersion?: boolean } = {},
  ): string {
    requiredSetting(this.settings, 'staticPath', 'static_url');
    return this.#staticHandler.makeStaticUrl(this.settings, path, includeVersion);
  }

  /** Every rule: those for hosts, and those for all of them. */
  get allRules(): readonly Rule[] {
    return [...this.#hosts.rules, ...this.#routes.rules];
  }

  /**
   * What this application takes and answers, as an OpenAPI 3.1 document: each rule whose pattern is a path with groups, each
   * verb, and what `@args` says of it.
   */
  openapi(info: OpenApiInfo = { title: 'application', version: '0.0.0' }): OpenApiDocument {
    return openApiDocument(this.allRules, info);
  }

  /** The loader of a folder of templates (WEB-73). */
  templateLoader(path: string, create: (path: string) => BaseLoader): BaseLoader {
    return this.#templateLoaders.get(path, create);
  }

  /**
   * Makes a server and listens (WEB-91). Rejects as `HTTPServer.listen`.
   *
   * @param port 0 picks a free one.
   */
  async listen(port: number, options: ApplicationListenOptions = {}): Promise<HTTPServer> {
    const server = new HTTPServer(this, options);
    const { address } = options;
    await server.listen(address === undefined ? port : { port, host: address }, options);
    return server;
  }
}
