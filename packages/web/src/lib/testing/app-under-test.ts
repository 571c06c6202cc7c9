// An application in a test, in memory or behind a port. Owns: how it is asked, and what is noted of that.
// Must not know: test frameworks, the loop's life (app-test.ts).
import { AsyncHTTPClient, type FetchOptions } from '@typhoon/httpclient';
import { HTTPHeaders } from '@typhoon/http1';
import { HTTPServer, type HTTPServerOptions } from '@typhoon/httpserver';
import { testCertificate } from '@typhoon/ioloop/testing';
import { fetchApp, type FetchAppOptions } from './fetch-app.ts';
import { Transcript } from './transcript.ts';
import type { HTTPServerConnectionDelegate } from '@typhoon/httpserver';
import type { IOLoop } from '@typhoon/ioloop';
import type { TestControl, VirtualClock } from '@typhoon/ioloop/testing';
import type { AppResponse } from './memory-connection.ts';

/** How to ask an application under test. */
export interface AppFetchOptions extends FetchAppOptions {
  /** Over a port: more options for the client (TST-11). Default: no redirects are followed, nothing is decompressed. */
  readonly client?: FetchOptions;
}

/** How to serve an application under test. */
export interface ServeOptions {
  /** Serve HTTPS, with a certificate that proves nothing (TST-12). Default false. */
  readonly tls?: boolean;
  /** Options of its server. */
  readonly server?: HTTPServerOptions;
}

/** What a test has besides its application. */
export interface TestGround {
  readonly loop: IOLoop;
  readonly control: TestControl;
  readonly clock: VirtualClock | null;
  readonly timeoutMs: number;
}

interface Served {
  readonly server: HTTPServer;
  readonly client: AsyncHTTPClient;
}

/** An application in a test. */
export class AppUnderTest<App extends HTTPServerConnectionDelegate = HTTPServerConnectionDelegate> {
  /** The application. */
  readonly application: App;
  /** The loop that the test runs on. */
  readonly loop: IOLoop;
  /** For tests in the callback style: `stop` and `wait`. */
  readonly control: TestControl;
  readonly #clock: VirtualClock | null;
  readonly #timeoutMs: number;
  readonly #transcript = new Transcript();
  #served: Served | null = null;

  constructor(application: App, { loop, control, clock, timeoutMs }: TestGround) {
    this.application = application;
    this.loop = loop;
    this.control = control;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** The virtual clock; it stands still until the test moves it. @throws Error over a port, where time is real. */
  get clock(): VirtualClock {
    if (this.#clock === null)
      throw new Error('over a port time is real: there is no virtual clock');
    return this.#clock;
  }

  /** The server, which may listen in more places (TST-9). @throws Error in memory. */
  get httpServer(): HTTPServer {
    return this.#overPort().server;
  }

  /** The client. @throws Error in memory. */
  get httpClient(): AsyncHTTPClient {
    return this.#overPort().client;
  }

  /** The port, the same for the whole test (TST-9). @throws Error in memory. */
  get port(): number {
    return Number(new URL(this.httpServer.url).port);
  }

  /** The URL of a path. @throws Error in memory. */
  urlOf(path: string): string {
    return this.httpServer.url + path;
  }

  /**
   * Asks the application; errors are answers, too (TST-7). Over a port an absolute URL may be asked as well, and it fails
   * when there is no answer within the test's time (TST-11).
   */
  async fetch(target: string, options: AppFetchOptions = {}): Promise<AppResponse> {
    this.#note(target, options);
    try {
      const answer =
        this.#served === null
          ? await fetchApp(this.application, target, options)
          : await this.#fetchOver(this.#served.client, target, options);
      this.#transcript.answered(answer);
      return answer;
    } catch (error) {
      this.#transcript.failed(error);
      throw error;
    }
  }

  /** Serves the application on a free port of 127.0.0.1. */
  async serve({ tls = false, server: options }: ServeOptions): Promise<void> {
    const server = new HTTPServer(this.application, options);
    const where = { host: '127.0.0.1', port: 0 };
    await server.listen(where, tls ? { tls: testCertificate } : {});
    this.#served = { server, client: new AsyncHTTPClient({ loop: this.loop }) };
  }

  /** The server is stopped, its connections closed, then the client (TST-10). */
  async close(): Promise<void> {
    this.#transcript[Symbol.dispose]();
    if (this.#served === null) return;
    const { server, client } = this.#served;
    server.stop();
    await server.closeAllConnections();
    client.close();
  }

  /** What the test failed with, with all that was asked, answered and logged. */
  explain(error: unknown): unknown {
    return this.#transcript.explain(error);
  }

  #overPort(): Served {
    if (this.#served === null) throw new Error('in memory there is no port');
    return this.#served;
  }

  #note(target: string, { method, headers = {}, body = '' }: AppFetchOptions): void {
    const whole = wholeBody(body);
    const fallback = whole.length === 0 ? 'GET' : 'POST';
    const fields = new HTTPHeaders(headers);
    this.#transcript.asked({ method: method ?? fallback, target, headers: fields, body: whole });
  }

  async #fetchOver(
    client: AsyncHTTPClient,
    target: string,
    { method, headers = {}, body, signal, client: more }: AppFetchOptions,
  ): Promise<AppResponse> {
    const url = /^https?:/.test(target) ? target : this.urlOf(target);
    const whole = body === undefined ? undefined : wholeBody(body);
    const response = await client.fetch(url, {
      method: method ?? (whole === undefined ? 'GET' : 'POST'),
      headers,
      ...(whole === undefined ? {} : { body: whole }),
      ...(signal === undefined ? {} : { signal }),
      allowNonstandardMethods: true,
      connectTimeoutMs: this.#timeoutMs,
      requestTimeoutMs: this.#timeoutMs,
      followRedirects: false,
      decompressResponse: false,
      validateCert: false,
      raiseError: false,
      ...more,
    });
    const { code: status, reason } = response;
    return { status, reason, headers: response.headers, body: response.body };
  }
}

function wholeBody(body: NonNullable<FetchAppOptions['body']>): string | Uint8Array {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  return Buffer.concat(body.map((piece) => Buffer.from(piece)));
}
