// The native poller behind the contract of poller.ts: one epoll descriptor, one call from C a batch.
// Owns: who listens to which slot, the order in which a batch is told. Must not know: what runs over the connections.
// HOT: `pnpm bench http`
import { performance } from 'node:perf_hooks';
import { genLog } from '@typhoon/log';
import { kernelPath } from './abstract-name.ts';
import { Dial } from './epoll-dial.ts';
import { EpollHandlers } from './epoll-handlers.ts';
import { EpollListener, openListener } from './epoll-listener.ts';
import { EpollTransport, fromErrno } from './epoll-transport.ts';
import { EpollWire } from './epoll-wire.ts';
import { NetPoller } from './net-poller.ts';
import { TransportError } from './transport-error.ts';
import type { NativeModule } from '@typhoon/epoll';
import type { Dialer, Source } from './epoll-dial.ts';
import type { ListenerOwner } from './epoll-listener.ts';
import type {
  ConnectAddress,
  ConnectAttempt,
  ConnectOptions,
  ListenAddress,
  Listener,
  ListenOptions,
  Poller,
  PollerHost,
  Protocol,
} from './poller.ts';

/** Kinds of events; native/epoll.h says the same. */
const DATA = 1;
const EOF = 2;
const ACCEPT = 3;
const CONNECTED = 4;
const LOST = 5;
const PROGRESS = 6;
const RAW = 7;
const STARVED = 8;

/** When the handlers of a batch have taken so long, what is written goes out before the others run. */
const SLOW_MS = 1;
/** The clock is read after so many events. */
const CLOCK_EVENTS = 4;
/** Descriptors may come free elsewhere in the process, too. */
const STARVED_RETRY_MS = 100;

/** The poller of `@typhoon/epoll`. TLS comes from the portable one, beside it. */
export class EpollPoller implements Poller, Dialer, ListenerOwner {
  readonly name: string = 'epoll';
  readonly #host: PollerHost;
  readonly #wire: EpollWire;
  readonly #handlers: EpollHandlers;
  /** By slot. */
  readonly #transports: (EpollTransport | undefined)[] = [];
  readonly #listeners = new Map<number, EpollListener>();
  readonly #dials = new Map<number, Dial>();
  readonly #waiting = new Map<Dial, Protocol>();
  #net: NetPoller | null = null;
  #retry: NodeJS.Timeout | null = null;
  #isStarved = false;
  #isClosed = false;
  /** Where the next event's bytes begin. */
  #offset = 0;

  constructor(host: PollerHost, native: NativeModule) {
    this.#host = host;
    this.#wire = new EpollWire(host, native, (at, count) => this.#tellBatch(at, count));
    this.#handlers = new EpollHandlers(this.#wire);
  }

