import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OptionParser } from '@typhoon/options';
import { afterAll, describe, expect, it } from 'vitest';
import { readOptions, type Options } from '../src/options.ts';

const folder = mkdtempSync(join(tmpdir(), 'uptime-options-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function read(flags: readonly string[], environment = {}): Promise<Options> {
  const stream = { write: () => undefined };
  return readOptions(['main', ...flags], environment, new OptionParser({ stream }));
}

function configFile(options: object): string {
  const file = join(folder, 'uptime.json');
  writeFileSync(file, JSON.stringify(options));
  return `--config=${file}`;
}

describe('readOptions', () => {
  it('takes flags before environment before config file before defaults', async () => {
    const config = configFile({ port: 1, host: 'a', database: 'b' });
    const options = await read(['--port=3', config], { UPTIME_PORT: '2', UPTIME_HOST: '::1' });
    const { port, host, database, intervalMs } = options;
    expect({ port, host, database, intervalMs }).toEqual({
      port: 3,
      host: '::1',
      database: 'b',
      intervalMs: 5000,
    });
  });

  it('takes several sites from each', async () => {
    const sites = ['http://a/', 'http://b/'];
    expect((await read([`--site=${sites.join(',')}`])).site).toEqual(sites);
    expect((await read([], { UPTIME_SITE: sites.join(',') })).site).toEqual(sites);
    expect((await read([configFile({ site: sites })])).site).toEqual(sites);
  });

  it.each([
    ['a flag', ['--workers=0'], {}],
    ['the environment', [], { UPTIME_WORKERS: '0' }],
  ])('refuses a number out of range in %s, and says the range', async (_, flags, environment) => {
    const message = '--workers takes a whole number from 1 to 64, not 0';
    await expect(read(flags, environment)).rejects.toThrow(message);
  });

  it.each([[{ workers: 65 }], [{ workers: null }], [{ site: ['ftp://x/'] }], [{ port: '-1' }]])(
    'refuses a config file with %j',
    async (options) => {
      await expect(read([configFile(options)])).rejects.toThrow(/^--/);
    },
  );

  it.each([
    ['--site=ftp://x/', 'only http and https can be watched, not ftp'],
    ['--database=:memory:', 'takes a file'],
    ['--port=99999', 'from 0 to 65535, not 99999'],
    ['--config=/nowhere/uptime.json', 'ENOENT'],
    ['--wrong', "Unrecognized command line option: 'wrong'"],
  ])('refuses %s', async (flag, message) => {
    await expect(read([flag])).rejects.toThrow(message);
  });

  it('refuses what is no flag', async () => {
    await expect(read(['8888'])).rejects.toThrow("unexpected argument '8888'");
  });
});
