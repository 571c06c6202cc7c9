// A connection for what begins as a request and goes on as something else. Must not know: what that is.
import { IOLoop, type ConnectAttempt } from '@typhoon/ioloop';
import { dial } from './dial.ts';
import { ProxyEnvironment, proxyOf } from './proxy.ts';
import { LIBRARY_DEFAULTS, resolveSettings } from './request-settings.ts';
import { parseRequestUrl } from './request-url.ts';
import { routeOf } from './route.ts';
import type { HTTPRequest } from './http-request.ts';
import type { TunnelOwner } from './tunnel.ts';

/**
 * Begins to connect to where a request goes, as its options say: TLS, addresses, and its proxy or that of the environment, which is
 * asked for a tunnel (CONNECT) whatever the scheme. Nothing of the request is sent. `abort` gives up until `protocol` has the connection.
 *
 * @param protocol Hears `connectionMade`; or else `connectionLost`, or `shut` with HTTPClientError `ERR_PROXY`.
 * @throws HTTPClientError `ERR_BAD_URL`, `ERR_BAD_REQUEST`
 */
export function openConnection(request: HTTPRequest, protocol: TunnelOwner): ConnectAttempt {
  const url = parseRequestUrl(request.url);
  const settings = resolveSettings(request.options, LIBRARY_DEFAULTS);
  const proxy = proxyOf(url, settings, new ProxyEnvironment());
  return dial(IOLoop.current(), null, routeOf(url, settings, proxy, {}, false), protocol);
}
