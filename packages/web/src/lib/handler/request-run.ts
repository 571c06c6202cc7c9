// The life of one request in a handler (WEB-1 to 18): set up, method check, path groups, XSRF, prepare, verb, end.
// Owns: the order of these, waiting in between, what happens when the client goes. A handler that answers at once goes
// through without a promise, a future or a timer. Must not know: routing, how a body is gathered.
// HOT: `pnpm bench http`
//
//   [ prepare ] --> [ body ] --> [ verb ] --> [ done ]     `body` only where the body is streamed; elsewhere it is there
//        '--------------'-----------'------------^         finished early, failed, or the client is gone
import { CancelledError, Future } from '@typhoon/concurrent';
import { workOf } from '@typhoon/gen';
import { TransportError } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { isCancelled } from './cancel-on-disconnect.ts';
import { endInFailure } from '../errors/handler-failure.ts';
import { watchHook } from './hooks.ts';
import { HTTPError } from '../errors/http-error.ts';
import { stateOf } from './request-reader.ts';
import { BodyStream } from '../uploads/body-stream.ts';
import type { HTTPServerRequest, RouteParams } from '@typhoon/httpserver';
import type { HandlerState } from './handler-state.ts';
import type { HandlerApplication, RequestHandler } from './request-handler.ts';

/** A class of handlers, as a rule names it. */
export interface HandlerClass {
  new (application: HandlerApplication, request: HTTPServerRequest): RequestHandler;
  readonly SUPPORTED_METHODS: readonly string[];
  readonly streamsRequestBody: boolean;
  readonly pullsRequestBody: boolean;
  readonly cancelOnDisconnect: boolean | null;
}

type Stage = 'prepare' | 'body' | 'verb' | 'done';

const NO_OPTIONS = Object.freeze({});

/** Takes one handler through one request. */
export class RequestRun {
  readonly #handler: RequestHandler;
  readonly #handlerClass: HandlerClass;
  readonly #state: HandlerState;
  readonly #params: RouteParams;
  #stage: Stage = 'prepare';
  #isBodyStreamed = false;
  #isClientGone = false;
  /** The verb's method, once it is called. */
  #verb: ((...args: never[]) => unknown) | null = null;
  /** What the handler waits for. */
  #work: Future<unknown> | null = null;
  /** The body that the handler asks for itself. */
  #pulled: BodyStream | null = null;
  /** Streaming: what the body waits for. */
  #gate: Future<void> | null = null;

  constructor(
    application: HandlerApplication,
    request: HTTPServerRequest,
    handlerClass: HandlerClass,
    params: RouteParams,
  ) {
    this.#handlerClass = handlerClass;
    this.#params = params;
    this.#handler = new handlerClass(application, request);
    this.#state = stateOf(this.#handler);
    const { transforms } = application;
    if (transforms.length > 0) {
      this.#state.response.transforms = transforms.map((transform) => new transform(request)); // WEB-95
    }
  }

  /** The whole request is there. */
  execute(): void {
    this.#prepare();
  }

  /** The head is there, the body will come in pieces; what is returned is to be waited for (WEB-12). */
  executeStreamed(): Future<void> | undefined {
    this.#isBodyStreamed = true;
    this.#watchClient();
    this.#prepare();
    return this.#stage === 'prepare' ? this.#holdBody() : undefined;
  }

  /** The head is there, and the handler will ask for the body. */
  executePulled(): void {
    const body = new BodyStream();
    this.#state.body = body;
    this.#pulled = body;
    this.#watchClient();
    this.#prepare();
  }

