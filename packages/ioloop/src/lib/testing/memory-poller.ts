// A poller without sockets. Owns: listeners and attempts to connect in memory.
// Must not know: how bytes get from one end to the other (memory-transport.ts).
import { TransportError } from '../transport-error.ts';
import { deliveryQueueOf } from './delivery-queue.ts';
import { MemoryNetwork } from './memory-network.ts';
import { checkPieceBytes } from './memory-pair.ts';
import { MemoryTransport } from './memory-transport.ts';
import type {
  Address,
  ConnectAddress,
  ConnectAttempt,
  ConnectOptions,
  ListenAddress,
  Listener,
  ListenOptions,
  Poller,
  PollerHost,
  Protocol,
} from '../poller.ts';
import type { Receiver } from './delivery-queue.ts';
import type { MemoryEndpoint } from './memory-network.ts';
import type { MemoryOptions } from './memory-pair.ts';

/** How to make a memory poller. */
export interface MemoryPollerOptions extends MemoryOptions {
  /** Where its names are; share one to connect several loops. Default: a network of its own. */
  readonly network?: MemoryNetwork;
}

/**
 * Connects in memory: `new IOLoop({ poller: (loop) => new MemoryPoller(loop) })`. Hosts, ports and paths are mere names.
 * It knows no TLS and no shared ports (TransportError `ERR_UNSUPPORTED`); all else is as with sockets, and the same on
 * every run.
 */
export class MemoryPoller implements Poller {
  readonly name: string = 'memory';
  readonly #host: PollerHost;
  readonly #network: MemoryNetwork;
  readonly #pieceBytes: number;
  readonly #listeners = new Set<MemoryListener>();
  readonly #transports = new Set<MemoryTransport>();
  readonly #attempts = new Set<Attempt>();
  #isClosed = false;

  /** @throws RangeError when `pieceBytes` is not positive. */
  constructor(host: PollerHost, options: MemoryPollerOptions = {}) {
    this.#host = host;
    this.#network = options.network ?? new MemoryNetwork();
    this.#pieceBytes = checkPieceBytes(options);
  }

  listen(
    address: ListenAddress,
    options: ListenOptions,
    protocolFactory: () => Protocol,
  ): Promise<Listener> {
    return Promise.resolve().then(() => {
      if (this.#isClosed) throw pollerClosed();
      if (options.tls !== undefined) throw unsupported('TLS');
      if (options.reusePort === true) throw unsupported('reusePort');
      const place = this.#network.resolve(address);
      const listener = new MemoryListener(place, this, protocolFactory, () => {
        this.#network.remove(listener);
        this.#listeners.delete(listener);
      });
      this.#network.add(listener);
      this.#listeners.add(listener);
      return listener;
    });
  }

  connect(address: ConnectAddress, options: ConnectOptions, protocol: Protocol): ConnectAttempt {
    const attempt = new Attempt(this.#host, protocol, {
      open: () => this.#open(address, options, protocol),
      onEnd: () => this.#attempts.delete(attempt),
    });
    this.#attempts.add(attempt);
    if (this.#isClosed) attempt.fail(pollerClosed());
    deliveryQueueOf(this.#host).add(attempt);
    return attempt;
  }

  close(): void {
    this.#isClosed = true;
    for (const listener of this.#listeners) void listener.close();
    for (const attempt of this.#attempts) attempt.fail(pollerClosed());
    for (const transport of this.#transports) transport.abort(pollerClosed());
  }

  #open(address: ConnectAddress, options: ConnectOptions, protocol: Protocol): MemoryTransport {
    if (options.tls !== undefined) throw unsupported('TLS');
    const listener = this.#network.find(address);
    if (!(listener instanceof MemoryListener)) throw unsupported('a foreign listener');
    const theirs =
      'path' in address ? listener.address : { ...listener.address, host: address.host };
    const ours =
      'path' in address
        ? { host: '', port: 0, path: '' }
        : {
            host: options.localAddress ?? address.host,
            port: options.localPort ?? this.#network.freePort(),
            path: '',
          };
    const near = this.#makeTransport(() => protocol, ours, theirs);
    const far = listener.poller.#makeTransport(listener.protocolFactory, theirs, ours);
    MemoryTransport.connect(near, far);
    return near;
  }

  #makeTransport(
    makeProtocol: () => Protocol,
    localAddress: Address,
    remoteAddress: Address,
  ): MemoryTransport {
    const transport: MemoryTransport = new MemoryTransport(this.#host, {
      makeProtocol,
      localAddress,
      remoteAddress,
      pieceBytes: this.#pieceBytes,
      onLost: () => this.#transports.delete(transport),
    });
    this.#transports.add(transport);
    return transport;
  }
}

class MemoryListener implements Listener, MemoryEndpoint {
  readonly address: Address;
  readonly isWildcard: boolean;
  readonly poller: MemoryPoller;
  readonly protocolFactory: () => Protocol;
  readonly #onClose: () => void;

  constructor(
    place: MemoryEndpoint,
    poller: MemoryPoller,
    protocolFactory: () => Protocol,
    onClose: () => void,
  ) {
    this.address = place.address;
    this.isWildcard = place.isWildcard;
    this.poller = poller;
    this.protocolFactory = protocolFactory;
    this.#onClose = onClose;
  }

  close(): Promise<void> {
    this.#onClose();
    return Promise.resolve();
  }
}

/** What an attempt asks of its poller. */
interface AttemptOwner {
  readonly open: () => MemoryTransport;
  readonly onEnd: () => void;
}

class Attempt implements ConnectAttempt, Receiver {
  readonly #host: PollerHost;
  readonly #protocol: Protocol;
  readonly #owner: AttemptOwner;
  #failure: TransportError | null = null;

  constructor(host: PollerHost, protocol: Protocol, owner: AttemptOwner) {
    this.#host = host;
    this.#protocol = protocol;
    this.#owner = owner;
  }

  abort(): void {
    this.fail(new TransportError('ERR_CONNECTION_ABORTED', 'connecting in memory: given up'));
  }

  fail(error: TransportError): void {
    this.#failure ??= error;
  }

  deliver(): boolean {
    this.#owner.onEnd();
    try {
      if (this.#failure !== null) throw this.#failure;
      this.#owner.open().deliver(); // `connectionMade` at once: whoever gives up now is too late
    } catch (error) {
      this.#tellFailure(TransportError.from(error, 'connecting in memory'));
    }
    return false;
  }

  #tellFailure(error: TransportError): void {
    this.#host.enter();
    try {
      this.#protocol.connectionLost(error);
    } catch (reason) {
      this.#host.handleCallbackException('connectionLost', reason);
    } finally {
      this.#host.exit();
    }
  }
}

function pollerClosed(): TransportError {
  return new TransportError('ERR_CONNECTION_ABORTED', 'the poller was closed');
}

function unsupported(what: string): TransportError {
  return new TransportError('ERR_UNSUPPORTED', `the memory poller knows no ${what}`);
}
