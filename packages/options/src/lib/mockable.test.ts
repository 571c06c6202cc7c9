import { describe, expect, it } from 'vitest';

import { OptionParser } from './option-parser.ts';

describe('mockable options', () => {
  const options = new OptionParser().defineAll({
    log_file: { default: 'a' },
    port: { default: 80 },
  });

  it('override a value where it is set and restore it where it is deleted (OPT-19)', () => {
    const mock = options.mockable();
    mock['log_file'] = 'b';
    expect([options.log_file, mock['log-file']]).toEqual(['b', 'b']);
    delete mock['log-file'];
    expect(options.log_file).toBe('a');
    mock['log_file'] = 'c';
    delete mock['log_file'];
    expect(options.log_file).toBe('a');
  });

  it('may not override a value twice (OPT-19)', () => {
    const mock = options.mockable();
    mock['port'] = 1;
    expect(() => (mock['port'] = 2)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_MOCKED',
        message: expect.stringContaining("don't reuse mockable objects") as string,
      }),
    );
    delete mock['port'];
    expect(options.port).toBe(80);
  });

  it('fail as the options do, and change nothing then', () => {
    const mock = options.mockable();
    expect(() => (mock['port'] = 'x')).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_TYPE' }),
    );
    expect(() => (mock['foo'] = 1)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_UNKNOWN' }),
    );
    expect(['port' in mock, 'foo' in mock, options.port]).toEqual([true, false, 80]);
  });
});
