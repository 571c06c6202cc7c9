import { genLog } from '@typhoon/log';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HandshakeLog } from './handshake-log.ts';

const lines: string[] = [];
let now = 0;

const write = ({ message }: { readonly message: string }): boolean => {
  lines.push(message);
  return false;
};

beforeEach(() => {
  lines.length = 0;
  now = 0;
  genLog.addFilter(write);
});

afterEach(() => {
  genLog.removeFilter(write);
});

it('has ten lines in ten seconds, and then says how many had none', () => {
  const log = new HandshakeLog(() => now);
  for (let n = 0; n < 250; n++) log.failed('bad record');
  expect(lines).toEqual(Array.from({ length: 10 }, () => 'TLS handshake failed: bad record'));
  now = 10_000;
  log.failed('http request');
  log.failed('http request');
  expect(lines.slice(10)).toEqual([
    'TLS handshake failed: http request (and 240 before it)',
    'TLS handshake failed: http request',
  ]);
});
