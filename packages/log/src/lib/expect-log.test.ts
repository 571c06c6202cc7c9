import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ExpectLog } from './expect-log.ts';
import { appLog, getLogger, setLogSink } from './loggers.ts';

const log = getLogger('expected');
const below = getLogger('expected.below');
let passed: string[] = [];

beforeEach(() => {
  passed = [];
  setLogSink({ write: (record) => passed.push(`${record.name}: ${record.message}`) });
});
afterEach(() => setLogSink(null));

const FAILURE = expect.objectContaining({
  code: 'ERR_LOG_EXPECTED',
  message: expect.stringContaining('did not get expected log message') as string,
}) as Error;

describe('run', () => {
  it('hides what matches from the start, and lets the rest pass (TST-13)', () => {
    const expected = new ExpectLog('expected', /disk .* full/);
    const result = expected.run(() => {
      log.warning('disk %s is full', 'a');
      log.warning('my disk a is full');
      return 7;
    });
    expect([result, expected.matched, passed]).toEqual([7, true, ['expected: my disk a is full']]);
    log.warning('disk a is full');
    expect(passed).toHaveLength(2);
  });

  it('looks at that very logger only (TST-13)', () => {
    const run = () => {
      new ExpectLog(log, '.*').run(() => {
        below.warning('x');
      });
    };
    expect(run).toThrow(FAILURE);
    expect(passed).toEqual(['expected.below: x']);
  });

  it('can hide records of the root, by an empty name', () => {
    new ExpectLog('', 'x').run(() => {
      getLogger().warning('x');
    });
    expect(passed).toEqual([]);
  });

  it('fails if nothing matches, unless that is allowed (TST-13)', () => {
    expect(() => new ExpectLog(log, 'x').run(() => 1)).toThrow(FAILURE);
    expect(new ExpectLog(log, 'x', { required: false }).run(() => 1)).toBe(1);
  });

  it('lets the error of the block through instead (TST-13)', async () => {
    const error = new Error('own');
    const fail = () => {
      throw error;
    };
    expect(() => new ExpectLog(log, 'x').run(fail)).toThrow(error);
    await expect(new ExpectLog(log, 'x').run(() => Promise.reject(error))).rejects.toBe(error);
    log.warning('x');
    expect(passed).toEqual(['expected: x']);
  });

  it('waits for a promise (TST-13)', async () => {
    const result = new ExpectLog(log, 'later').run(async () => {
      await Promise.resolve();
      log.warning('later');
      return 'done';
    });
    await expect(result).resolves.toBe('done');
    await expect(new ExpectLog(log, 'x').run(() => Promise.resolve())).rejects.toEqual(FAILURE);
    expect(passed).toEqual([]);
  });

  it('takes a pattern with flags, and finds it each time', () => {
    const expected = new ExpectLog(log, /DISK/gi);
    expected.run(() => {
      log.warning('disk 1');
      log.warning('disk 2');
    });
    expect(passed).toEqual([]);
  });
});

describe('using', () => {
  it('checks at the end of the block (TST-13)', () => {
    const block = (message: string) => {
      using expected = new ExpectLog(log, 'x');
      log.warning(message);
      return expected.matched;
    };
    expect(block('x')).toBe(true);
    expect(() => block('y')).toThrow(FAILURE);
    expect(passed).toEqual(['expected: y']);
  });

  it('checks once', () => {
    const expected = new ExpectLog(log, 'x');
    expect(() => expected.run(() => 1)).toThrow(FAILURE);
    expected[Symbol.dispose]();
  });
});

describe('loggedStack', () => {
  it('tells whether a record had a trace (TST-13)', () => {
    const without = new ExpectLog(log, 'x');
    without.run(() => {
      log.error('x');
    });
    const with_ = new ExpectLog(log, 'x');
    with_.run(() => {
      log.error('x', new Error('e'));
    });
    expect([without.loggedStack, with_.loggedStack]).toEqual([false, true]);
  });
});

describe('level', () => {
  it('lowers the logger for the while (TST-13)', () => {
    new ExpectLog(log, 'quiet', { level: 'debug' }).run(() => {
      log.debug('quiet');
    });
    expect([log.level, log.isEnabledFor(10), passed]).toEqual([0, false, []]);
  });

  it('does not raise it (TST-13)', () => {
    new ExpectLog(log, 'x', { level: 'error' }).run(() => {
      log.warning('other');
      log.error('x');
    });
    expect(passed).toEqual(['expected: other']);
  });

  it('warns of a match at another level, which does not count (TST-13)', () => {
    const run = () => {
      new ExpectLog(log, 'x', { level: 'error' }).run(() => {
        log.warning('x');
      });
    };
    expect(run).toThrow(FAILURE);
    expect(passed).toEqual([
      "typhoon.application: Got expected log message 'x' at unexpected level (ERROR vs WARNING)",
      'expected: x',
    ]);
  });

  it('does not take its own warning for a match', () => {
    const expected = new ExpectLog(appLog, '.*', { level: 'error' });
    expected.run(() => {
      appLog.warning('low');
      appLog.error('right');
    });
    expect(passed).toHaveLength(2);
  });
});
