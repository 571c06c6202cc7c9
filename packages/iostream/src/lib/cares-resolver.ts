// Names to addresses by DNS alone. Owns: one query of one family, and what is no answer to it.
import { Resolver as DnsResolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Future } from '@typhoon/concurrent';
import { TransportError } from '@typhoon/ioloop';
import type { AddressFamily, ResolvedAddress, Resolver } from './resolver.ts';

/** All that a `CaresResolver` asks of whoever talks to the name servers; a `dns.promises.Resolver` is one. */
export interface NameServers {
  /** IPv4 addresses of a name. */
  resolve4(name: string): Promise<readonly string[]>;
  /** IPv6 addresses of a name. */
  resolve6(name: string): Promise<readonly string[]>;
  /** Ends the queries that are under way. */
  cancel(): void;
}

/**
 * Asks the name servers itself (c-ares, as node:dns has it), without the system's own rules: no `hosts` file, no thread.
 * An address is its own, without a question; a question is for one family: IPv4 unless IPv6 is asked for (PLT-4).
 */
export class CaresResolver implements Resolver {
  readonly #servers: NameServers;

  /** @param servers Default: the system's name servers. */
  constructor(servers: NameServers = new DnsResolver()) {
    this.#servers = servers;
  }

  /** As `Resolver`; fails with TransportError `ERR_NAME_NOT_RESOLVED`, for an address of another family, too. */
  resolve(
    host: string,
    port: number,
    family: 0 | AddressFamily = 0,
  ): Future<readonly ResolvedAddress[]> {
    const own = isIP(host);
    if (own === 0) return Future.from(this.#ask(host, port, family === 6 ? 6 : 4));
    if (family === 0 || family === own) {
      return Future.resolved([{ family: own === 6 ? 6 : 4, host, port }]);
    }
    const message = `resolving ${host}: it is an IPv${own} address, IPv${family} was asked for`;
    return Future.rejected(new TransportError('ERR_NAME_NOT_RESOLVED', message));
  }

  /** Ends the queries that are under way: they fail. */
  close(): void {
    this.#servers.cancel();
  }

  async #ask(
    name: string,
    port: number,
    family: AddressFamily,
  ): Promise<readonly ResolvedAddress[]> {
    let found: readonly string[];
    try {
      found = await (family === 6 ? this.#servers.resolve6(name) : this.#servers.resolve4(name));
    } catch (error) {
      const message = `resolving ${name}: ${String(error)}`;
      throw new TransportError('ERR_NAME_NOT_RESOLVED', message, { cause: error });
    }
    return found.map((host) => ({ family, host, port }));
  }
}
