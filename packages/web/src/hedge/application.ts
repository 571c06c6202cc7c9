// The application: rules, settings, and the log of requests. Owns: which handler a request gets.
// HOT: `pnpm bench http`
import { HTTPServer, type HTTPServerOptions } from '@typhoon/httpserver';
import { genLog } from '@typhoon/log';
import { HandlerDelegate } from './dispatch.ts';
import { WebError } from './http-error.ts';
import { PathPattern, type PathMatch } from './path-pattern.ts';
import { RequestHandler, type HandlerClass } from './request-handler.ts';
import { logAccess } from './request-log.ts';
import { ErrorHandler } from './simple-handlers.ts';
import { StaticFileHandler } from './static-file-handler.ts';
import type { ApplicationSettings } from './settings.ts';
import type {
  HTTPConnection,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  HTTPServerRequest,
} from '@typhoon/httpserver';
import type { ListenAddress, ListenOptions } from '@typhoon/ioloop';

/** Pattern, handler, what its `initialize` gets, and a name for `reverseUrl`. */
export type Rule = readonly [
  pattern: string | RegExp,
  handler: HandlerClass,
  options?: object,
  name?: string,
];

/** What serves a request. */
export interface FoundHandler {
  readonly handlerClass: HandlerClass;
  readonly options: object;
  readonly match: PathMatch;
}

interface CompiledRule {
  readonly pattern: PathPattern;
  readonly handlerClass: HandlerClass;
  readonly options: object;
  readonly name: string | undefined;
}

interface HostRules {
  readonly host: RegExp;
  readonly rules: readonly CompiledRule[];
}

const NO_OPTIONS = {};
const NO_MATCH: PathMatch = { args: [], named: null };

/** Routes requests to handlers. Give it to an HTTPServer, or let it `listen`. */
export class Application implements HTTPServerConnectionDelegate {
  /** What it was told. */
  readonly settings: ApplicationSettings;
  readonly #rules: readonly CompiledRule[];
  readonly #hosts: HostRules[] = [];
  readonly #named = new Map<string, PathPattern>();
  readonly #notFound: FoundHandler;

  constructor(rules: readonly Rule[] = [], settings: ApplicationSettings = {}) {
    this.settings = settings;
    this.#rules = [...staticRules(settings), ...rules].map((rule) => this.#compile(rule));
    this.#notFound =
      settings.defaultHandlerClass === undefined
        ? { handlerClass: ErrorHandler, options: { statusCode: 404 }, match: NO_MATCH }
        : {
            handlerClass: settings.defaultHandlerClass,
            options: settings.defaultHandlerArgs ?? NO_OPTIONS,
            match: NO_MATCH,
          };
  }

  /** Rules for hosts that match; tried before those of the constructor, in the order of addition (WEB-89). */
  addHandlers(hostPattern: string, rules: readonly Rule[]): void {
    const host = new RegExp(`^(?:${hostPattern.replace(/\$$/, '')})$`);
    this.#hosts.push({ host, rules: rules.map((rule) => this.#compile(rule)) });
  }

  /** Starts a server for this application. Rejects as `HTTPServer.listen` does. */
  async listen(
    address: number | ListenAddress,
    options: HTTPServerOptions & ListenOptions = {},
  ): Promise<HTTPServer> {
    const server = new HTTPServer(this, options);
    const where = typeof address === 'number' ? { host: '127.0.0.1', port: address } : address;
    await server.listen(where, options);
    return server;
  }

  startRequest(connection: HTTPConnection): HTTPMessageDelegate {
    return new HandlerDelegate(this, connection);
  }

  /** The handler of the first rule that matches; never none. */
  findHandler(request: HTTPServerRequest): FoundHandler {
    for (const { host, rules } of this.#hosts) {
      const found = host.test(request.hostName) ? find(rules, request.path) : null;
      if (found !== null) return found;
    }
    return find(this.#rules, request.path) ?? this.#notFound;
  }

  /** The path of a named rule with arguments in its groups. @throws WebError `ERR_UNKNOWN_URL_NAME`, `ERR_NOT_REVERSIBLE`. */
  reverseUrl(name: string, ...args: readonly unknown[]): string {
    const pattern = this.#named.get(name);
    if (pattern === undefined)
      throw new WebError('ERR_UNKNOWN_URL_NAME', `${name} not found in named urls`);
    return pattern.reverse(args);
  }

  /** Called when a request was answered; writes the access log (WEB-64). */
  logRequest(handler: RequestHandler): void {
    (this.settings.logFunction ?? logAccess)(handler);
  }

  #compile([pattern, handlerClass, options = NO_OPTIONS, name]: Rule): CompiledRule {
    const compiled = { pattern: new PathPattern(pattern), handlerClass, options, name };
    if (name === undefined) return compiled;
    if (this.#named.has(name))
      genLog.warning('Multiple handlers named %s; replacing previous value', name);
    this.#named.set(name, compiled.pattern);
    return compiled;
  }
}

function find(rules: readonly CompiledRule[], path: string): FoundHandler | null {
  for (const { pattern, handlerClass, options } of rules) {
    const match = pattern.match(path);
    if (match !== null) return { handlerClass, options, match };
  }
  return null;
}

/** WEB-88. */
function staticRules({ staticPath, staticUrlPrefix = '/static/' }: ApplicationSettings): Rule[] {
  if (staticPath === undefined) return [];
  const options = { path: staticPath };
  const prefix = staticUrlPrefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [
    [`${prefix}(.*)`, StaticFileHandler, options],
    ['/(favicon\\.ico)', StaticFileHandler, options],
    ['/(robots\\.txt)', StaticFileHandler, options],
  ];
}
