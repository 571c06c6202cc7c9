import { expect, it } from 'vitest';
import { contentTypeOf } from './content-type.ts';

it.each([
  ['a.html', 'text/html'],
  ['a.CSS', 'text/css'],
  ['a.js', 'text/javascript'],
  ['a.png', 'image/png'],
  ['a.svg', 'image/svg+xml'],
  ['a.txt.gz', 'application/gzip'],
  ['a.tgz', 'application/gzip'],
  ['a.txt.bz2', 'application/octet-stream'],
  ['a.txt.br', 'application/octet-stream'],
  ['a.tar.xz', 'application/octet-stream'],
  ['a.Z', 'application/octet-stream'],
  ['a.unknown', 'application/octet-stream'],
  ['README', 'application/octet-stream'],
])('%s is %s (WEB-109, PYS-13)', (name, type) => {
  expect(contentTypeOf(`/x/${name}`)).toBe(type);
});
