import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';
import { sparkline } from '../src/sparkline.ts';

describe('readConfig', () => {
  it('takes flags before environment before defaults', () => {
    const env = { UPTIME_PORT: '7000', UPTIME_HOST: '::1' };
    expect(readConfig(['--port=7001'], env)).toMatchObject({
      port: 7001,
      host: '::1',
      intervalMs: 5000,
    });
  });

  it('takes several sites from the environment', () => {
    const env = { UPTIME_SITES: 'http://a/ http://b/' };
    expect(readConfig([], env)?.sites).toEqual(['http://a/', 'http://b/']);
  });

  it('refuses a number out of range and says the range', () => {
    expect(() => readConfig(['--workers=0'], {})).toThrow(
      new ConfigError("--workers takes a whole number from 1 to 64, not '0'"),
    );
  });
});

describe('sparkline', () => {
  it('puts the largest value on top', () => {
    expect(sparkline([0, 10])).toContain('points="0.0,30.0 180.0,2.0"');
  });

  it('draws nothing of nothing', () => {
    expect(sparkline([])).toContain('points=""');
  });
});
