// Cookies and tokens of Python's Tornado hold here, and ours hold there: both can serve one site.
// Needs Debian's python3-tornado; skipped where it is missing.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { genLog } from '@typhoon/log';
import { afterAll, describe, expect, it } from 'vitest';
import { ask } from './ask.ts';
import {
  createSignedValue,
  decodeSignedValue,
  getSignatureKeyVersion,
  type CookieSecret,
} from '../src/index.ts';

const PYTHON = process.env['TYPHOON_TEST_PYTHON'] ?? '/usr/bin/python3';
const PEER = fileURLToPath(new URL('tornado_peer.py', import.meta.url));
const { status } = spawnSync(PYTHON, ['-c', 'import tornado'], { stdio: 'ignore' });
const isMissing = status !== 0;

const TIME = 1_700_000_000;
const DAY = 86_400;
const KEYS: Readonly<Record<number, string>> = { 1: 'the old one', 2: 'the new one' };
const VALUES: readonly Buffer[] = [
  Buffer.from('value'),
  Buffer.from(''),
  Buffer.from('Grüße, 世界'),
  Buffer.from(Uint8Array.from({ length: 256 }, (_, at) => at)),
];

/** One process for all tests; its warnings are of no interest. */
const peer = isMissing ? null : spawn(PYTHON, [PEER], { stdio: ['pipe', 'pipe', 'ignore'] });
const lines = peer === null ? null : createInterface({ input: peer.stdout });
const ended = peer === null ? null : once(peer, 'exit');
genLog.setLevel('CRITICAL');

afterAll(() => {
  peer?.kill();
});

/** What Tornado says to each of these. */
async function tornado(questions: readonly object[]): Promise<unknown[]> {
  if (peer === null || lines === null) throw new Error('there is no Tornado');
  peer.stdin.write(`${JSON.stringify(questions)}\n`);
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [unknown];
  if (typeof line !== 'string') throw new Error('Tornado has failed');
  return JSON.parse(line) as unknown[];
}

interface Signing {
  readonly secret: CookieSecret;
  readonly version: number;
  readonly keyVersion?: number;
}

const SIGNINGS: readonly (readonly [string, Signing])[] = [
  ['version 1', { secret: 'secret', version: 1 }],
  ['version 2', { secret: 'secret', version: 2 }],
  ['version 2, the first of two keys', { secret: KEYS, version: 2, keyVersion: 1 }],
  ['version 2, the second of two keys', { secret: KEYS, version: 2, keyVersion: 2 }],
];

/** A value with one of its characters changed, or cut, or with something behind it. */
function tampered(signed: string): string[] {
  const changed = Array.from(signed, (character, at) => {
    const other = character === '1' ? '2' : '1';
    return signed.slice(0, at) + other + signed.slice(at + 1);
  });
  return [...changed, signed.slice(0, -1), `${signed}0`, signed.slice(1), ''];
}

