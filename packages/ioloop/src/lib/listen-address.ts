// Addresses to listen on: in words, and what is wrong with them.
import { TransportError } from './transport-error.ts';
import type { ListenAddress } from './poller.ts';

/** For messages. */
export function listeningOn(address: ListenAddress): string {
  if ('path' in address) return `listening on ${address.path}`;
  if ('fd' in address) return `listening on descriptor ${address.fd}`;
  return `listening on ${address.host ?? '*'}:${address.port}`;
}

/** Why listening failed. A descriptor that cannot be listened on is an address like a port that is none. */
export function listenError(reason: unknown, address: ListenAddress): TransportError {
  const error = TransportError.from(reason, listeningOn(address));
  if (!('fd' in address) || reason instanceof TransportError) return error;
  return new TransportError('ERR_ADDRESS_INVALID', error.message, { cause: reason });
}
