import { describe, expect, it } from 'vitest';
import { prepareRequest } from './outgoing-request.ts';
import { NO_PROXIES, ProxyEnvironment } from './proxy.ts';
import { draftOf } from './request-draft.ts';
import { LIBRARY_DEFAULTS, resolveSettings } from './request-settings.ts';
import { UsualRequests } from './usual-requests.ts';

const CONTEXT = { isKeepAlive: true, proxies: NO_PROXIES };

describe('UsualRequests', () => {
  it.each([
    'http://A.test:81/x?y=/#',
    'https://a.test/x%20?q="',
    'http://[::1]:8/',
    'http://a.test//',
  ])('makes the same request of %s as the long way', (url) => {
    const usual = new UsualRequests(LIBRARY_DEFAULTS, CONTEXT);
    const expected = prepareRequest(draftOf(url, LIBRARY_DEFAULTS), LIBRARY_DEFAULTS, CONTEXT);
    for (let n = 0; n < 2; n++) {
      const made = usual.prepare(url, LIBRARY_DEFAULTS)?.outgoing;
      if (made !== undefined) expect({ ...made, framing: expected.framing }).toEqual(expected);
      expect(made === undefined).toBe(url.includes('#'));
    }
  });

  it.each([
    'http://a.test',
    'http://a.test/ b',
    'http://a.test/\r\nX: y',
    'http://me:pw@a.test/',
    'http://a.test\\@b/',
    'http:///x',
    'ftp://a.test/',
    '/x',
    'http://a.test/é',
  ])('leaves %j to the long way', (url) => {
    expect(new UsualRequests(LIBRARY_DEFAULTS, CONTEXT).prepare(url, LIBRARY_DEFAULTS)).toBeNull();
  });

  it('leaves other settings, other methods and proxies to the long way', () => {
    const url = 'http://a.test/';
    const other = resolveSettings({}, LIBRARY_DEFAULTS);
    expect(new UsualRequests(LIBRARY_DEFAULTS, CONTEXT).prepare(url, other)).toBeNull();
    const head = resolveSettings({ method: 'HEAD' }, LIBRARY_DEFAULTS);
    expect(new UsualRequests(head, CONTEXT).prepare(url, head)).toBeNull();
    const proxies = new ProxyEnvironment({ http_proxy: 'p.test' });
    const usual = new UsualRequests(LIBRARY_DEFAULTS, { ...CONTEXT, proxies });
    expect(usual.prepare(url, LIBRARY_DEFAULTS)).toBeNull();
  });

  it('remembers few servers', () => {
    const usual = new UsualRequests(LIBRARY_DEFAULTS, CONTEXT);
    for (let n = 0; n < 600; n++)
      expect(usual.prepare(`http://a${n}.test/`, LIBRARY_DEFAULTS)?.key).toBe(
        `http://a${n}.test:80`,
      );
  });
});
