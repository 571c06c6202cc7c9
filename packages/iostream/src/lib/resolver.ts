// Names to addresses. Owns: the resolvers' interface, the default one, the one with exceptions.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Future } from '@typhoon/concurrent';
import { TransportError } from '@typhoon/ioloop';

/** IPv4 or IPv6. */
export type AddressFamily = 4 | 6;

/** One address of a name. */
export interface ResolvedAddress {
  readonly family: AddressFamily;
  /** An IP address. */
  readonly host: string;
  readonly port: number;
}

/** Turns names into addresses. */
export interface Resolver {
  /**
   * All addresses of a host, in the order they should be tried; an address is its own (NET-10).
   *
   * @param family Addresses of that family alone. Default 0: both.
   * Fails with TransportError `ERR_NAME_NOT_RESOLVED`.
   */
  resolve(
    host: string,
    port: number,
    family?: 0 | AddressFamily,
  ): Future<readonly ResolvedAddress[]>;
  /** Gives up what the resolver holds. */
  close(): void;
}

/** Asks the operating system, in Node.js's thread pool: nothing blocks. */
export class DefaultResolver implements Resolver {
  resolve(
    host: string,
    port: number,
    family: 0 | AddressFamily = 0,
  ): Future<readonly ResolvedAddress[]> {
    return Future.from(lookupAll(host, port, family));
  }

  close(): void {
    // Nothing is held.
  }
}

/** Exceptions: `host`, `host:port` or `host:port/family` to another host, or to another host and port. */
export type ResolverMapping = Readonly<
  Record<string, string | { readonly host: string; readonly port: number }>
>;

/** Another resolver with exceptions, for tests and for names that the system does not know (NET-11). */
export class OverrideResolver implements Resolver {
  readonly #resolver: Resolver;
  readonly #mapping: ResolverMapping;

  constructor(options: { readonly resolver: Resolver; readonly mapping: ResolverMapping }) {
    this.#resolver = options.resolver;
    this.#mapping = options.mapping;
  }

  resolve(
    host: string,
    port: number,
    family: 0 | AddressFamily = 0,
  ): Future<readonly ResolvedAddress[]> {
    const keys = [`${host}:${port}/${family}`, `${host}:${port}`, host];
    const key = keys.find((one) => Object.hasOwn(this.#mapping, one));
    const other = key === undefined ? undefined : this.#mapping[key];
    if (other === undefined) return this.#resolver.resolve(host, port, family);
    return typeof other === 'string'
      ? this.#resolver.resolve(other, port, family)
      : this.#resolver.resolve(other.host, other.port, family);
  }

  close(): void {
    this.#resolver.close();
  }
}

/**
 * Whether `ip` is an IPv4 or IPv6 address as it is written today. Deviation: the old forms of IPv4 (`1.2`, `0x7f.1`) are none:
 * the answer guards headers of proxies, where the stricter one is safe (NET-9).
 */
export function isValidIp(ip: string): boolean {
  return isIP(ip) !== 0;
}

async function lookupAll(
  host: string,
  port: number,
  family: 0 | AddressFamily,
): Promise<readonly ResolvedAddress[]> {
  try {
    const found = await lookup(host, { all: true, family, verbatim: true });
    return found.map(({ address, family: one }) => ({
      family: one === 6 ? 6 : 4,
      host: address,
      port,
    }));
  } catch (error) {
    throw TransportError.from(error, `resolving ${host}`);
  }
}
