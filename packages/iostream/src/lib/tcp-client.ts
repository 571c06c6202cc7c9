// Connects to a host by name. Owns: the steps (resolve, connect, encrypt) and the one deadline for all of them.
import { CancelledError, Future, withTimeout } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { repr } from '@typhoon/log';
import { Connector } from './connector.ts';
import { IOStream } from './io-stream.ts';
import { DefaultResolver } from './resolver.ts';
import { StreamClosedError } from './stream-error.ts';
import type { Timeout } from '@typhoon/ioloop';
import type { ConnectorAttempt } from './connector.ts';
import type { AddressFamily, ResolvedAddress, Resolver } from './resolver.ts';
import type { SslContext, SslOptions } from './tls-options.ts';

/** How to connect. */
export interface TCPConnectOptions {
  /** IPv4 or IPv6 alone. Default 0: both. */
  readonly family?: 0 | AddressFamily;
  /** Talk TLS; the certificate must bear the host's name (TCC-5). Default: plain. */
  readonly sslOptions?: SslOptions | SslContext;
  /** Of the stream. */
  readonly maxBufferSize?: number;
  /** The address to connect from. Default: any. */
  readonly sourceIp?: string;
  /** The port to connect from; without `sourceIp`, on the loopback address (TCC-6). Default: any. */
  readonly sourcePort?: number;
  /** For resolving, connecting and encrypting together: milliseconds, or an instant `{ at }` (TCC-4). Default: no limit. */
  readonly timeout?: Timeout;
}

/** Failures of the peer or the way to it: another address may do. All others, where a source is given, are the source's. */
const OF_THE_PEER = new Set([
  'ERR_CONNECTION_REFUSED',
  'ERR_CONNECTION_RESET',
  'ERR_CONNECTION_ABORTED',
  'ERR_CONNECTION_TIMED_OUT',
  'ERR_UNREACHABLE',
]);

/** How the steps are taken. */
interface Steps {
  readonly within: <T>(work: Future<T>) => Promise<T>;
  /** Whether nobody waits any more. */
  readonly isOver: () => boolean;
}

/** Makes streams to hosts: resolves the name, tries its addresses two families at once, and encrypts if asked to. */
export class TCPClient {
  readonly #resolver: Resolver;
  readonly #isOurs: boolean;

  /** @param options.resolver Resolves names. Default: the operating system. */
  constructor(options: { readonly resolver?: Resolver } = {}) {
    this.#isOurs = options.resolver === undefined;
    this.#resolver = options.resolver ?? new DefaultResolver();
  }

  /** Closes the resolver, if it is the client's own. */
  close(): void {
    if (this.#isOurs) this.#resolver.close();
  }

  /**
   * Connects. The future fails with TransportError `ERR_NAME_NOT_RESOLVED` or `ERR_TLS`, with StreamClosedError (its `realError`
   * says why) when no address connects, with TimeoutError `ERR_TIMEOUT`. Cancelling it gives up.
   * @throws TypeError when `timeout` is none.
   */
  connect(host: string, port: number, options: TCPConnectOptions = {}): Future<IOStream> {
    const deadline = deadlineOf(options.timeout);
    let step: Future<unknown> | null = null;
    let isGivenUp = false;
    const outer = new Future<IOStream>({
      onCancel: () => {
        isGivenUp = true;
        step?.cancel();
        return false;
      },
    });
    /** One step, within the deadline; what it is in when the time is over, or is given up, is cancelled. */
    const within = async <T>(work: Future<T>): Promise<T> => {
      step = deadline === null ? work : withTimeout(deadline, work, { cancel: true });
      if (isGivenUp) step.cancel(); // between two steps
      return (await step) as T;
    };
    this.#connect(host, port, options, { within, isOver: () => outer.done() }).then(
      (stream) => {
        if (outer.done()) stream.close();
        else outer.setResult(stream);
      },
      (error: unknown) => {
        if (!outer.done()) outer.setException(error);
      },
    );
    return outer;
  }

  async #connect(
    host: string,
    port: number,
    options: TCPConnectOptions,
    { within, isOver }: Steps,
  ): Promise<IOStream> {
    const { sslOptions } = options;
    const addresses = await within(this.#resolver.resolve(host, port, options.family ?? 0));
    const isFatal = (error: unknown): boolean => isOfTheSource(error, options);
    const connector = new Connector(addresses, (address) => attempt(address, options), { isFatal });
    const stream = await within(connector.start());
    if (sslOptions === undefined) return stream;
    if (isOver()) {
      stream.close();
      throw new CancelledError();
    }
    return within(stream.startTls(false, { sslOptions, serverHostname: host }));
  }
}

/** TCC-7: one literal address an attempt; which one is next is not Node.js's matter. */
function attempt(
  { family, host, port }: ResolvedAddress,
  { maxBufferSize, sourceIp, sourcePort }: TCPConnectOptions,
): ConnectorAttempt<IOStream> {
  const stream = new IOStream(null, maxBufferSize === undefined ? {} : { maxBufferSize });
  const loopback = family === 6 ? '::1' : '127.0.0.1';
  const localAddress = sourceIp ?? (sourcePort === undefined ? undefined : loopback);
  const connected = stream.connect([host, port], {
    family,
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(sourcePort === undefined ? {} : { localPort: sourcePort }),
  });
  return { stream, connected };
}

function isOfTheSource(error: unknown, { sourceIp, sourcePort }: TCPConnectOptions): boolean {
  if (sourceIp === undefined && sourcePort === undefined) return false;
  const reason = error instanceof StreamClosedError ? error.realError : error;
  const isPeers =
    reason instanceof Error && 'code' in reason && OF_THE_PEER.has(String(reason.code));
  return !isPeers;
}

function deadlineOf(timeout: unknown): Timeout | null {
  if (timeout === undefined) return null;
  const loop = IOLoop.current();
  if (typeof timeout === 'number' && Number.isFinite(timeout)) return { at: loop.time() + timeout };
  const isInstant = typeof timeout === 'object' && timeout !== null && 'at' in timeout;
  if (isInstant && typeof timeout.at === 'number') return { at: timeout.at };
  throw new TypeError(`Unsupported timeout ${repr(timeout)}`);
}
