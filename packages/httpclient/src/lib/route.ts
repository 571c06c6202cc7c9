// Where a request's connection goes, and which connections may be shared. Owns: the pool's key, addresses, TLS options.
// Must not know: the pool, requests' contents.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { splitHostAndPort } from '@typhoon/http1';
import { HTTPClientError } from './http-response.ts';
import type { ConnectAddress, ConnectOptions, ConnectTlsOptions } from '@typhoon/ioloop';
import type { Proxy } from './proxy.ts';
import type { RequestSettings } from './request-settings.ts';
import type { RequestUrl } from './request-url.ts';

/** `host` or `host:port` to the host or `host:port` that is dialled instead (SHC-23, SHC-25). */
export type HostnameMapping = Readonly<Record<string, string>>;

/** How to open a connection. */
export interface Route {
  readonly address: ConnectAddress;
  readonly options: ConnectOptions;
  /** What to do at the proxy first; null where the connection itself leads there. */
  readonly tunnel: TunnelRoute | null;
}

/** A connection through a proxy. */
export interface TunnelRoute {
  /** The server, `host:port`. */
  readonly authority: string;
  readonly proxy: Proxy;
  /** Of the server behind the proxy; null for one without TLS. */
  readonly tls: ConnectTlsOptions | null;
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/**
 * Two requests with one key may share a connection: scheme, host and port, and all that the connection was opened with
 * (SEC-33). Objects and bytes count as the same when they are the same object.
 */
export function routeKey(url: RequestUrl, settings: RequestSettings, proxy: Proxy | null): string {
  let key = url.origin;
  if (proxy !== null)
    key += `|proxy=${proxy.host}:${proxy.port} ${JSON.stringify(proxy.authorization)}`;
  if (settings.socketPath !== null) key += `|unix=${JSON.stringify(settings.socketPath)}`;
  if (settings.allowIpv6 === false) key += '|ipv4';
  if (settings.networkInterface !== null) key += `|from=${settings.networkInterface}`;
  if (!url.isSecure) return key;
  if (settings.sslOptions !== null) return `${key}|tls=${identify(settings.sslOptions)}`;
  if (settings.validateCert === false) key += '|unchecked';
  if (settings.caCerts !== null) key += `|ca=${identify(settings.caCerts)}`;
  if (settings.clientKey !== null) key += `|key=${identify(settings.clientKey)}`;
  if (settings.clientCert !== null) key += `|cert=${identify(settings.clientCert)}`;
  return key;
}

/**
 * Address and options to connect with.
 *
 * @param isRequest Whether a proxy can pass on what is said to a server without TLS; else it has to open a tunnel for that, too.
 * @throws HTTPClientError `ERR_BAD_REQUEST` for a file that cannot be read.
 */
export function routeOf(
  url: RequestUrl,
  settings: RequestSettings,
  proxy: Proxy | null,
  mapping: HostnameMapping,
  isRequest = true,
): Route {
  const isTunnelled = proxy !== null && (url.isSecure || !isRequest);
  return {
    address: addressOf(proxy ?? url, settings, mapping),
    options: {
      ...(url.isSecure && !isTunnelled ? { tls: tlsOptions(url, settings) } : {}),
      ...(settings.networkInterface === null ? {} : { localAddress: settings.networkInterface }),
      ...(settings.allowIpv6 === false ? { family: 4 } : {}),
    },
    tunnel: isTunnelled ? tunnelTo(url, settings, proxy) : null,
  };
}

/** RFC 9110 §9.3.6. */
function tunnelTo(url: RequestUrl, settings: RequestSettings, proxy: Proxy): TunnelRoute {
  const host = isIP(url.host) === 6 ? `[${url.host}]` : url.host;
  // The connection's other end is the proxy: the name to check is said in any case.
  const tls = url.isSecure ? { servername: url.host, ...tlsOptions(url, settings) } : null;
  return { authority: `${host}:${url.port}`, proxy, tls };
}

function addressOf(
  { host, port }: { readonly host: string; readonly port: number },
  { socketPath }: RequestSettings,
  mapping: HostnameMapping,
): ConnectAddress {
  if (socketPath !== null) return { path: socketPath };
  const mapped = ownValue(mapping, `${host}:${port}`) ?? ownValue(mapping, host);
  if (mapped === undefined) return { host, port };
  if (isIP(mapped) === 6) return { host: mapped, port };
  const [name, otherPort] = splitHostAndPort(mapped);
  return { host: name.replace(/^\[(.*)\]$/, '$1'), port: otherPort ?? port };
}

function ownValue(mapping: HostnameMapping, name: string): string | undefined {
  return Object.hasOwn(mapping, name) ? mapping[name] : undefined;
}

/** SHC-21, SEC-3: certificate and name are checked, and Node.js's oldest protocol is TLS 1.2. */
function tlsOptions({ host }: RequestUrl, settings: RequestSettings): ConnectTlsOptions {
  // The name in the URL counts, whatever address it is mapped to. RFC 6066 §3: an IP address is no server name.
  const base = { ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 ? { servername: host } : {}) };
  if (settings.sslOptions !== null) return { ...base, ...settings.sslOptions };
  return {
    ...base,
    rejectUnauthorized: settings.validateCert !== false,
    ...(settings.caCerts === null ? {} : { ca: readPem('caCerts', settings.caCerts) }),
    ...(settings.clientKey === null ? {} : { key: readPem('clientKey', settings.clientKey) }),
    ...(settings.clientCert === null ? {} : { cert: readPem('clientCert', settings.clientCert) }),
  };
}

/** Read when a connection is opened, so that a renewed certificate is seen; files of a few KB, from the page cache. */
function readPem(option: string, source: Uint8Array | string): Buffer | string {
  if (typeof source !== 'string') return Buffer.from(source);
  if (source.includes('-----BEGIN')) return source;
  try {
    return readFileSync(source);
  } catch (cause) {
    const message = `cannot read ${option} from ${source}`;
    throw new HTTPClientError('ERR_BAD_REQUEST', message, { cause });
  }
}

function identify(value: object | string): string {
  if (typeof value === 'string') return JSON.stringify(value);
  let identity = identities.get(value);
  if (identity === undefined) {
    identity = ++lastIdentity;
    identities.set(value, identity);
  }
  return `#${identity}`;
}
