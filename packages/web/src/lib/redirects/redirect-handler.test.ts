import { expect, it } from 'vitest';
import '../../../test/quiet.ts';
import { Application } from '../application/application.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { RedirectHandler, type RedirectOptions } from './redirect-handler.ts';

async function location(
  pattern: string,
  options: RedirectOptions,
  target: string,
): Promise<string> {
  const app = new Application([[pattern, RedirectHandler, options]]);
  const { status, headers } = await fetchApp(app, target);
  return `${status} ${headers.get('Location', '')}`;
}

it.each<[string, RedirectOptions, string, string]>([
  ['/a', { url: '/b' }, '/a', '301 /b'],
  ['/a', { url: '/b', permanent: false }, '/a', '302 /b'],
  ['/a/(.*)/(.*)', { url: '/b/{1}/{0}' }, '/a/x/y%20z', '301 /b/y z/x'],
  ['/a/(?<id>.*)', { url: '/b/{id}?x=1#top' }, '/a/7?q=%20', '301 /b/7?x=1&q=%20#top'],
  ['/a', { url: '/b' }, '/a?q=1&q=2', '301 /b?q=1&q=2'],
  ['/a', { url: '/{0}' }, '/a', '301 /{0}'],
  ['/a/(.*)', { url: 'https://example.com/{0}' }, '/a/x', '301 https://example.com/x'],
])('%s with %j sends %s to %s (WEB-98)', async (pattern, options, target, expected) => {
  expect(await location(pattern, options, target)).toBe(expected);
});

it('does not let a group name another host (SEC-35)', async () => {
  expect(await location('/a/(.*)', { url: '/{0}' }, '/a//evil.example/x')).toBe(
    '301 /evil.example/x',
  );
  expect(await location('/a/(.*)', { url: '/{0}' }, '/a/%5Cevil.example')).toBe(
    '301 /evil.example',
  );
  expect(await location('/a/(.*)', { url: '/{0}' }, '/a/%09/evil.example')).toBe(
    '301 /evil.example',
  );
});
