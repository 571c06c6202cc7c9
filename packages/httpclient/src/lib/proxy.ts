// Which proxy a request goes through. Owns: the rules of http_proxy, https_proxy, all_proxy and no_proxy.
// Must not know: how one talks to a proxy (outgoing-request.ts, tunnel.ts).
import { BlockList, isIP } from 'node:net';
import { encodeUsernamePassword, splitHostAndPort } from '@typhoon/http1';
import { HTTPClientError } from './http-response.ts';
import { parseRequestUrl } from './request-url.ts';
import type { RequestSettings } from './request-settings.ts';
import type { RequestUrl } from './request-url.ts';

/** A proxy. */
export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** Value of Proxy-Authorization, or null. */
  readonly authorization: string | null;
}

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy of a request, or null: its own, else the environment's. A unix socket has none.
 * @throws HTTPClientError `ERR_BAD_REQUEST` for a variable that names no proxy we can talk to.
 */
export function proxyOf(
  url: RequestUrl,
  settings: RequestSettings,
  environment: ProxyEnvironment,
): Proxy | null {
  const { proxyHost, proxyPort, proxyUsername, proxyPassword, socketPath } = settings;
  if (socketPath !== null) return null;
  if (proxyHost === null || proxyPort === null)
    return proxyHost === null ? environment.proxyFor(url) : null;
  if (proxyHost === '') return null;
  const authorization = basic(proxyUsername, proxyPassword);
  return { host: proxyHost.replace(/^\[(.*)\]$/, '$1'), port: proxyPort, authorization };
}

/** What the environment says of proxies, read once. Only lower case counts for `http_proxy` where CGI could set the other. */
export class ProxyEnvironment {
  /** Whether there is any proxy at all. */
  readonly hasProxies: boolean;
  readonly #http: string;
  readonly #https: string;
  readonly #exceptions: ProxyExceptions;

  constructor(environment: Environment = process.env) {
    const all = environment['all_proxy'] ?? environment['ALL_PROXY'] ?? '';
    // A CGI program finds the client's field Proxy in HTTP_PROXY (CVE-2016-5385).
    const upper =
      environment['REQUEST_METHOD'] === undefined ? environment['HTTP_PROXY'] : undefined;
    this.#http = environment['http_proxy'] ?? upper ?? all;
    this.#https = environment['https_proxy'] ?? environment['HTTPS_PROXY'] ?? all;
    this.#exceptions = new ProxyExceptions(
      environment['no_proxy'] ?? environment['NO_PROXY'] ?? '',
    );
    this.hasProxies = this.#http !== '' || this.#https !== '';
  }

  /** @throws HTTPClientError `ERR_BAD_REQUEST` */
  proxyFor(url: RequestUrl): Proxy | null {
    const text = url.isSecure ? this.#https : this.#http;
    if (text === '' || this.#exceptions.has(url)) return null;
    return parseProxy(text);
  }
}

/** Hosts that are reached without a proxy. */
class ProxyExceptions {
  readonly #isAll: boolean;
  readonly #names: readonly (readonly [name: string, port: number | null])[];
  readonly #addresses = new BlockList();

  /** @param text `no_proxy`: names (with those below them), `host:port`, addresses, networks, `*`. */
  constructor(text: string) {
    const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
    this.#isAll = entries.includes('*');
    this.#names = entries
      .filter((entry) => !this.#takeAddress(entry))
      .map((entry) => {
        const [name, port] = splitHostAndPort(entry.toLowerCase());
        return [name.replace(/^\*?\./, '').replace(/^\[(.*)\]$/, '$1'), port];
      });
  }

  /** Whether the URL's host is one. The machine itself always is: no proxy knows which one is meant. */
  has({ host, port }: RequestUrl): boolean {
    if (this.#isAll || host === 'localhost' || host.endsWith('.localhost')) return true;
    const version = isIP(host);
    if (version !== 0) {
      const family = version === 6 ? 'ipv6' : 'ipv4';
      if (LOOPBACK.check(host, family) || this.#addresses.check(host, family)) return true;
    }
    return this.#names.some(
      ([name, only]) =>
        (only === null || only === port) &&
        (host === name || (version === 0 && host.endsWith(`.${name}`))),
    );
  }

  #takeAddress(entry: string): boolean {
    const [address = '', bits] = entry.split('/', 2);
    const version = isIP(address);
    if (version === 0) return false;
    const family = version === 6 ? 'ipv6' : 'ipv4';
    const width = bits === undefined ? (version === 6 ? 128 : 32) : Number(bits);
    if (!(width >= 0 && width <= (version === 6 ? 128 : 32))) return true;
    this.#addresses.addSubnet(address, width, family);
    return true;
  }
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** As if no variable were set. */
export const NO_PROXIES: ProxyEnvironment = new ProxyEnvironment({});

function parseProxy(text: string): Proxy {
  const url = text.includes('://') ? text : `http://${text}`;
  if (!/^http:\/\//i.test(url)) {
    const scheme = url.slice(0, url.indexOf(':'));
    throw new HTTPClientError(
      'ERR_BAD_REQUEST',
      `proxies of ${scheme} are not supported, only http`,
    );
  }
  const { host, port, username, password } = parseRequestUrl(url);
  return { host, port, authorization: basic(username, password) };
}

function basic(username: string | null, password: string): string | null {
  if (username === null) return null;
  return `Basic ${encodeUsernamePassword(username, password).toString('base64')}`;
}
