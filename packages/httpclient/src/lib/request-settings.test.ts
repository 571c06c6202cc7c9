import { describe, expect, it } from 'vitest';
import { LIBRARY_DEFAULTS, resolveSettings } from './request-settings.ts';
import type { HTTPRequestOptions } from './http-request.ts';

describe('resolveSettings', () => {
  it('has the defaults of Tornado (HCL-2)', () => {
    expect(resolveSettings({}, LIBRARY_DEFAULTS)).toMatchObject({
      method: 'GET',
      connectTimeoutMs: 20_000,
      requestTimeoutMs: 20_000,
      followRedirects: true,
      maxRedirects: 5,
      decompressResponse: true,
      validateCert: true,
      allowNonstandardMethods: false,
    });
  });

  it('takes the client’s defaults, and the request’s own before them (HCL-3)', () => {
    const client = resolveSettings({ maxRedirects: 1, userAgent: 'client' }, LIBRARY_DEFAULTS);
    const settings = resolveSettings({ userAgent: 'request', followRedirects: false }, client);
    expect(settings).toMatchObject({
      maxRedirects: 1,
      userAgent: 'request',
      followRedirects: false,
      connectTimeoutMs: 20_000,
    });
  });

  it('takes undefined and null for nothing said (HCL-3)', () => {
    const unsaid = { maxRedirects: undefined, userAgent: null } as unknown as HTTPRequestOptions;
    expect(resolveSettings(unsaid, LIBRARY_DEFAULTS).maxRedirects).toBe(5);
    expect(resolveSettings(unsaid, LIBRARY_DEFAULTS).userAgent).toBeNull();
  });

  it('refuses other authentication, half a proxy, and an interface that is no address (SHC-9, CRL-1)', () => {
    const bad = [
      { authMode: 'digest' },
      { proxyHost: 'p' },
      { proxyPort: 1 },
      { networkInterface: 'eth0' },
    ];
    for (const options of bad) {
      const given = options as unknown as HTTPRequestOptions;
      expect(() => resolveSettings(given, LIBRARY_DEFAULTS)).toThrow(
        expect.objectContaining({ code: 'ERR_BAD_REQUEST' }),
      );
    }
    const { networkInterface } = resolveSettings({ networkInterface: '::1' }, LIBRARY_DEFAULTS);
    expect(networkInterface).toBe('::1');
  });

  it('refuses timeouts that are none, and takes 0 and Infinity', () => {
    for (const requestTimeoutMs of [-1, Number.NaN]) {
      expect(() => resolveSettings({ requestTimeoutMs }, LIBRARY_DEFAULTS)).toThrow(
        'requestTimeoutMs',
      );
    }
    for (const connectTimeoutMs of [0, Infinity]) {
      const settings = resolveSettings({ connectTimeoutMs }, LIBRARY_DEFAULTS);
      expect(settings.connectTimeoutMs).toBe(connectTimeoutMs);
    }
  });
});
