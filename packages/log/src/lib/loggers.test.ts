import { afterEach, describe, expect, it, vi } from 'vitest';

import { accessLog, appLog, genLog, getLogger, setLogSink } from './loggers.ts';

describe('getLogger', () => {
  it('gives one object a name, with parents made by the dots (LOG-1)', () => {
    const logger = getLogger('shop.cart.prices');
    expect(getLogger('shop.cart.prices')).toBe(logger);
    expect(logger.parent).toBe(getLogger('shop.cart'));
    expect(logger.parent?.parent?.parent).toBe(getLogger());
  });

  it('knows the root by no name, an empty one and its own', () => {
    expect([getLogger(''), getLogger('root')]).toEqual([getLogger(), getLogger()]);
    expect(getLogger().name).toBe('root');
  });

  it('gives a new logger the level its parent has by then', () => {
    getLogger('late').setLevel('error');
    expect(getLogger('late.child').effectiveLevel).toBe(40);
  });
});

describe('the three logs', () => {
  it('are loggers under one name (LOG-1)', () => {
    expect([accessLog.name, appLog.name, genLog.name]).toEqual([
      'typhoon.access',
      'typhoon.application',
      'typhoon.general',
    ]);
    for (const log of [accessLog, appLog, genLog]) expect(log.parent).toBe(getLogger('typhoon'));
  });
});

describe('setLogSink', () => {
  afterEach(() => setLogSink(null));

  it('gives back the sink so far', () => {
    const sink = { write: vi.fn() };
    expect(setLogSink(sink)).toBeNull();
    getLogger('sunk').warning('%s', 'glug', new Error('why'));
    expect(sink.write).toHaveBeenCalledOnce();
    expect(setLogSink(null)).toBe(sink);
  });
});

describe('importing the package', () => {
  it('configures nothing: no level, no handler, no listener (LOG-11)', async () => {
    const listeners = process.eventNames();
    const stackTraceLimit = Error.stackTraceLimit;
    vi.resetModules();
    const fresh = await import('../index.ts');
    expect(fresh.getLogger()).not.toBe(getLogger());
    for (const log of [fresh.accessLog, fresh.appLog, fresh.genLog, fresh.getLogger()]) {
      expect([log.effectiveLevel, log.handlers]).toEqual([30, []]);
    }
    expect(process.eventNames()).toEqual(listeners);
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });
});
