import { genLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultPoller, loadEpoll } from './default-poller.ts';
import { IOLoop } from './ioloop.ts';

const NAME = 'TYPHOON_POLLER';
const { native } = loadEpoll();
const before = process.env[NAME];
let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop({ makeCurrent: false });
});

afterEach(() => {
  loop.close();
  if (before === undefined) Reflect.deleteProperty(process.env, NAME);
  else process.env[NAME] = before;
});

describe('TYPHOON_POLLER', () => {
  it('net has the portable poller used', () => {
    process.env[NAME] = 'net';
    expect(defaultPoller(loop).name).toBe('net');
  });

  it.skipIf(native === null)('epoll has the native poller used', () => {
    process.env[NAME] = 'epoll';
    const poller = defaultPoller(loop);
    expect(poller.name).toBe('epoll');
    poller.close();
  });

  it('is an error when there is no poller of that name: ERR_POLLER_UNAVAILABLE', () => {
    process.env[NAME] = 'kqueue';
    const make = (): unknown => defaultPoller(loop);
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_POLLER_UNAVAILABLE' }));
  });

  it('unset, has the native poller used where it loads', () => {
    Reflect.deleteProperty(process.env, NAME);
    const poller = defaultPoller(loop);
    expect(poller.name).toBe(native === null ? 'net' : 'epoll');
    poller.close();
  });
});

describe('without the native part', () => {
  const NONE = { native: null, reason: 'no binary for this machine' };

  it('the loop uses the portable poller, and says why once', () => {
    process.env[NAME] = '';
    const log = new ExpectLog(genLog, 'the portable poller is used: no binary', { level: 'debug' });
    log.run(() => {
      expect(defaultPoller(loop, () => NONE).name).toBe('net');
    });
    expect(defaultPoller(loop, () => NONE).name).toBe('net');
  });

  it('asking for it is an error: ERR_POLLER_UNAVAILABLE', () => {
    process.env[NAME] = 'epoll';
    expect(() => defaultPoller(loop, () => NONE)).toThrow('no binary for this machine');
  });
});