describe.skipIf(isMissing).each(SIGNINGS)('signed values, %s', (_name, signing) => {
  const { secret } = signing;
  const question = { name: 'key', time: TIME, ...signing };
  const clock = (): number => TIME * 1000;
  const ours = (value: Buffer): string =>
    createSignedValue(secret, 'key', value, { ...signing, clock });
  const decoded = (signed: string, options = {}): string | null =>
    decodeSignedValue(secret, 'key', signed, { clock, ...options })?.toString('base64') ?? null;

  it('are the same bytes in both (WEB-37, 38)', async () => {
    const questions = VALUES.map((value) => {
      return { ask: 'sign', ...question, value: value.toString('base64') };
    });
    expect(await tornado(questions)).toEqual(VALUES.map(ours));
  });

  it('of one are read by the other (WEB-40, 41)', async () => {
    const base64 = VALUES.map((value) => value.toString('base64'));
    const theirs = (await tornado(
      base64.map((value) => ({ ask: 'sign', ...question, value })),
    )) as string[];
    expect(theirs.map((signed) => decoded(signed))).toEqual(base64);
    const mine = VALUES.map((value) => ({ ask: 'verify', ...question, signed: ours(value) }));
    expect(await tornado(mine)).toEqual(base64);
  });

  it('that were tampered with are read by neither, and never differently (WEB-40)', async () => {
    const all = tampered(ours(Buffer.from('value')));
    const theirs = await tornado(all.map((signed) => ({ ask: 'verify', ...question, signed })));
    expect(all.map((signed) => decoded(signed))).toEqual(theirs);
    expect(theirs.every((value) => value === null)).toBe(true);
  });

  it.each([
    ['within the days', 30 * DAY],
    ['when the days are over', 32 * DAY],
    ['a day before they were signed', -DAY],
    ['two months before they were signed', -60 * DAY],
  ])('are read or not by both %s (WEB-40)', async (_when, later) => {
    const signed = ours(Buffer.from('value'));
    const time = TIME + later;
    const [theirs] = await tornado([{ ask: 'verify', ...question, signed, time }]);
    expect(decoded(signed, { clock: () => time * 1000 })).toBe(theirs);
  });

  it('tell both which key signed them, and obey a least version (WEB-39, 40)', async () => {
    const signed = ours(Buffer.from('value'));
    const questions = [
      { ask: 'key_version', signed },
      { ask: 'verify', ...question, signed, minVersion: 2 },
      { ask: 'verify', ...question, signed, secret: { 7: 'another' } },
      { ask: 'verify', ...question, signed, name: 'other' },
    ];
    expect([
      getSignatureKeyVersion(signed),
      decoded(signed, { minVersion: 2 }),
      decodeSignedValue({ 7: 'another' }, 'key', signed, { clock })?.toString('base64') ?? null,
      decodeSignedValue(secret, 'other', signed, { clock })?.toString('base64') ?? null,
    ]).toEqual(await tornado(questions));
  });
});

/** The token that an answer of ours shows. */
async function ourToken(version: number, cookie?: string): Promise<string> {
  const { body } = await ask(
    (handler) => {
      handler.write(handler.xsrfToken);
    },
    {
      settings: { xsrfCookieVersion: version },
      ...(cookie === undefined ? {} : { headers: { Cookie: `_xsrf="${cookie}"` } }),
    },
  );
  return body.toString();
}

/** Whether we let a request pass. */
async function ourCheck(cookie: string, token: string): Promise<number> {
  const headers = { Cookie: `_xsrf="${cookie}"`, 'X-Xsrftoken': token };
  const { status: answer } = await ask(() => undefined, {
    method: 'POST',
    settings: { xsrfCookies: true },
    headers,
  });
  return answer;
}

function theirCheck(
  pairs: readonly (readonly [cookie: string, token: string])[],
): Promise<unknown[]> {
  return tornado(
    pairs.map(([cookie, token]) => {
      return { ask: 'check_xsrf', headers: { Cookie: `_xsrf="${cookie}"`, 'X-Xsrftoken': token } };
    }),
  );
}

describe.skipIf(isMissing).each([1, 2])('XSRF tokens, version %i', (version) => {
  it('of one are accepted by the other, in cookie and form (WEB-44, 45)', async () => {
    const mine = await ourToken(version);
    const [theirs = ''] = (await tornado([{ ask: 'xsrf_token', version }])) as string[];
    const myPage = await ourToken(version, theirs);
    const [theirPage = ''] = (await tornado([
      { ask: 'xsrf_token', version, headers: { Cookie: `_xsrf="${mine}"` } },
    ])) as string[];
    const pairs = [
      [mine, mine],
      [mine, theirPage],
      [theirs, theirs],
      [theirs, myPage],
    ] as const;
    expect(await theirCheck(pairs)).toEqual([200, 200, 200, 200]);
    for (const [cookie, token] of pairs) expect(await ourCheck(cookie, token)).toBe(200);
  });

  it('that are of another, or were tampered with, are refused by both (WEB-45, 50)', async () => {
    const mine = await ourToken(version);
    const stranger = await ourToken(3 - version);
    const pairs = [
      [mine, stranger],
      ...tampered(mine).map((token) => [mine, token] as const),
    ] as const;
    const theirs = await theirCheck(pairs);
    const ours: number[] = [];
    for (const [cookie, token] of pairs) ours.push(await ourCheck(cookie, token));
    expect(ours).toEqual(theirs);
    expect(ours[0]).toBe(403);
  });
});