  /** A piece of a streamed body; what is returned is to be waited for (WEB-16). */
  dataReceived(chunk: Buffer): Future<void> | undefined {
    if (this.#pulled !== null) return this.#pulled.push(chunk);
    if (this.#stage !== 'body') return undefined;
    try {
      const future = workOf(this.#handler.dataReceived(chunk));
      if (future === null) return undefined;
      if (future.done()) future.result();
      else this.#wait(future);
    } catch (error) {
      this.#fail(error);
    }
    return this.#work === null ? undefined : this.#holdBody();
  }

  /** A streamed body is complete. */
  bodyComplete(): void {
    this.#pulled?.complete();
    if (this.#stage === 'body') this.#callVerb();
  }

  /** The client is gone (WEB-8, 14): whoever waits hears of it, and is cancelled if that was asked for. */
  clientGone(): void {
    if (this.#isClientGone || this.#stage === 'done') return;
    this.#isClientGone = true;
    try {
      watchHook(this.#handler.onConnectionClose());
    } catch (error) {
      appLog.error('Uncaught exception in onConnectionClose', error);
    }
    this.#pulled?.fail(new TransportError('ERR_TRANSPORT_CLOSED', 'the client is gone'));
    if (this.#work === null) {
      if (this.#stage === 'body') this.#end();
    } else if (this.#isCancelledNow()) {
      this.#work.cancel(this.#handler.request.signal.reason);
    }
  }

  /** What works on a body that will never be complete has no use at all. */
  #isCancelledNow(): boolean {
    if (this.#isBodyStreamed && this.#stage !== 'verb') return true;
    const { cancelOnDisconnect } = this.#handlerClass;
    return isCancelled(this.#verb, cancelOnDisconnect, this.#handler.settings);
  }

  #prepare(): void {
    const handler = this.#handler;
    let work: unknown;
    try {
      handler.clear();
      watchHook(handler.initialize(this.#params.targetKwargs ?? NO_OPTIONS));
      if (!this.#handlerClass.SUPPORTED_METHODS.includes(handler.request.method)) {
        throw new HTTPError(405);
      }
      this.#decodePath();
      if (handler.settings.xsrfCookies === true && !isSafe(handler.request.method)) {
        handler.checkXsrfCookie();
      }
      work = handler.prepare();
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#goOnAfter(work);
  }

  /** WEB-5. */
  #decodePath(): void {
    const { pathArgs, pathKwargs } = this.#params;
    const handler = this.#handler;
    const state = this.#state;
    if (pathArgs.length > 0) {
      state.pathArgs = pathArgs.map((value) => value && handler.decodeArgument(value));
      return;
    }
    const entries = Object.entries(pathKwargs);
    if (entries.length === 0) return;
    state.pathKwargs = Object.fromEntries(
      entries.map(([name, value]) => [name, value && handler.decodeArgument(value, name)]),
    );
  }

  #callVerb(): void {
    this.#stage = 'verb';
    const { pathArgs, pathKwargs } = this.#state;
    const handler = this.#handler;
    let work: unknown;
    try {
      const verb = verbOf(handler, handler.request.method);
      this.#verb = verb;
      const isNamed = this.#params.pathArgs.length === 0 && Object.keys(pathKwargs).length > 0;
      work = Reflect.apply(verb, handler, isNamed ? [pathKwargs] : pathArgs);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#goOnAfter(work);
  }

  #goOnAfter(work: unknown): void {
    if (work === undefined || work === null) {
      this.#goOn();
      return;
    }
    try {
      const future = workOf(work);
      if (future?.done() === false) {
        this.#wait(future);
        return;
      }
      future?.result();
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#goOn();
  }

  /** What the present stage waited for is done. */
  #goOn(): void {
    if (this.#stage === 'done') return;
    if (this.#stage === 'verb') {
      this.#finish();
    } else if (this.#state.response.isFinished || this.#isClientGone) {
      this.#end();
    } else if (!this.#isBodyStreamed) {
      this.#callVerb();
    } else {
      this.#stage = 'body';
      this.#releaseBody();
    }
  }

  /** WEB-4. */
  #finish(): void {
    const { response, isAutoFinishOn } = this.#state;
    if (response.isFinished) {
      this.#end();
    } else if (!isAutoFinishOn) {
      this.#watchClient();
    } else {
      try {
        this.#handler.finish();
        this.#end();
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  #wait(future: Future<unknown>): void {
    this.#work = future;
    if (!this.#isBodyStreamed) this.#watchClient();
    future.addDoneCallback(() => {
      this.#work = null;
      try {
        future.result();
      } catch (error) {
        this.#fail(error);
        return;
      }
      this.#goOn();
    });
  }

  #watchClient(): void {
    this.#handler.request.connection.setCloseCallback(() => {
      this.clientGone();
    });
  }

  #fail(error: unknown): void {
    if (this.#isClientGone && isConsequence(error)) this.#state.response.isFinished = true;
    else endInFailure(this.#handler, this.#state, error);
    this.#end();
  }

  #end(): void {
    this.#stage = 'done';
    this.#pulled?.discard();
    this.#releaseBody();
  }

  #holdBody(): Future<void> {
    this.#gate ??= new Future<void>();
    return this.#gate;
  }

  #releaseBody(): void {
    const gate = this.#gate;
    this.#gate = null;
    gate?.setResult();
  }
}

/** Methods that change nothing (WEB-42). */
function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** WEB-2: base methods answer 405 themselves. */
function verbOf(handler: RequestHandler, method: string): (...args: never[]) => unknown {
  /* eslint-disable @typescript-eslint/unbound-method -- called with the handler as this */
  switch (method) {
    case 'GET':
      return handler.get;
    case 'POST':
      return handler.post;
    case 'HEAD':
      return handler.head;
    default:
      return otherVerb(handler, method);
  }
  /* eslint-enable @typescript-eslint/unbound-method */
}

function otherVerb(handler: RequestHandler, method: string): (...args: never[]) => unknown {
  const verb: unknown = Reflect.get(handler, method.toLowerCase());
  if (isFunction(verb)) return verb;
  throw new HTTPError(405);
}

function isFunction(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === 'function';
}

/** What a handler gets to feel when its client goes; nobody's fault. */
function isConsequence(error: unknown): boolean {
  return (
    error instanceof CancelledError ||
    (error instanceof TransportError && error.code === 'ERR_TRANSPORT_CLOSED')
  );
}