  async listen(
    address: ListenAddress,
    options: ListenOptions,
    protocolFactory: () => Protocol,
  ): Promise<Listener> {
    if (this.#isClosed) throw pollerClosed();
    if (options.tls !== undefined) return this.#tlsPoller.listen(address, options, protocolFactory);
    const slot = await openListener(this.#wire, address, options).catch((error: unknown) => {
      throw this.#isClosed ? pollerClosed() : error;
    });
    const isOurs = !('fd' in address);
    const listener = new EpollListener(this.#wire, slot, protocolFactory, isOurs, this);
    this.#listeners.set(slot, listener);
    return listener;
  }

  connect(address: ConnectAddress, options: ConnectOptions, protocol: Protocol): ConnectAttempt {
    if (options.tls !== undefined) return this.#tlsPoller.connect(address, options, protocol);
    const dial = new Dial(this, address, options);
    this.#waiting.set(dial, protocol);
    if (this.#isClosed) dial.failSoon(pollerClosed());
    else dial.start();
    return dial;
  }

  addHandler(fd: number, handler: (fd: number, events: number) => void, events: number): void {
    this.#handlers.add(fd, handler, events);
  }

  updateHandler(fd: number, events: number): void {
    this.#handlers.update(fd, events);
  }

  removeHandler(fd: number): void {
    this.#handlers.remove(fd);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    for (const listener of this.#listeners.values()) void listener.close();
    const transports = this.#transports.filter((one) => one !== undefined);
    const dials = [...this.#waiting.keys()];
    for (const transport of transports) {
      transport.giveUp(pollerClosed());
    }
    this.#transports.length = 0;
    this.#dials.clear();
    this.#handlers.clear();
    this.#wire.close();
    this.#net?.close();
    setImmediate(() => {
      this.#host.enter();
      try {
        for (const transport of transports) transport.onLost(0);
        for (const dial of dials) dial.fail(pollerClosed());
      } finally {
        this.#host.exit();
      }
    });
  }

  // For listeners.

  listenerClosed({ slot }: EpollListener): void {
    this.#listeners.delete(slot);
  }

  accepted({ protocolFactory, address }: EpollListener, slot: number, generation: number): void {
    let protocol: Protocol;
    try {
      protocol = protocolFactory();
    } catch (error) {
      this.#wire.native.abort(slot, generation, false);
      this.#host.handleCallbackException(protocolFactory, error);
      return;
    }
    const remote = address.path === '' ? null : { host: '', port: 0, path: '' };
    this.#begin(new EpollTransport(this.#wire, slot, generation, protocol, remote));
  }

  // For attempts to connect.

  openSocket(dial: Dial, host: string, port: number, source: Source): number {
    return this.#open(dial, this.#wire.native.connect(host, port, source.host, source.port));
  }

  openPath(dial: Dial, path: string): number {
    return this.#open(dial, this.#wire.native.connectPath(kernelPath(path)));
  }

  giveUp(slot: number): void {
    this.#dials.delete(slot);
    const { native } = this.#wire;
    native.abort(slot, native.generationOf(slot), false);
  }

  onDialFailed(dial: Dial, error: TransportError): void {
    const protocol = this.#waiting.get(dial);
    if (protocol === undefined) return;
    this.#waiting.delete(dial);
    this.#host.enter();
    try {
      protocol.connectionLost(error);
    } catch (reason) {
      this.#host.handleCallbackException('connectionLost', reason);
    } finally {
      this.#host.exit();
    }
  }

  #open(dial: Dial, slot: number): number {
    this.#dials.set(slot, dial);
    return slot;
  }

  get #tlsPoller(): NetPoller {
    if (this.#net === null) {
      this.#net = new NetPoller(this.#host);
      if (this.#isClosed) this.#net.close();
    }
    return this.#net;
  }

  /** Tells events `at` to `count` of the batch; answers how far it came. */
  #tellBatch(at: number, count: number): number {
    if (at < 0) {
      this.#wire.renewMemory();
      return 0;
    }
    if (at === 0) this.#offset = 0;
    const wire = this.#wire;
    const since = performance.now();
    let next = at;
    this.#host.enter();
    try {
      while (next < count) {
        wire.cursor = next;
        this.#tell(next++);
        if (next % CLOCK_EVENTS === 0 && performance.now() - since > SLOW_MS) break;
      }
    } finally {
      this.#host.exit();
    }
    return next;
  }

  #tell(event: number): void {
    const { events } = this.#wire;
    const at = event * 4;
    const slot = events[at]!;
    const generation = events[at + 1]!;
    const kind = events[at + 2]!;
    const value = events[at + 3]!;
    if (kind !== DATA) {
      this.#tellOther(kind, slot, generation, value);
      return;
    }
    const start = this.#offset;
    this.#offset = start + value;
    const transport = this.#transports[slot];
    if (transport?.generation === generation) {
      transport.onData(this.#wire.received, start, start + value);
    }
  }

  #tellOther(kind: number, slot: number, generation: number, value: number): void {
    switch (kind) {
      case EOF:
        this.#transportOf(slot, generation)?.onEof();
        break;
      case PROGRESS:
        this.#transportOf(slot, generation)?.onProgress(value);
        break;
      case ACCEPT:
        this.#accept(slot, generation, value);
        break;
      case CONNECTED:
        this.#connected(slot, generation);
        break;
      case LOST:
        this.#lost(slot, generation, value);
        break;
      case RAW:
        this.#handlers.onReady(slot, generation, value);
        break;
      case STARVED:
        this.#starved(value);
        break;
    }
  }

  #transportOf(slot: number, generation: number): EpollTransport | undefined {
    const transport = this.#transports[slot];
    return transport?.generation === generation ? transport : undefined;
  }

  #accept(slot: number, generation: number, listenerSlot: number): void {
    const listener = this.#listeners.get(listenerSlot);
    if (listener === undefined) this.#wire.native.abort(slot, generation, false);
    else this.accepted(listener, slot, generation);
  }

  #connected(slot: number, generation: number): void {
    const dial = this.#dials.get(slot);
    const protocol = dial && this.#waiting.get(dial);
    if (dial === undefined || protocol === undefined) return;
    this.#dials.delete(slot);
    this.#waiting.delete(dial);
    dial.onConnected(slot);
    const remote = dial.path === '' ? null : { host: '', port: 0, path: dial.path };
    this.#begin(new EpollTransport(this.#wire, slot, generation, protocol, remote));
  }

  #begin(transport: EpollTransport): void {
    this.#transports[transport.slot] = transport;
    transport.begin();
  }

  #lost(slot: number, generation: number, errno: number): void {
    const transport = this.#transportOf(slot, generation);
    if (transport !== undefined) {
      this.#transports[slot] = undefined;
      transport.onLost(errno);
      return;
    }
    const dial = this.#dials.get(slot);
    this.#dials.delete(slot);
    dial?.onLost(slot, fromErrno(errno, dial.doing));
  }

  /** Serving goes on; accepting does when a descriptor comes free here, and it is tried now and then. */
  #starved(errno: number): void {
    if (!this.#isStarved) {
      genLog.error('accepting paused: %s', fromErrno(errno, 'no descriptor is left').message);
    }
    this.#isStarved = true;
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      this.#isStarved = false;
      this.#wire.native.resumeAccepting();
    }, STARVED_RETRY_MS).unref();
  }
}

function pollerClosed(): TransportError {
  return new TransportError('ERR_CONNECTION_ABORTED', 'the poller was closed');
}
