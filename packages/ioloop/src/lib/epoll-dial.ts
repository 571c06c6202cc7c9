// One attempt of the epoll poller to connect: the name is looked up, its addresses are tried, the first to answer wins.
// Owns: which address is next, and when (RFC 8305, without its two queries). Must not know: sockets, slots' events.
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { TransportError } from './transport-error.ts';
import type { LookupAddress } from 'node:dns';
import type { ConnectAddress, ConnectAttempt, ConnectOptions } from './poller.ts';

/** How long an address has before the next one is tried beside it (RFC 8305 §5). */
const HEAD_START_MS = 250;

/** Where an attempt comes from; empty and 0 for any. */
export interface Source {
  readonly host: string;
  readonly port: number;
}

/** All that an attempt asks of its poller. */
export interface Dialer {
  /**
   * Starts to connect from `source`; answers the slot, of which the attempt hears through `onLost` or `onConnected`. Throws
   * what the system says.
   */
  openSocket(dial: Dial, host: string, port: number, source: Source): number;
  /** As `openSocket`, for a unix socket. */
  openPath(dial: Dial, path: string): number;
  /** Gives a slot up; nothing is heard of it any more. */
  giveUp(slot: number): void;
  /** It is over; in an event of its own. */
  onDialFailed(dial: Dial, error: TransportError): void;
}

/** An attempt under way. */
export class Dial implements ConnectAttempt {
  readonly #dialer: Dialer;
  readonly #address: ConnectAddress;
  readonly #options: ConnectOptions;
  readonly #slots = new Set<number>();
  readonly #errors: unknown[] = [];
  #rest: string[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  constructor(dialer: Dialer, address: ConnectAddress, options: ConnectOptions) {
    this.#dialer = dialer;
    this.#address = address;
    this.#options = options;
  }

  /** Where it goes, for messages. */
  get doing(): string {
    const address = this.#address;
    return 'path' in address
      ? `connecting to ${address.path}`
      : `connecting to ${address.host}:${address.port}`;
  }

  /** The path of a unix socket, or empty. */
  get path(): string {
    return 'path' in this.#address ? this.#address.path : '';
  }

  /** Begins. Nothing is told before this returns. */
  start(): void {
    const address = this.#address;
    if ('path' in address) {
      this.#try(() => this.#dialer.openPath(this, address.path));
      return;
    }
    const { host, port } = address;
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      const message = `${this.doing}: a port is 0 to 65535`;
      this.failSoon(new TransportError('ERR_ADDRESS_INVALID', message));
    } else if (isIP(host.split('%', 1)[0] ?? '') !== 0) {
      this.#rest = [host];
      this.#next(port);
    } else {
      this.#lookUp(host, port);
    }
  }

  abort(): void {
    if (this.#isOver) return;
    const message = `${this.doing}: given up`;
    this.failSoon(new TransportError('ERR_CONNECTION_ABORTED', message));
  }

  /** From the poller: `slot` is connected; the others are given up. */
  onConnected(slot: number): void {
    this.#slots.delete(slot);
    this.#end();
  }

  /** From the poller: `slot` is not going to be. */
  onLost(slot: number, error: TransportError): void {
    if (!this.#slots.delete(slot)) return;
    this.#errors.push(error);
    this.#afterFailure();
  }

  /** The poller is closed, or whatever else ends it at once. */
  fail(error: TransportError): void {
    if (this.#isOver) return;
    this.#end();
    this.#dialer.onDialFailed(this, error);
  }

  /** As `fail`, when whoever asked for the connection has returned. */
  failSoon(error: TransportError): void {
    this.#end();
    setImmediate(() => {
      this.#dialer.onDialFailed(this, error);
    });
  }

  #lookUp(host: string, port: number): void {
    lookup(host, { all: true, family: this.#options.family ?? 0 }, (error, addresses) => {
      if (this.#isOver) return;
      if (error !== null) {
        this.fail(TransportError.from(error, this.doing));
        return;
      }
      this.#rest = interleave(addresses);
      this.#next(port);
    });
  }

  #next(port: number): void {
    const host = this.#rest.shift();
    if (host === undefined) return;
    const { localAddress = '', localPort = 0 } = this.#options;
    const source = { host: localAddress, port: localPort };
    this.#try(() => this.#dialer.openSocket(this, host, port, source));
    if (this.#rest.length === 0 || this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#next(port);
    }, HEAD_START_MS);
  }

  #try(open: () => number): void {
    try {
      this.#slots.add(open());
    } catch (error) {
      this.#errors.push(error);
      setImmediate(() => {
        if (!this.#isOver) this.#afterFailure();
      });
    }
  }

  #afterFailure(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const address = this.#address;
    if (this.#rest.length > 0 && 'port' in address) {
      this.#next(address.port);
    } else if (this.#slots.size === 0) {
      const [first] = this.#errors;
      const all = this.#errors.length === 1 ? first : new AggregateError(this.#errors);
      this.fail(TransportError.from(all, this.doing));
    }
  }

  #end(): void {
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#rest = [];
    for (const slot of this.#slots) this.#dialer.giveUp(slot);
    this.#slots.clear();
  }
}

/** One of each family in turn, beginning with the family of the first (RFC 8305 §4). */
function interleave(addresses: readonly LookupAddress[]): string[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const result: string[] = [];
  for (let at = 0; at < Math.max(first.length, second.length); at++) {
    for (const list of [first, second]) {
      const address = list[at];
      if (address !== undefined) result.push(address.address);
    }
  }
  return result;
}
