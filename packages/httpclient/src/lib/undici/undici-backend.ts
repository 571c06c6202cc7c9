// A backend on undici: HTTP/2, and whatever else its agents can do. Owns: an agent for each way to a server.
// Must not know: what a fetch is. https://undici.nodejs.org/
import { Agent, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import type {
  BackendCall,
  BackendFailure,
  BackendRequest,
  BackendSink,
  ClientBackend,
} from '../backend.ts';

/** How to make the backend. */
export interface UndiciBackendOptions {
  /** Options of every agent; `connect`, `connections` and the timeouts are the client's. */
  readonly agent?: Omit<Agent.Options, 'connect' | 'headersTimeout' | 'bodyTimeout'>;
}

/**
 * Has undici make the connections of a client: `new AsyncHTTPClient({ backend: undiciBackend() })`. With
 * `{ agent: { allowH2: true } }` it speaks HTTP/2 to those that offer it.
 */
export function undiciBackend(options: UndiciBackendOptions = {}): ClientBackend {
  return new UndiciBackend(options.agent ?? {});
}

/** Agents that nobody has used for so long are closed with the next new one: redirects lead to many servers. */
const MAX_AGENTS = 256;

class UndiciBackend implements ClientBackend {
  readonly name = 'undici';
  readonly #options: Agent.Options;
  /** By key; the one used last is last. */
  readonly #agents = new Map<string, Dispatcher>();

  constructor(options: Agent.Options) {
    this.#options = options;
  }

  send(request: BackendRequest, sink: BackendSink): BackendCall {
    const call = new UndiciCall(sink);
    // Nothing may be told before this has returned.
    setImmediate(() => {
      if (!call.isOver) this.#dispatch(request, call);
    });
    return call;
  }

  close(): void {
    for (const agent of this.#agents.values()) void agent.destroy();
    this.#agents.clear();
  }

  #dispatch(request: BackendRequest, call: UndiciCall): void {
    const { address, method, target, headers, body, origin } = request;
    const { protocol } = new URL(origin);
    const isDirect = 'host' in address && request.proxy === null;
    const host =
      isDirect && address.host.includes(':') ? `[${address.host}]` : isDirect && address.host;
    try {
      this.#agentFor(request).dispatch(
        {
          origin: isDirect ? `${protocol}//${String(host)}:${address.port}` : origin,
          path: target,
          method,
          headers: headers.flat(),
          body: body as NonNullable<Dispatcher.DispatchOptions['body']> | null,
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        call,
      );
    } catch (error) {
      call.fail(error);
    }
  }

  #agentFor(request: BackendRequest): Dispatcher {
    const { key } = request;
    const agent = this.#agents.get(key) ?? this.#makeAgent(request);
    this.#agents.delete(key);
    this.#agents.set(key, agent);
    for (const [oldest, unused] of this.#agents) {
      if (this.#agents.size <= MAX_AGENTS) break;
      this.#agents.delete(oldest);
      void unused.close();
    }
    return agent;
  }

  #makeAgent({ options, address, proxy, origin }: BackendRequest): Dispatcher {
    const { tls, localAddress, family } = options;
    const connect = {
      ...tls,
      timeout: 0,
      ...(family === undefined || family === 0 ? {} : { family, autoSelectFamily: false }),
      ...('path' in address ? { socketPath: address.path } : {}),
    };
    const own = {
      ...this.#options,
      ...(localAddress === undefined ? {} : { localAddress }),
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    if (proxy === null)
      return new Agent({ ...own, connect: connect as NonNullable<Agent.Options['connect']> });
    return new ProxyAgent({
      ...own,
      uri: `http://${proxy.host.includes(':') ? `[${proxy.host}]` : proxy.host}:${proxy.port}`,
      ...(proxy.authorization === null ? {} : { token: proxy.authorization }),
      // What is not secure is asked in absolute form.
      proxyTunnel: origin.startsWith('https:'),
      requestTls: connect as NonNullable<ProxyAgent.Options['requestTls']>,
    });
  }
}

/** One request. */
class UndiciCall implements BackendCall, Dispatcher.DispatchHandler {
  readonly #sink: BackendSink;
  #controller: Dispatcher.DispatchController | null = null;
  #isOver = false;

  constructor(sink: BackendSink) {
    this.#sink = sink;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  abort(): void {
    this.#isOver = true;
    this.#controller?.abort(new Error('nobody waits for it any more'));
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) this.abort();
    else this.#sink.onStart();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    reason?: string,
  ): void {
    if (status >= 200 && !this.#isOver) this.#sink.onHead(status, reason ?? '', fieldsOf(headers));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isOver) this.#sink.onBody(chunk);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  /** It comes to nothing. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink.onFailure(kindOf(error, this.#controller !== null), error);
  }
}

function* fieldsOf(
  headers: Record<string, string | string[] | undefined>,
): Generator<readonly [string, string]> {
  for (const [name, values] of Object.entries(headers))
    for (const value of [values ?? []].flat()) yield [name, value];
}

function kindOf(error: unknown, isConnected: boolean): BackendFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') return 'tooLarge';
  if (code.startsWith('HPE_') || code === 'UND_ERR_HTTP_PARSER') return 'malformed';
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') return 'unsupported';
  return isConnected ? 'closed' : 'connect';
}
