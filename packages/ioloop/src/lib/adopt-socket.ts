// A socket that somebody else made, as a transport.
import { NetTransport } from './net-transport.ts';
import type { Socket } from 'node:net';
import type { PollerHost, Protocol, Transport } from './poller.ts';

/**
 * Takes a connected socket of node:net or node:tls over, a pipe or terminal for one; whoever listened to it stops. Everything
 * is told in events of the loop, the first of them `connectionMade`; the transport can be used at once.
 *
 * @param host The loop, an IOLoop for one.
 */
export function adoptSocket(host: PollerHost, socket: Socket, protocol: Protocol): Transport {
  const transport = new NetTransport(host, socket, protocol, { local: '', remote: '' });
  setImmediate(() => {
    transport.begin();
  });
  return transport;
}
