// Listening sockets. Owns: which addresses, one port for all of them, what is in the way of a unix socket.
import { chmod, lstat, unlink } from 'node:fs/promises';
import { IOLoop, TransportError } from '@typhoon/ioloop';
import { BoundSocket } from './bound-socket.ts';
import { inheritedAddress, mayBeHandedOver } from './inherited-sockets.ts';
import { DefaultResolver } from './resolver.ts';
import { StreamError } from './stream-error.ts';
import type { ListenAddress, ListenOptions } from '@typhoon/ioloop';
import type { AddressFamily, Resolver } from './resolver.ts';

/** Where and how to listen. */
export interface BindOptions {
  /** A host name or an IP address; absent, null or empty: every interface. */
  readonly address?: string | null;
  /** IPv4 or IPv6 alone. Default 0: both. */
  readonly family?: 0 | AddressFamily;
  /** Length of the kernel's accept queue. Default 128. */
  readonly backlog?: number;
  /** Let several processes listen on one port (`SO_REUSEPORT`). Default false. */
  readonly reusePort?: boolean;
  /** Resolves `address`. Default: the operating system. */
  readonly resolver?: Resolver;
}

const DEFAULT_BACKLOG = 128;
/** Somebody else may have the port that was picked for the first family: another one is picked, so many times. */
const PORT_ATTEMPTS = 5;

interface Place {
  readonly family: AddressFamily;
  readonly host: string;
}

/**
 * Listens on every address of a host, each with a socket of its own, IPv4 first; port 0 picks one port for all (NET-1, 2).
 * Rejects with TransportError: `ERR_ADDRESS_IN_USE`, `ERR_UNSUPPORTED` where `reusePort` cannot be had, and the like.
 */
export async function bindSockets(port: number, options: BindOptions = {}): Promise<BoundSocket[]> {
  const loop = IOLoop.current();
  const places = await findPlaces(port, options);
  for (let attempt = 1; ; attempt++) {
    try {
      return await bindAll(loop, places, port, options);
    } catch (error) {
      const isTaken = error instanceof TransportError && error.code === 'ERR_ADDRESS_IN_USE';
      if (port !== 0 || !isTaken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function findPlaces(port: number, options: BindOptions): Promise<readonly Place[]> {
  const { family = 0 } = options;
  const address = options.address ?? '';
  if (address === '') {
    const all: readonly Place[] = [
      { family: 4, host: '0.0.0.0' },
      { family: 6, host: '::' },
    ];
    return all.filter((place) => family === 0 || place.family === family);
  }
  const resolver = options.resolver ?? new DefaultResolver();
  const found = await resolver.resolve(address, port, family);
  const unique = new Map(found.map((place) => [place.host, place]));
  return [...unique.values()].sort((one, other) => one.family - other.family);
}

async function bindAll(
  loop: IOLoop,
  places: readonly Place[],
  port: number,
  options: BindOptions,
): Promise<BoundSocket[]> {
  const sockets: BoundSocket[] = [];
  let problem: unknown = null;
  for (const { family, host } of places) {
    const picked = sockets[0]?.address.port ?? port;
    const how = { ...listenOptions(options), ipv6Only: family === 6 };
    try {
      sockets.push(await bindOne(loop, { host, port: picked }, how));
    } catch (error) {
      problem = error;
      if (isMissing(error, host, places.length)) continue;
      for (const socket of sockets) await socket.close();
      throw error;
    }
  }
  if (sockets.length === 0) throw problem instanceof Error ? problem : nowhere(options);
  return sockets;
}

/** NET-3, 4: a machine may lack a family, or have the name `localhost` for an address that it lacks. */
function isMissing(error: unknown, host: string, places: number): boolean {
  if (!(error instanceof TransportError) || error.code !== 'ERR_ADDRESS_UNAVAILABLE') return false;
  const { cause } = error;
  const isFamily = cause instanceof Error && 'code' in cause && cause.code === 'EAFNOSUPPORT';
  return places > 1 && (isFamily || host === '::1' || host === '::');
}

function nowhere({ address }: BindOptions): TransportError {
  const message = `no address to listen on for ${address ?? 'every interface'}`;
  return new TransportError('ERR_ADDRESS_UNAVAILABLE', message);
}

function listenOptions({
  backlog = DEFAULT_BACKLOG,
  reusePort = false,
}: BindOptions): ListenOptions {
  return { backlog, ...(reusePort ? { reusePort } : {}) };
}

async function bindOne(
  loop: IOLoop,
  address: ListenAddress,
  options: ListenOptions,
): Promise<BoundSocket> {
  const socket = new BoundSocket(loop);
  const isIpv6Only = options.ipv6Only ?? false;
  const where = inheritedAddress(address, isIpv6Only) ?? address;
  socket.bound(await loop.poller.listen(where, options, () => socket.makeProtocol()));
  mayBeHandedOver(socket, address, { isIpv6Only, isPortShared: options.reusePort ?? false });
  return socket;
}

/**
 * Listens on one address, with one socket; an empty host takes IPv4 and IPv6 alike. Connections wait until somebody accepts them.
 * Rejects with TransportError.
 */
export async function bindSocket(
  address: ListenAddress,
  options: ListenOptions = {},
): Promise<BoundSocket> {
  if ('path' in address) return bindUnixSocket(address.path, options);
  return bindOne(IOLoop.current(), address, options);
}

/** How to listen on a unix socket. */
export interface BindUnixOptions {
  /** Permissions of the file. Default 0o600. */
  readonly mode?: number;
  /** Length of the kernel's accept queue. Default 128. */
  readonly backlog?: number;
}

/**
 * Listens on a unix socket. A socket that lies there is replaced; a path that begins with a NUL is a name in Linux's abstract
 * namespace, and no file (NET-6). Rejects with StreamError `ERR_NOT_A_SOCKET` when another kind of file lies there;
 * TransportError.
 */
export async function bindUnixSocket(
  path: string,
  options: BindUnixOptions = {},
): Promise<BoundSocket> {
  const loop = IOLoop.current();
  const { mode = 0o600, backlog = DEFAULT_BACKLOG } = options;
  const isFile = !path.startsWith('\0');
  const inherited = inheritedAddress({ path });
  if (isFile && inherited === null) await removeSocket(path);
  const socket = await bindOne(loop, inherited ?? { path }, { backlog });
  if (isFile) await chmod(path, mode);
  return socket;
}

async function removeSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) {
    throw new StreamError('ERR_NOT_A_SOCKET', `File ${path} exists and is not a socket`);
  }
  await unlink(path);
}
