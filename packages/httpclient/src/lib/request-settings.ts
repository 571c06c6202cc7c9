// A request's options with every default in place: the request's own, else the client's, else the library's (HCL-2, HCL-3).
// Must not know: what the options do.
import { isIP } from 'node:net';
import { HTTPClientError } from './http-response.ts';
import type { HTTPRequestOptions } from './http-request.ts';

/** Options of which none is absent; null where there is no value. */
export type RequestSettings = {
  readonly [K in keyof HTTPRequestOptions]-?: NonNullable<HTTPRequestOptions[K]> | null;
} & {
  readonly method: string;
  readonly authPassword: string;
  readonly proxyPassword: string;
  readonly continueTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly maxRedirects: number;
};

/** HCL-2. */
export const LIBRARY_DEFAULTS: RequestSettings = {
  method: 'GET',
  headers: null,
  body: null,
  bodyProducer: null,
  expect100Continue: false,
  continueTimeoutMs: 1000,
  allowNonstandardMethods: false,
  ifModifiedSince: null,
  userAgent: null,
  authUsername: null,
  authPassword: '',
  authMode: 'basic',
  connectTimeoutMs: 20_000,
  requestTimeoutMs: 20_000,
  deadline: null,
  signal: null,
  followRedirects: true,
  maxRedirects: 5,
  decompressResponse: true,
  streamingCallback: null,
  headerCallback: null,
  validateCert: true,
  caCerts: null,
  clientKey: null,
  clientCert: null,
  sslOptions: null,
  allowIpv6: true,
  networkInterface: null,
  socketPath: null,
  proxyHost: null,
  proxyPort: null,
  proxyUsername: null,
  proxyPassword: '',
};

/** Fills what `given` leaves open from `base`. @throws HTTPClientError `ERR_BAD_REQUEST` */
export function resolveSettings(given: HTTPRequestOptions, base: RequestSettings): RequestSettings {
  const settings: RequestSettings = {
    method: given.method ?? base.method,
    headers: given.headers ?? base.headers,
    body: given.body ?? base.body,
    bodyProducer: given.bodyProducer ?? base.bodyProducer,
    expect100Continue: given.expect100Continue ?? base.expect100Continue,
    continueTimeoutMs: given.continueTimeoutMs ?? base.continueTimeoutMs,
    allowNonstandardMethods: given.allowNonstandardMethods ?? base.allowNonstandardMethods,
    ifModifiedSince: given.ifModifiedSince ?? base.ifModifiedSince,
    userAgent: given.userAgent ?? base.userAgent,
    authUsername: given.authUsername ?? base.authUsername,
    authPassword: given.authPassword ?? base.authPassword,
    authMode: given.authMode ?? base.authMode,
    connectTimeoutMs: given.connectTimeoutMs ?? base.connectTimeoutMs,
    requestTimeoutMs: given.requestTimeoutMs ?? base.requestTimeoutMs,
    deadline: given.deadline ?? base.deadline,
    signal: given.signal ?? base.signal,
    followRedirects: given.followRedirects ?? base.followRedirects,
    maxRedirects: given.maxRedirects ?? base.maxRedirects,
    decompressResponse: given.decompressResponse ?? base.decompressResponse,
    streamingCallback: given.streamingCallback ?? base.streamingCallback,
    headerCallback: given.headerCallback ?? base.headerCallback,
    validateCert: given.validateCert ?? base.validateCert,
    caCerts: given.caCerts ?? base.caCerts,
    clientKey: given.clientKey ?? base.clientKey,
    clientCert: given.clientCert ?? base.clientCert,
    sslOptions: given.sslOptions ?? base.sslOptions,
    allowIpv6: given.allowIpv6 ?? base.allowIpv6,
    networkInterface: given.networkInterface ?? base.networkInterface,
    socketPath: given.socketPath ?? base.socketPath,
    proxyHost: given.proxyHost ?? base.proxyHost,
    proxyPort: given.proxyPort ?? base.proxyPort,
    proxyUsername: given.proxyUsername ?? base.proxyUsername,
    proxyPassword: given.proxyPassword ?? base.proxyPassword,
  };
  check(settings);
  return settings;
}

function check(settings: RequestSettings): void {
  checkTimeout('continueTimeoutMs', settings.continueTimeoutMs);
  checkTimeout('connectTimeoutMs', settings.connectTimeoutMs);
  checkTimeout('requestTimeoutMs', settings.requestTimeoutMs);
  const { proxyHost, proxyPort } = settings;
  // CRL-1. Going on without a proxy that was asked for could tell the wrong people.
  if (proxyHost !== null && proxyHost !== '' && proxyPort === null)
    throw badRequest('proxyHost was given without proxyPort');
  if (proxyHost === null && proxyPort !== null)
    throw badRequest('proxyPort was given without proxyHost');
  if (settings.authMode !== 'basic')
    throw badRequest(`unsupported authMode ${String(settings.authMode)}, only basic is`);
  const { networkInterface } = settings;
  if (networkInterface !== null && isIP(networkInterface) === 0)
    throw badRequest(`networkInterface must be an IP address, not ${networkInterface}`);
}

function checkTimeout(name: string, value: number): void {
  if (!(value >= 0)) throw badRequest(`${name} must be milliseconds, 0 for no limit, not ${value}`);
}

function badRequest(message: string): HTTPClientError {
  return new HTTPClientError('ERR_BAD_REQUEST', message);
}
