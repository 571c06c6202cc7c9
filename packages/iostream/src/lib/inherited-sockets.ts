// Listening sockets that pass from a process to those that it starts. Owns: which are to be handed over, which were, and
// their names: the same script asks for the same addresses in both. Must not know: how processes are made.
import type { Listener, ListenAddress } from '@typhoon/ioloop';

/** A socket for another process. */
export interface HandedOverSocket {
  /** What the script that bound it asked for; the other process asks for the same. */
  readonly name: string;
  /** The port that it has; 0 for a unix socket. */
  readonly port: number;
  /** The descriptor to pass on; null: the other process binds for itself. */
  readonly fd: number | null;
}

/** What is bound here and may be handed over. */
export interface Transferable {
  readonly listener: Listener | null;
  /** Somebody here accepts its connections. */
  readonly isServed: boolean;
  close(): Promise<void>;
}

interface Entry {
  readonly name: string;
  readonly isPortShared: boolean;
}

/** Where the sockets that were handed over stand in the environment, as JSON: `HandedOverSocket`s. */
export const SOCKETS_VARIABLE = 'TYPHOON_SOCKETS';

const bound = new Map<Transferable, Entry>();
const inherited: HandedOverSocket[] = readEnvironment();

/** The name under which a socket on that address is handed over. */
function nameOf(address: ListenAddress, isIpv6Only: boolean): string {
  if ('fd' in address) return `descriptor ${address.fd}`;
  if ('path' in address) return address.path;
  return `${isIpv6Only ? 'ipv6 ' : ''}${address.host ?? ''} ${address.port}`;
}

/** For those who bind: it may be handed over as long as it is open and nobody accepts from it. */
export function mayBeHandedOver(
  socket: Transferable,
  address: ListenAddress,
  options: { readonly isIpv6Only: boolean; readonly isPortShared: boolean },
): void {
  const name = nameOf(address, options.isIpv6Only);
  bound.set(socket, { name, isPortShared: options.isPortShared });
}

/** For those who bind: it is closed. */
export function isClosed(socket: Transferable): void {
  bound.delete(socket);
}

/** Whether this process accepts connections of a socket that was bound. */
export function isServingSockets(): boolean {
  return [...bound.keys()].some(({ isServed }) => isServed);
}

/**
 * For those who make processes: all sockets that are bound here and that nobody accepts from. What has no descriptor, or shares its
 * port, is closed, and the other process binds it again.
 */
export async function handOverSockets(): Promise<readonly HandedOverSocket[]> {
  const handed: HandedOverSocket[] = [];
  for (const [socket, { name, isPortShared }] of bound) {
    const { listener } = socket;
    if (listener === null) continue;
    const { port } = listener.address;
    const fd = isPortShared ? null : (listener.descriptor ?? null);
    handed.push({ name, port, fd });
    if (fd === null) await socket.close();
  }
  return handed;
}

/** For those who make processes: nobody needs the sockets any more. */
export async function closeHandedOver(): Promise<void> {
  for (const socket of [...bound.keys()]) await socket.close();
}

/**
 * Where to listen instead of `address` in a process to which that socket was handed over, once for each time it was; null: it was not.
 */
export function inheritedAddress(address: ListenAddress, isIpv6Only = false): ListenAddress | null {
  const name = nameOf(address, isIpv6Only);
  const at = inherited.findIndex((one) => one.name === name);
  const [found] = at < 0 ? [] : inherited.splice(at, 1);
  if (found === undefined) return null;
  if (found.fd !== null) return { fd: found.fd };
  return 'path' in address || 'fd' in address ? address : { ...address, port: found.port };
}

/** Taken out of the environment: it is not for the processes that this one starts. */
function readEnvironment(): HandedOverSocket[] {
  const text = process.env[SOCKETS_VARIABLE];
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the environment is Node.js's object
  delete process.env[SOCKETS_VARIABLE];
  return text === undefined ? [] : (JSON.parse(text) as HandedOverSocket[]);
}
