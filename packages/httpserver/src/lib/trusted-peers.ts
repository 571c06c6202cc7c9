// Which peers are believed. Owns: lists of addresses and networks. Must not know: what they say.
import { BlockList, isIP } from 'node:net';
import { ServerError } from './server-error.ts';

/** The word for every peer on a unix socket. */
const UNIX = 'unix:';

/** A set of peers: `10.0.0.0/8`, `2001:db8::/32`, single addresses, `unix:` for unix sockets. */
export class TrustedPeers {
  readonly #list = new BlockList();
  readonly #hasUnix: boolean;

  /** @throws ServerError `ERR_BAD_OPTION` for what is no address or network. */
  constructor(peers: readonly string[]) {
    this.#hasUnix = peers.includes(UNIX);
    for (const peer of peers) if (peer !== UNIX) this.#add(peer);
  }

  /**
   * Whether the peer at this address is one of them; IPv4 in IPv6 is IPv4.
   *
   * @param host An IP address; empty for a unix socket. What is no address is nobody.
   */
  has(host: string): boolean {
    if (host === '') return this.#hasUnix;
    const family = isIP(host);
    return family !== 0 && this.#list.check(host, family === 4 ? 'ipv4' : 'ipv6');
  }

  #add(peer: string): void {
    const [address = '', bits, ...more] = peer.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (family === 0 || prefix < 0 || prefix > most || more.length > 0) {
      const message = `${JSON.stringify(peer)} is no address, no network like 10.0.0.0/8, and not ${UNIX}`;
      throw new ServerError('ERR_BAD_OPTION', message);
    }
    this.#list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
}
