// Who listens on which name in memory. Owns: the names. Must not know: transports.
import { TransportError } from '../transport-error.ts';
import type { Address, ConnectAddress, ListenAddress } from '../poller.ts';

/** One listener on the network. */
export interface MemoryEndpoint {
  readonly address: Address;
  /** Names every host. */
  readonly isWildcard: boolean;
}

const FIRST_FREE_PORT = 49_152;

/** Names on which memory pollers listen; pollers that share one can connect to each other, across loops too. */
export class MemoryNetwork<E extends MemoryEndpoint = MemoryEndpoint> {
  readonly #endpoints = new Set<E>();
  #nextPort = FIRST_FREE_PORT;

  /** The full address that `listen` is to have. @throws TransportError `ERR_ADDRESS_INVALID` */
  resolve(address: ListenAddress): { readonly address: Address; readonly isWildcard: boolean } {
    if ('path' in address) {
      return { address: { host: '', port: 0, path: address.path }, isWildcard: false };
    }
    if ('fd' in address) {
      throw new TransportError('ERR_ADDRESS_INVALID', 'there are no descriptors in memory');
    }
    checkPort(address.port, 0);
    const { host = '' } = address;
    const port = address.port === 0 ? this.freePort() : address.port;
    return {
      address: { host: host === '' ? '::' : host, port, path: '' },
      isWildcard: host === '',
    };
  }

  /** A port that nobody has. */
  freePort(): number {
    return this.#nextPort++;
  }

  /** @throws TransportError `ERR_ADDRESS_IN_USE` */
  add(endpoint: E): void {
    for (const other of this.#endpoints) {
      if (!collide(endpoint, other)) continue;
      const { host, port, path } = endpoint.address;
      const where = path === '' ? `${host}:${port}` : path;
      throw new TransportError('ERR_ADDRESS_IN_USE', `${where} is in use in this memory network`);
    }
    this.#endpoints.add(endpoint);
  }

  /** Frees the name. */
  remove(endpoint: E): void {
    this.#endpoints.delete(endpoint);
  }

  /** Who listens there. @throws TransportError `ERR_CONNECTION_REFUSED`, `ERR_ADDRESS_INVALID` */
  find(address: ConnectAddress): E {
    if (!('path' in address)) checkPort(address.port, 1);
    for (const endpoint of this.#endpoints) {
      if (serves(endpoint, address)) return endpoint;
    }
    const where = 'path' in address ? address.path : `${address.host}:${address.port}`;
    throw new TransportError('ERR_CONNECTION_REFUSED', `nobody listens on ${where} in memory`);
  }
}

function checkPort(port: number, least: number): void {
  if (Number.isInteger(port) && port >= least && port < 65_536) return;
  const message = `a port is an integer from ${least} to 65535, got ${port}`;
  throw new TransportError('ERR_ADDRESS_INVALID', message);
}

function collide(one: MemoryEndpoint, other: MemoryEndpoint): boolean {
  const { host, port, path } = one.address;
  if (path !== '' || other.address.path !== '') return path === other.address.path;
  if (port !== other.address.port) return false;
  return one.isWildcard || other.isWildcard || host === other.address.host;
}

function serves({ address, isWildcard }: MemoryEndpoint, wanted: ConnectAddress): boolean {
  if ('path' in wanted) return address.path !== '' && address.path === wanted.path;
  if (address.path !== '' || address.port !== wanted.port) return false;
  return isWildcard || address.host === wanted.host;
}
