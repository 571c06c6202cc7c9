// Listening with the native poller. Owns: one listener's slot, and the path that it leaves behind.
// Must not know: what becomes of the connections.
import { lookup } from 'node:dns/promises';
import { unlinkSync } from 'node:fs';
import { isIP } from 'node:net';
import { kernelPath } from './abstract-name.ts';
import { listenError, listeningOn } from './listen-address.ts';
import { TransportError } from './transport-error.ts';
import type { EpollWire } from './epoll-wire.ts';
import type { Address, ListenAddress, Listener, ListenOptions, Protocol } from './poller.ts';

/** Tornado's 128 is small for today's kernels; Node.js's own default. */
const DEFAULT_BACKLOG = 511;
/** So many looks for who waits; under a flood there is no end to it. */
const MOST_ROUNDS = 16;

/** Who hears of a listener. */
export interface ListenerOwner {
  /** A connection was accepted. */
  accepted(listener: EpollListener, slot: number, generation: number): void;
  /** It accepts no more. */
  listenerClosed(listener: EpollListener): void;
}

/** A listening slot. */
export class EpollListener implements Listener {
  readonly slot: number;
  readonly generation: number;
  readonly address: Address;
  readonly protocolFactory: () => Protocol;
  readonly #wire: EpollWire;
  readonly #owner: ListenerOwner;
  /** Whoever made the socket removes its path, too. */
  readonly #isOurs: boolean;
  #closed: Promise<void> | null = null;

  constructor(
    wire: EpollWire,
    slot: number,
    protocolFactory: () => Protocol,
    isOurs: boolean,
    owner: ListenerOwner,
  ) {
    this.#wire = wire;
    this.slot = slot;
    this.generation = wire.native.generationOf(slot);
    this.address = wire.native.localAddress(slot, this.generation);
    this.protocolFactory = protocolFactory;
    this.#isOurs = isOurs;
    this.#owner = owner;
  }

  acceptWaiting(): void {
    // What the accepted are sent takes time, in which others come: the last look must be the last thing done.
    for (let round = 0; round < MOST_ROUNDS && this.#acceptBatch() > 0; round++);
  }

  #acceptBatch(): number {
    const { native, host } = this.#wire;
    let count = 0;
    host.enter();
    try {
      for (; this.#closed === null; count++) {
        const slot = native.accept(this.slot, this.generation);
        if (slot < 0) break;
        this.#owner.accepted(this, slot, native.generationOf(slot));
      }
    } finally {
      host.exit();
    }
    return count;
  }

  get descriptor(): number {
    return this.#wire.native.descriptorOf(this.slot, this.generation);
  }

  setAccepting(isOn: boolean): void {
    this.#wire.native.setAccepting(this.slot, this.generation, isOn);
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#owner.listenerClosed(this);
      this.#unlink();
      this.#wire.native.unwatch(this.slot, this.generation);
      setImmediate(resolve);
    });
    return this.#closed;
  }

  /** As node:net does: the path goes with its listener. Abstract names have no file. */
  #unlink(): void {
    const { path } = this.address;
    if (!this.#isOurs || path === '' || path.startsWith('\0')) return;
    try {
      unlinkSync(path);
    } catch {
      // somebody else was faster
    }
  }
}

/** Binds and listens; answers the slot. `wire` is asked for when the name is looked up: it may be closed by then. */
export async function openListener(
  wire: EpollWire,
  address: ListenAddress,
  options: ListenOptions,
): Promise<number> {
  const doing = listeningOn(address);
  const backlog = options.backlog ?? DEFAULT_BACKLOG;
  try {
    if ('path' in address) return wire.native.listenPath(kernelPath(address.path), backlog);
    if ('fd' in address) return wire.native.listenDescriptor(address.fd);
    const { port } = address;
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new TransportError('ERR_ADDRESS_INVALID', `${doing}: a port is 0 to 65535`);
    }
    const isPortShared = options.reusePort ?? false;
    const isIpv6Only = options.ipv6Only ?? false;
    const host = await ipOf(address.host ?? '');
    if (host !== '') return wire.native.listen(host, port, backlog, isPortShared, isIpv6Only);
    return listenEverywhere(wire, port, backlog, isPortShared, isIpv6Only);
  } catch (error) {
    throw listenError(error, address);
  }
}

/** IPv6 takes IPv4 along, where the machine has it. */
function listenEverywhere(
  wire: EpollWire,
  port: number,
  backlog: number,
  isPortShared: boolean,
  isIpv6Only: boolean,
): number {
  try {
    return wire.native.listen('::', port, backlog, isPortShared, isIpv6Only);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL') throw error;
    return wire.native.listen('0.0.0.0', port, backlog, isPortShared, false);
  }
}

async function ipOf(host: string): Promise<string> {
  if (host === '' || isIP(host.split('%', 1)[0] ?? '') !== 0) return host;
  return (await lookup(host)).address;
}
